"""What fails in a group, and what then answers: pods that are slow, that go, that come back, gateways that die."""

from collections.abc import Iterator
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, OUTLIER, TO_GROUP, Hops, catalogs, client, eventually, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
GROUP = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "catalog"}}]


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test kills lives again after it."""
    yield
    for pod in catalogs(mesh, "eu"):
        pod.recover()
        pod.set_ready()


def outlier(group: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    """An OutlierDetectionPolicy of a group, with other settings."""
    config = {**OUTLIER["spec"]["config"], **config}
    return {**OUTLIER, "spec": {"applyToDestinations": group, "config": config}}


def test_no_pods(mesh: Mesh, federation: Federation) -> None:
    """A cluster without ready pods gets its answers from the other one, without any policy and without an error."""
    federation.declare(workspaces(), CATALOG)
    web = client(mesh, "eu")
    for pod in catalogs(mesh, "eu"):
        pod.set_ready(False)
    mesh.settle()
    hops = Hops(mesh)
    for port in (80, 81):
        assert web.get(HOST, port=port, count=20).clusters == {"us": 20}
    assert client(mesh, "us").get(HOST, count=30).clusters == {"us": 30}
    for pod in catalogs(mesh, "eu"):
        pod.set_ready()
    eventually(lambda: set(web.get(HOST, count=20).clusters) == {"eu", "us"})
    assert hops.to_gateways == 0


def test_slow_pods(mesh: Mesh, federation: Federation) -> None:
    """Requests that time out count as errors: pods that hang are left out like those that fail."""
    table = gloo(
        "networking",
        "RouteTable",
        "catalog",
        hosts=[HOST],
        http=[{"name": "all", "labels": {"hurry": "yes"}, "forwardTo": {"destinations": [TO_GROUP]}}],
    )
    hurry = gloo(
        "resilience.policy",
        "RetryTimeoutPolicy",
        "hurry",
        applyToRoutes=[{"route": {"labels": {"hurry": "yes"}}}],
        config={"requestTimeout": "0.5s"},
    )
    federation.declare(workspaces(), CATALOG, table, hurry, OUTLIER)
    web = client(mesh, "eu")
    assert web.get(HOST, count=10).clusters == {"eu": 10}
    for pod in catalogs(mesh, "eu"):
        pod.behave(delay=5)
    answers = web.get(HOST, count=20, pause=0.1)
    assert set(answers.clusters) == {"us"}, answers
    assert {answer.status for answer in answers.all[10:]} == {200}, answers
    assert {answer.status for answer in answers.all} == {200, 504}


def test_ejection_limit(mesh: Mesh, federation: Federation) -> None:
    """With a limit of 50 percent one of two dead pods stays, and goes on to cost errors."""
    run = federation.declare(workspaces(), CATALOG, outlier(GROUP, maxEjectionPercent=50))
    assert "FED817" in run.diagnostics
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    web = client(mesh, "eu")
    eventually(lambda: "us" in web.get(HOST, count=20).clusters)
    assert set(web.get(HOST, count=60).statuses) == {200, 503}


def test_death_of_the_last(mesh: Mesh, federation: Federation) -> None:
    """With the local pods dead and then the other gateway, nothing answers; what comes back first is used first."""
    federation.declare(workspaces(), CATALOG, OUTLIER)
    web = client(mesh, "eu")
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    eventually(lambda: web.get(HOST, count=20).clusters == {"us": 20})
    gateway = mesh["us"].workloads["istio-eastwest/eastwestgateway-0"]
    gateway.kill_proxy()
    try:
        assert not web.get(HOST, count=20, pause=0.1).good
    finally:
        gateway.start_proxy()
        gateway.wait()
    eventually(lambda: web.get(HOST, count=10).clusters == {"us": 10})
    for pod in catalogs(mesh, "eu"):
        pod.recover()
    eventually(lambda: web.get(HOST, count=10).clusters == {"eu": 10})


def test_labels(mesh: Mesh, federation: Federation) -> None:
    """With priorityLabels pods that share a label with the client come first, whatever is near; then all others.

    A gateway counts as all the pods behind it, and passes requests on to any of them, which a finding says.
    """
    reviews = gloo(
        "networking",
        "VirtualDestination",
        "reviews",
        hosts=["reviews.shop.mesh"],
        services=[{"labels": {"app": "reviews"}}],
        ports=[{"number": 80, "protocol": "HTTP"}],
    )
    group = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "reviews"}}]
    labels = gloo(
        "resilience.policy",
        "FailoverPolicy",
        "labels",
        applyToDestinations=group,
        config={"priorityLabels": {"labels": ["version"]}},
    )
    run = federation.declare(workspaces(), reviews, labels, outlier(group))
    assert "FED827" in run.diagnostics
    web = client_of_version_2(mesh)
    assert web.get("reviews.shop.mesh", count=30).clusters == {"us": 30}
    remote = [pod for pod in mesh["us"].workloads.values() if pod.account == "reviews"]
    for pod in remote:
        pod.kill()
    try:
        eventually(lambda: web.get("reviews.shop.mesh", count=20).clusters == {"eu": 20})
    finally:
        for pod in remote:
            pod.recover()


def client_of_version_2(mesh: Mesh) -> Workload:
    """A client whose label `version` only pods of the other cluster share."""
    known = mesh["eu"].workloads.get("shop-web/picky-v2-0")
    if known is None:
        (known,) = mesh["eu"].add_workload("shop-web", "picky", version="v2", ports=())
        known.wait()
    return known
