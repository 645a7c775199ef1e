"""TLS of applications: routes by SNI in sidecars and gateways, HTTPS that ends at a gateway, TCP routes by weight."""

from base64 import b64encode
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import FEDERATED, OUTLIER, TLS, catalogs, client, eventually, gloo, workspaces
from .tokens import Issuer

pytestmark = pytest.mark.mesh

PLAIN, HOST, OUTSIDE = "catalog.shop.svc.cluster.local", "secure.shop.mesh", "shop.example.com"
NAMES = (PLAIN, HOST, OUTSIDE, "catalog.shop.svc.us.global")
GROUP = gloo(
    "networking",
    "VirtualDestination",
    "secure",
    hosts=[HOST],
    services=[{"labels": {"app": "catalog"}}],
    ports=[{"number": 443, "protocol": "TLS"}, {"number": 80, "protocol": "HTTP"}],
)
SELECTED = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "secure"}}]
FAILOVER = {**OUTLIER, "spec": {**OUTLIER["spec"], "applyToDestinations": SELECTED}}
BOUND = [{"name": "north-south", "namespace": "istio-gateways"}]


def to(port: int, cluster: str = "") -> dict[str, Any]:
    """The catalog of a cluster, or the group."""
    if cluster:
        return {"ref": {"name": "catalog", "namespace": "shop", "cluster": cluster}, "port": {"number": port}}
    return {"kind": "VIRTUAL_DESTINATION", "ref": {"name": "secure"}, "port": {"number": port}}


def listener(**listener: Any) -> dict[str, Any]:
    """A VirtualGateway with a listener on port 443."""
    return gloo(
        "networking",
        "VirtualGateway",
        "north-south",
        "istio-gateways",
        workloads=[{"selector": {"labels": {"istio": "ingressgateway"}}}],
        listeners=[{"port": {"number": 443}, **listener}],
    )


@pytest.fixture(scope="module")
def certificate(mesh: Mesh) -> Path:
    """A certificate for all names; every pod of the catalog serves HTTPS with it."""
    made = mesh.root.server(*NAMES)
    for cluster in ("eu", "us"):
        for pod in catalogs(mesh, cluster):
            pod.serve_tls(TLS.target, made)
    return made


@pytest.mark.usefixtures("certificate")
def test_routes_by_name_in_sidecars(mesh: Mesh, federation: Federation) -> None:
    """TLS of the client goes on to the server of the other cluster, which shows its own certificate."""
    route = {"matchers": [{"sniHosts": [PLAIN], "port": 443}], "forwardTo": {"destinations": [to(443, "us")]}}
    table = gloo("networking", "RouteTable", "secure", hosts=[PLAIN], tls=[route])
    federation.declare(workspaces(federation=FEDERATED), GROUP, FAILOVER, table)
    web = client(mesh, "eu")
    assert web.get(PLAIN, port=443, tls=PLAIN, count=10).clusters == {"us": 10}
    assert web.get("catalog.shop.svc.us.global", port=443, tls="catalog.shop.svc.us.global").clusters == {"us": 1}
    assert web.get(HOST, port=443, tls=HOST, count=10).clusters == {"eu": 10}
    for pod in catalogs(mesh, "eu"):
        pod.kill_proxy()
    try:
        eventually(lambda: web.get(HOST, port=443, tls=HOST, count=10).clusters == {"us": 10})
    finally:
        for pod in catalogs(mesh, "eu"):
            pod.start_proxy()
        mesh.wait()


@pytest.mark.usefixtures("certificate")
def test_gateway_passes_tls_on(mesh: Mesh, federation: Federation) -> None:
    """A listener with PASSTHROUGH chooses by the name that the client asks for."""
    route = {"matchers": [{"sniHosts": [OUTSIDE]}], "forwardTo": {"destinations": [to(443)]}}
    table = gloo("networking", "RouteTable", "secure", hosts=[OUTSIDE], virtualGateways=BOUND, tls=[route])
    federation.declare(workspaces(), GROUP, listener(tcp={}, tls={"mode": "PASSTHROUGH"}), table)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")
    answers = stranger.get(OUTSIDE, address=gateway, port=8443, tls=OUTSIDE, count=20)
    assert answers.bad == 0
    assert answers.clusters.keys() == {"eu", "us"}
    assert stranger.get(PLAIN, address=gateway, port=8443, tls=PLAIN).statuses == {0: 1}


