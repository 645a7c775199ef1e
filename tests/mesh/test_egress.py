"""ExternalServices behind an egress gateway, as requests see them."""

from typing import Any

import pytest

from .bed import Mesh, OutsideServer
from .federation import Federation
from .manifests import Port
from .shop import client, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOSTS = ("one.example.com", "two.example.com")


@pytest.fixture(scope="module")
def servers(mesh: Mesh) -> dict[str, OutsideServer]:
    """Two servers outside, found by DNS."""
    found = {host: mesh.add_outside_server(host) for host in HOSTS}
    mesh.network.names.addresses.update({host: server.address for host, server in found.items()})
    return found


@pytest.fixture(scope="module")
def gateway(mesh: Mesh) -> Workload:
    """An egress gateway in one cluster."""
    eu = mesh["eu"]
    known = eu.workloads.get("istio-gateways/egressgateway-0")
    if known is None:
        known = eu.add_gateway("istio-gateways", "egressgateway", [Port("http2", 80, 8080), Port("https", 443, 8443)])
        known.wait()
    return known


def external(mesh: Mesh, host: str) -> dict[str, Any]:
    """A host with HTTPS by way of the gateway, which originates it, and plain HTTP without it."""
    encrypted = {
        "name": "https",
        "number": 443,
        "protocol": "HTTPS",
        "clientsideTls": {"sni": host, "caCertificates": str(mesh.root.certificate)},
        "egressGatewayRoutes": {
            "portMatch": 80,
            "virtualGatewayRefs": [{"name": "egress", "namespace": "istio-gateways", "cluster": "eu"}],
        },
    }
    plain = {"name": "http", "number": 81, "protocol": "HTTP", "targetPort": {"number": 80}}
    return gloo("networking", "ExternalService", host.partition(".")[0], hosts=[host], ports=[encrypted, plain])


def test_tls_by_the_gateway(
    mesh: Mesh, federation: Federation, servers: dict[str, OutsideServer], gateway: Workload
) -> None:
    """Plain requests of the sidecars go to the gateway in mTLS, which knows two hosts apart and calls them over TLS."""
    exposed = [{"host": host} for host in HOSTS]
    listener = {
        "http": {},
        "port": {"number": 443},
        "appProtocol": "HTTPS",
        "tls": {"mode": "ISTIO_MUTUAL"},
        "exposedExternalServices": exposed,
    }
    egress = gloo(
        "networking",
        "VirtualGateway",
        "egress",
        "istio-gateways",
        workloads=[{"selector": {"labels": {"istio": "egressgateway"}}}],
        listeners=[listener],
    )
    federation.declare(workspaces(), egress, *(external(mesh, host) for host in HOSTS))
    for namespace in ("shop-web", "edge"):
        web = client(mesh, "eu", namespace)
        for host, server in servers.items():
            answers = web.get(host, count=5)
            assert answers.pods == {f"outside/{host}": 5}, answers
            assert gateway.connections().get(server.address, 0) > 0
            assert not web.connections().get(server.address)
        assert web.get(HOSTS[0], port=81, count=5).pods == {f"outside/{HOSTS[0]}": 5}
    # A cluster without an egress gateway calls the servers itself, over TLS as well.
    assert client(mesh, "us").get(HOSTS[0], count=5).pods == {f"outside/{HOSTS[0]}": 5}
