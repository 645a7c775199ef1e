"""A third cluster joins: first without the Service, then with it. Goes last, because it stays."""

from collections.abc import Iterator

import pytest

from .bed import Mesh
from .federation import Federation
from .load import all_good, load
from .shop import CATALOG, FEDERATED, OUTLIER, Hops, add_catalog, catalogs, client, failover, open_shop, workspaces

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
UNGROUPED = ("catalog.shop.svc.eu.global", "catalog.shop.svc.us.global")


@pytest.fixture(scope="module", autouse=True)
def third(mesh: Mesh, federation: Federation) -> Iterator[None]:
    """The cluster `ap`, whose shop has no catalog yet."""
    federation.declare(workspaces(), CATALOG)
    open_shop(mesh, "ap", catalog=False)
    yield
    for cluster in mesh.clusters:
        for pod in catalogs(mesh, cluster):
            pod.recover()


def test_client_in_a_cluster_without_the_service(mesh: Mesh, federation: Federation) -> None:
    """It reaches the group in the other clusters, which lose nothing."""
    with load(mesh, "a third cluster", HOST):
        run = federation.declare(workspaces(), CATALOG)
    assert not run.names("delete", "replace")
    for namespace in ("shop-web", "edge"):
        answers = client(mesh, "ap", namespace).get(HOST, count=40)
        assert answers.bad == 0
        assert set(answers.clusters) == {"eu", "us"}, answers
    assert client(mesh, "ap", "stranger").resolve(HOST) == []
    assert set(client(mesh, "eu").get(HOST, count=40).clusters) == {"eu", "us"}


def test_third_cluster_takes_part(mesh: Mesh, federation: Federation) -> None:
    """Its pods are its clients' own, and stand in for others; nothing goes through two gateways."""
    add_catalog(mesh["ap"])
    mesh.wait()
    with load(mesh, "a third cluster takes part", HOST):
        federation.declare(workspaces(), CATALOG, OUTLIER)
    assert client(mesh, "ap").get(HOST, count=30).clusters == {"ap": 30}
    hops = Hops(mesh)
    for pod in (*catalogs(mesh, "eu"), *catalogs(mesh, "us")):
        pod.kill()
    answers = client(mesh, "eu").get(HOST, count=60, pause=0.1)
    assert {answer.status for answer in answers.all[40:]} == {200}, answers
    assert set(answers.clusters) == {"ap"}
    assert hops.to_gateways == 0
    for pod in (*catalogs(mesh, "eu"), *catalogs(mesh, "us")):
        pod.recover()


def test_failover_by_region(mesh: Mesh, federation: Federation) -> None:
    """A mapping says which region takes over, of two that could."""
    federation.declare(workspaces(), CATALOG, OUTLIER, failover({"eu-west": {"ap-south": 0}}))
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    answers = client(mesh, "eu").get(HOST, count=50, pause=0.1)
    assert {answer.status for answer in answers.all[25:]} == {200}, answers
    assert set(answers.clusters) == {"ap"}


def test_cluster_leaves_the_stack(mesh: Mesh, federation: Federation) -> None:
    """What was declared there is removed, and with it what led there; the others lose nothing."""
    shop = workspaces(federation=FEDERATED)
    for pod in catalogs(mesh, "eu"):
        pod.recover()
    federation.declare(shop, CATALOG)
    all_good(mesh, HOST, *UNGROUPED)
    assert "ap" in client(mesh, "eu").get(HOST, count=60).clusters
    with load(mesh, "without the third cluster", HOST, *UNGROUPED):
        federation.declare(shop, CATALOG, without=["ap"])
    assert set(client(mesh, "eu").get(HOST, count=60).clusters) == {"eu", "us"}
    assert client(mesh, "eu").resolve("catalog.shop.svc.ap.global") == []
    assert mesh["ap"].api.list("networking.istio.io/v1", "ServiceEntry") == []
