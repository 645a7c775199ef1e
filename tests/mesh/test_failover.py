"""What fails in a group, and what then answers: pods that are slow, that go, that come back, gateways that die."""

from collections.abc import Iterator
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, OUTLIER, Hops, catalogs, client, eventually, gloo, workspaces

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


def outlier(**config: Any) -> dict[str, Any]:
    """The OutlierDetectionPolicy, with other settings."""
    return {**OUTLIER, "spec": {**OUTLIER["spec"], "config": {**OUTLIER["spec"]["config"], **config}}}


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
    destination = {"kind": "VIRTUAL_DESTINATION", "ref": {"name": "catalog"}, "port": {"number": 80}}
    table = gloo(
        "networking",
        "RouteTable",
        "catalog",
        hosts=[HOST],
        http=[{"name": "all", "labels": {"hurry": "yes"}, "forwardTo": {"destinations": [destination]}}],
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
    run = federation.declare(workspaces(), CATALOG, outlier(maxEjectionPercent=50))
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