def test_https_ends_at_a_gateway(mesh: Mesh, federation: Federation, certificate: Path, tmp_path: Path) -> None:
    """With the certificate of a Secret, tokens and filters; what comes without TLS is sent there."""
    text = b64encode(certificate.read_bytes()).decode()
    metadata = {"name": "shop-tls", "namespace": "istio-gateways"}
    secret = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata}
    mesh["eu"].apply({**secret, "data": {"tls.crt": text, "tls.key": text}})
    gateway = listener(http={}, tls={"mode": "SIMPLE", "secretName": "shop-tls"})
    gateway["spec"]["listeners"].append({"port": {"number": 80}, "http": {}, "httpsRedirect": True})
    guarded = {"name": "guarded", "labels": {"guard": "yes"}, "matchers": [{"uri": {"prefix": "/guarded"}}]}
    http = [{**route, "forwardTo": {"destinations": [to(80)]}} for route in (guarded, {"name": "rest"})]
    table = gloo("networking", "RouteTable", "secure", hosts=[OUTSIDE], virtualGateways=BOUND, http=http)
    selected = [{"route": {"labels": {"guard": "yes"}}}]
    csrf = gloo("security.policy", "CSRFPolicy", "guard", applyToRoutes=selected, config={"filterEnabled": True})
    issuer = Issuer(mesh.root.openssl, tmp_path, "https://id.example.com")
    provider = {"issuer": issuer.name, "local": {"inline": issuer.public_key}}
    jwt = gloo("security.policy", "JWTPolicy", "guard", applyToRoutes=selected, config={"providers": {"own": provider}})
    federation.declare(workspaces(), GROUP, gateway, table, csrf, jwt)
    address = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")
    eventually(lambda: stranger.get(OUTSIDE, address=address, port=8443, tls=OUTSIDE).bad == 0)
    answers = stranger.get(OUTSIDE, address=address, port=8443, tls=OUTSIDE, count=20)
    assert answers.clusters.keys() == {"eu", "us"}
    with_token = {"authorization": f"Bearer {issuer.token()}"}
    own = {"origin": f"https://{OUTSIDE}:8443"}
    foreign = {"origin": "https://elsewhere.example.net"}

    def ask(path: str, headers: dict[str, str]) -> dict[int, int]:
        return stranger.get(
            OUTSIDE, path, address=address, port=8443, tls=OUTSIDE, method="POST", headers=headers
        ).statuses

    eventually(lambda: ask("/guarded", {**with_token, **foreign}) == {403: 1})
    eventually(lambda: ask("/guarded", own) == {403: 1})
    assert ask("/guarded", {**with_token, **own}) == {200: 1}
    assert ask("/rest", foreign) == {200: 1}
    (plain,) = stranger.get(OUTSIDE, "/x", address=address, port=8080).all
    assert plain.status == 301
    assert plain.headers["location"] == f"https://{OUTSIDE}:8080/x"  # the port that the client called


def test_tcp_by_weight(mesh: Mesh, federation: Federation) -> None:
    """Connections are shared out between clusters."""
    destinations = [{**to(9000, "eu"), "weight": 30}, {**to(9000, "us"), "weight": 70}]
    tcp = [{"matchers": [{"port": 9000}], "forwardTo": {"destinations": destinations}}]
    table = gloo("networking", "RouteTable", "catalog", hosts=[PLAIN], tcp=tcp)
    federation.declare(workspaces(federation=FEDERATED), table)
    count = 200
    answers = client(mesh, "eu").connect(PLAIN, 9000, count=count, parallel=4)
    assert answers.bad == 0
    assert abs(answers.clusters["us"] - 0.7 * count) < 5 * sqrt(count * 0.7 * 0.3), answers
