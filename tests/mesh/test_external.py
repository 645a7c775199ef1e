"""ExternalServices, as requests see them."""

from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import client, gloo, workspaces

pytestmark = pytest.mark.mesh

HOST = "api.example.com"


@pytest.fixture(scope="module")
def address(mesh: Mesh) -> str:
    """An HTTPS server that is in no cluster."""
    return mesh.add_outside_server(HOST)


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
