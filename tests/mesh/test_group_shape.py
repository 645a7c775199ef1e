"""Groups in Gloo's own shape, `groupShape: workloadEntry`, with the setting of the gateways that it asks for."""

from collections.abc import Iterator
from functools import partial

import pytest

from .bed import Mesh
from .federation import Federation
from .load import load
from .shop import CATALOG, OUTLIER, Hops, catalogs, client, eventually, workspaces
from .test_isolation import all_are, smuggled

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
SHAPE = "workloadEntry"


@pytest.fixture(scope="module", autouse=True)
def gateways_with_a_view(mesh: Mesh) -> Iterator[None]:
    """East-west gateways that know endpoints of their own network only."""
    gateways = {name: cluster.workloads["istio-eastwest/eastwestgateway-0"] for name, cluster in mesh.clusters.items()}
    for name, gateway in gateways.items():
        gateway.kill_proxy()
        gateway.start_proxy(ISTIO_META_REQUESTED_NETWORK_VIEW=name)
    mesh.wait()
    yield
    for gateway in gateways.values():
        gateway.kill_proxy()
        gateway.start_proxy()
    mesh.wait()


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test kills lives again after it."""
    yield
    for pod in catalogs(mesh, "eu"):
        pod.recover()


def test_spread_and_failover(mesh: Mesh, federation: Federation) -> None:
    """All clusters answer on both ports, then local ones first, then the other cluster; nothing goes in circles."""
    federation.declare(workspaces(), CATALOG, groupShape=SHAPE)
    hops = Hops(mesh)
    for here in ("eu", "us"):
        for port in (80, 81):
            answers = client(mesh, here).get(HOST, port=port, count=60, parallel=4)
            assert answers.bad == 0
            assert set(answers.clusters) == {"eu", "us"}, f"{here}: {answers}"
    assert hops.to_pods > 0
    assert hops.to_gateways == 0
    federation.declare(workspaces(), CATALOG, OUTLIER, groupShape=SHAPE)
    web = client(mesh, "eu")
    assert web.get(HOST, count=30).clusters == {"eu": 30}
    assert web.get("catalog.shop.svc.cluster.local", count=30).clusters == {"eu": 30}
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    for port in (80, 81):
        answers = web.get(HOST, port=port, count=50, pause=0.1)
        assert {answer.status for answer in answers.all[25:]} == {200}, answers
        assert set(answers.clusters) == {"us"}
    assert hops.to_gateways == 0


def test_from_one_shape_to_the_other(mesh: Mesh, federation: Federation) -> None:
    """The shape may be changed while requests run."""
    federation.declare(workspaces(), CATALOG)
    with load(mesh, "to Gloo's shape", HOST, lost=10):
        federation.declare(workspaces(), CATALOG, groupShape=SHAPE)
    with load(mesh, "to the shape with a local-only host", HOST, lost=10):
        federation.declare(workspaces(), CATALOG)


def test_isolation(mesh: Mesh, federation: Federation) -> None:
    """Who may use the group is admitted in all clusters; a stranger is not, also with a ServiceEntry of its own."""
    federation.declare(workspaces(serviceIsolation={"enabled": True}), CATALOG, groupShape=SHAPE)
    mesh["eu"].apply(*smuggled(mesh, host=HOST))
    mesh.settle()
    try:
        stranger = client(mesh, "eu", "stranger")
        for host in ("catalog.shop.svc.cluster.local", HOST):
            eventually(partial(all_are, partial(stranger.get, host, count=10), 403))
    finally:
        mesh["eu"].api.delete("networking.istio.io/v1", "ServiceEntry", "smuggled", "stranger")
    for here in ("eu", "us"):
        for namespace in ("shop-web", "edge"):
            answers = client(mesh, here, namespace).get(HOST, count=40, parallel=4)
            assert answers.bad == 0
            assert set(answers.clusters) == {"eu", "us"}, f"{namespace} in {here}: {answers}"
