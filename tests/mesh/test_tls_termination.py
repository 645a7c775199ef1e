"""Groups whose TLS ends at the east-west gateway, beyond the one plain port of test_groups."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import OUTLIER, Hops, catalogs, client, eventually, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
GATEWAY = "spiffe://us/ns/istio-eastwest/sa/eastwestgateway"


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test kills lives again after it."""
    yield
    for pod in catalogs(mesh, "eu"):
        pod.recover()


def group(*ports: dict[str, Any]) -> dict[str, Any]:
    """The catalog behind gateways that end TLS."""
    return gloo(
        "networking",
        "VirtualDestination",
        "catalog",
        hosts=[HOST],
        services=[{"labels": {"app": "catalog"}}],
        ports=list(ports),
        clientMode={"tlsTermination": {}},
    )


def all_from_us(away: Workload, port: int) -> bool:
    """Whether the other cluster answers everything."""
    return away.get(HOST, port=port, count=20).clusters == {"us": 20}


def test_two_ports_with_isolation(mesh: Mesh, federation: Federation) -> None:
    """Pods with sidecars, two ports, and isolation: workspaces that may get through the gateway, others do not."""
    isolated = workspaces(serviceIsolation={"enabled": True})
    federation.declare(isolated, group({"number": 80, "protocol": "HTTP"}, {"number": 81, "protocol": "HTTP"}), OUTLIER)
    hops = Hops(mesh)
    web = client(mesh, "eu")
    for port in (80, 81):
        assert web.get(HOST, port=port, count=20).clusters == {"eu": 20}
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    for port in (80, 81):
        for namespace in ("shop-web", "edge"):
            away = client(mesh, "eu", namespace)
            eventually(partial(all_from_us, away, port))
            headers = away.get(HOST, port=port).seen()["headers"]
            assert headers["host"] == (HOST if port == 80 else f"{HOST}:{port}")
            assert f"URI={GATEWAY}" in headers["x-forwarded-client-cert"]
    assert hops.to_gateways == 0
    stranger = client(mesh, "us", "stranger")
    assert not stranger.get("catalog", address=catalogs(mesh, "us")[0].address, port=8080, count=3).good
    assert stranger.get("catalog.shop.svc.cluster.local", count=3).statuses == {403: 3}


def test_tcp(mesh: Mesh, federation: Federation) -> None:
    """A TCP port: local first, and through the gateway of the other cluster when the local pods are gone."""
    federation.declare(workspaces(), group({"number": 9000, "protocol": "TCP"}), OUTLIER)
    web = client(mesh, "eu")
    assert web.connect(HOST, 9000, count=10).clusters == {"eu": 10}
    for pod in catalogs(mesh, "eu"):
        pod.kill_proxy()
    try:
        eventually(lambda: web.connect(HOST, 9000, count=10).clusters == {"us": 10})
    finally:
        for pod in catalogs(mesh, "eu"):
            pod.start_proxy()
        mesh.wait()
