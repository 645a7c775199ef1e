"""ExternalServices, as requests see them."""

import json
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import client, eventually, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "api.example.com"


@pytest.fixture(scope="module")
def address(mesh: Mesh) -> str:
    """An HTTPS server that is in no cluster."""
    return mesh.add_outside_server(HOST, "any.example.net").address


def external(mesh: Mesh, address: str, trusted: bool) -> list[dict[str, Any]]:
    """The ExternalService: clients speak plain HTTP, their sidecars TLS."""
    tls: dict[str, Any] = {"mode": "SIMPLE", "sni": HOST}
    if trusted:
        tls["caCertificates"] = str(mesh.root.certificate)
    port = {"name": "http", "number": 80, "protocol": "HTTP", "targetPort": {"number": 443}, "clientsideTls": tls}
    endpoint = gloo("networking", "ExternalEndpoint", "api", address=address, ports=[{"number": 443, "name": "http"}])
    endpoint["metadata"]["labels"] = {"external": "api"}
    port["targetPort"] = {"name": "http"}
    service = gloo("networking", "ExternalService", "api", hosts=[HOST], ports=[port], selector={"external": "api"})
    return [service, endpoint]


def test_tls_origination(mesh: Mesh, federation: Federation, address: str) -> None:
    """Owner and importer call the server over TLS; a stranger does not know it; a server nobody trusts is refused."""
    federation.declare(workspaces(), *external(mesh, address, trusted=True))
    for cluster in ("eu", "us"):
        for namespace in ("shop-web", "edge"):
            answers = client(mesh, cluster, namespace).get(HOST, count=5)
            assert answers.pods == {f"outside/{HOST}": 5}, answers
        assert client(mesh, cluster, "stranger").resolve(HOST) == []
    federation.declare(workspaces(), *external(mesh, address, trusted=False))
    assert client(mesh, "eu").get(HOST, count=5).statuses == {503: 5}


def test_names(mesh: Mesh, federation: Federation, address: str) -> None:
    """Hosts that are looked up in DNS: HTTP, HTTPS of the application, and every name below a wildcard."""
    mesh.network.names.addresses.update({HOST: address, "any.example.net": address})
    exact = gloo(
        "networking",
        "ExternalService",
        "api",
        hosts=[HOST],
        ports=[
            {"name": "http", "number": 80, "protocol": "HTTP"},
            {"name": "https", "number": 443, "protocol": "HTTPS"},
        ],
    )
    wildcard = gloo(
        "networking",
        "ExternalService",
        "wildcard",
        hosts=["*.example.net"],
        ports=[
            {"name": "http", "number": 80, "protocol": "HTTP"},
            {"name": "tls", "number": 443, "protocol": "TLS"},
        ],
    )
    federation.declare(workspaces(), exact, wildcard)
    for web in (client(mesh, "eu", "shop-web"), client(mesh, "eu", "edge")):
        for host in (HOST, "any.example.net"):
            assert web.get(host, count=5).pods == {f"outside/{HOST}": 5}
            assert web.get(host, port=443, tls=host, count=5).pods == {f"outside/{HOST}": 5}
    eventually(lambda: bool(web.get("any.example.net").good) and called(web, "*.example.net"))


def called(web: Workload, host: str) -> bool:
    """Whether the proxy of a client has called a host as such, not as an address that it knows nothing of."""
    found = web.admin("clusters?format=json")["cluster_statuses"]
    return any(one["name"] == f"outbound|80||{host}" and one.get("host_statuses") for one in found)


def test_failover_between_endpoints(mesh: Mesh, federation: Federation) -> None:
    """With outlier detection the endpoint of the client's own region answers, and the other one when it is gone."""
    servers = {region: mesh.add_outside_server(HOST) for region in ("eu-west", "us-east")}
    service, _ = external(mesh, "", trusted=True)
    endpoints = []
    for region, server in servers.items():
        ports = [{"number": 443, "name": "http"}]
        locality = {"region": region}
        one = gloo("networking", "ExternalEndpoint", region, address=server.address, ports=ports, locality=locality)
        one["metadata"]["labels"] = {"external": "api"}
        endpoints.append(one)
    selected = [{"kind": "EXTERNAL_SERVICE", "selector": {"name": "api"}}]
    outlier = gloo(
        "resilience.policy",
        "OutlierDetectionPolicy",
        "outlier",
        applyToDestinations=selected,
        config={"consecutiveErrors": 2, "interval": "1s", "baseEjectionTime": "10s"},
    )
    federation.declare(workspaces(), service, *endpoints, outlier)
    for cluster, region in (("eu", "eu-west"), ("us", "us-east")):
        seen = client(mesh, cluster).get(HOST, count=10)
        assert {json.loads(one.body)["address"] for one in seen.all} == {servers[region].address}
    servers["eu-west"].process.stop()
    web = client(mesh, "eu")
    eventually(lambda: web.get(HOST, count=10).bad == 0)


def test_group(mesh: Mesh, federation: Federation, address: str) -> None:
    """A VirtualDestination over an ExternalService: another host for the same server, with the TLS of the other."""
    group = gloo(
        "networking",
        "VirtualDestination",
        "api",
        hosts=["api.shop.mesh"],
        externalServices=[{"name": "api"}],
        ports=[{"number": 80, "protocol": "HTTP", "targetPort": {"name": "http"}}],
    )
    federation.declare(workspaces(), *external(mesh, address, trusted=True), group)
    for cluster in ("eu", "us"):
        for namespace in ("shop-web", "edge"):
            answers = client(mesh, cluster, namespace).get("api.shop.mesh", count=5)
            assert answers.pods == {f"outside/{HOST}": 5}, answers


def test_group_with_services(mesh: Mesh, federation: Federation) -> None:
    """A server outside stands beside pods of all clusters where TLS ends at gateways."""
    server = mesh.add_outside_server("spare.example.com")
    endpoint = gloo(
        "networking", "ExternalEndpoint", "spare", address=server.address, ports=[{"number": 80, "name": "http"}]
    )
    endpoint["metadata"]["labels"] = {"external": "spare"}
    port = {"name": "http", "number": 80, "protocol": "HTTP", "targetPort": {"name": "http"}}
    spare = gloo(
        "networking",
        "ExternalService",
        "spare",
        hosts=["spare.example.com"],
        ports=[port],
        selector={"external": "spare"},
    )
    group = gloo(
        "networking",
        "VirtualDestination",
        "catalog",
        hosts=["catalog.shop.mesh"],
        services=[{"labels": {"app": "catalog"}}],
        externalServices=[{"name": "spare"}],
        ports=[{"number": 80, "protocol": "HTTP", "targetPort": {"name": "http"}}],
        clientMode={"tlsTermination": {}},
    )
    federation.declare(workspaces(), endpoint, spare, group)
    for cluster in ("eu", "us"):
        answers = client(mesh, cluster).get("catalog.shop.mesh", count=60)
        assert answers.bad == 0
        assert set(answers.clusters) == {"eu", "us", "outside"}, answers
