"""Rate limits and external authorization with servers that answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from .asked_servers import ALLOWED, DENIED, RateLimiter
from .bed import Mesh
from .federation import Federation
from .rpc import RpcServer
from .shop import AUTHORIZER, BOUND, FEDERATED, LIMITER, NORTH_SOUTH, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

PLAIN, HOST = "catalog.shop.svc.cluster.local", "shop.example.com"
TO_CATALOG = {"destinations": [{"ref": {"name": "catalog"}, "port": {"number": 80}}]}
SERVER = gloo(
    "admin",
    "RateLimitServerSettings",
    "limiter",
    destinationServer={"ref": {"name": "bare"}, "port": {"name": "grpc-limiter"}},
    denyOnFail=True,
)
LIMITS = gloo("admin", "RateLimitServerConfig", "limits", destinationServers=[{"ref": {"name": "bare"}}])
OVER = {"shop.limits": {(("generic_key", "closed"),), (("method", "POST"), ("generic_key", "both"))}}


@pytest.fixture
def limiter(mesh: Mesh) -> Iterator[RateLimiter]:
    """The server of the limits, on a pod of each cluster."""
    limiter = RateLimiter(OVER)
    servers = [RpcServer(mesh[cluster].workloads["shop/bare-0"], LIMITER.target, limiter) for cluster in ("eu", "us")]
    yield limiter
    for server in servers:
        server.stop()


def limit(name: str, *descriptors: list[dict[str, Any]], **attached: Any) -> dict[str, Any]:
    """A RateLimitPolicy, of the route with its name unless it is attached to something else."""
    config = {
        "ratelimitServerConfig": {"name": "limits"},
        "serverSettings": {"name": "limiter"},
        "raw": {"rateLimits": [{"actions": actions} for actions in descriptors]},
    }
    where = attached or {"applyToRoutes": [{"route": {"labels": {"route": name}}}]}
    return gloo("trafficcontrol.policy", "RateLimitPolicy", name, config=config, **where)


def generic(value: str) -> dict[str, Any]:
    """The action that always says the same."""
    return {"genericKey": {"descriptorValue": value}}


def table(host: str, *names: str, **spec: Any) -> dict[str, Any]:
    """A RouteTable with a route for each policy, and one for the rest."""
    routes = [
        {
            "name": name,
            "labels": {"route": name},
            "matchers": [{"uri": {"prefix": f"/{name}"}}],
            "forwardTo": TO_CATALOG,
        }
        for name in names
    ]
    rest = {"name": "rest", "forwardTo": TO_CATALOG}
    return gloo("networking", "RouteTable", "catalog", hosts=[host], http=[*routes, rest], **spec)


METHOD = {"requestHeaders": {"headerName": ":method", "descriptorKey": "method"}}
USER = {"requestHeaders": {"headerName": "x-user", "descriptorKey": "user"}}
MOBILE = {
    "headerValueMatch": {
        "descriptorValue": "mobile",
        "headers": [{"name": "user-agent", "prefixMatch": "phone"}],
    }
}
POLICIES = (
    limit("closed", [generic("closed")]),
    limit("open", [generic("open")]),
    limit("both", [METHOD, generic("both")], [USER], [{"remoteAddress": {}}], [MOBILE]),
)
STATUSES = {"/closed": 429, "/open": 200, "/both": 200, "/rest": 200}


def test_limits_of_routes(mesh: Mesh, federation: Federation, limiter: RateLimiter) -> None:
    """The client's sidecar asks, under the domain of the limits, with the descriptors of the route."""
    federation.declare(
        workspaces(federation=FEDERATED), SERVER, LIMITS, table(PLAIN, "closed", "open", "both"), *POLICIES
    )
    web = client(mesh, "eu")
    eventually(lambda: {path: _status(web.get(PLAIN, path)) for path in STATUSES} == STATUSES)
    importer = client(mesh, "us", "edge")
    eventually(lambda: {path: _status(importer.get(PLAIN, path)) for path in STATUSES} == STATUSES)
    limiter.asked.clear()
    assert web.get(PLAIN, "/rest", count=3).bad == 0
    assert limiter.asked == []
    assert web.get(PLAIN, "/both", method="POST").statuses == {429: 1}
    assert web.get(PLAIN, "/both", headers={"x-user": "me", "user-agent": "phone"}).bad == 0
    address = (("remote_address", web.address),)
    assert limiter.asked == [
        ("shop.limits", ((("method", "POST"), ("generic_key", "both")), address)),
        (
            "shop.limits",
            (
                (("method", "GET"), ("generic_key", "both")),
                (("user", "me"),),
                address,
                (("header_match", "mobile"),),
            ),
        ),
    ]


def test_limits_of_a_gateway(mesh: Mesh, federation: Federation, limiter: RateLimiter) -> None:
    """The ingress gateway asks for its routes."""
    routes = table(HOST, "closed", "open", "both", virtualGateways=BOUND)
    federation.declare(workspaces(federation=FEDERATED), NORTH_SOUTH, SERVER, LIMITS, routes, *POLICIES)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")

    def ask(path: str, **more: Any) -> int:
        return _status(stranger.get(HOST, path, address=gateway, port=8080, **more))

    eventually(lambda: {path: ask(path) for path in STATUSES} == STATUSES)
    assert ask("/both", method="POST") == 429
    assert (("remote_address", stranger.outside),) in limiter.asked[-1][1]


def test_limits_of_pods(mesh: Mesh, federation: Federation, limiter: RateLimiter) -> None:
    """The Service's pods ask, whoever calls and by whatever host."""
    only = [{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}]
    posts = limit(
        "posts",
        [METHOD, generic("both")],
        [{"remoteAddress": {}}],
        applyToDestinations=only,
    )
    federation.declare(workspaces(federation=FEDERATED), SERVER, LIMITS, posts)
    here, there = client(mesh, "eu"), client(mesh, "us", "edge")
    eventually(lambda: here.get(PLAIN, count=4, method="POST").statuses == {429: 4})
    eventually(lambda: there.get("catalog.shop.svc.eu.global", count=4, method="POST").statuses == {429: 4})
    assert there.get("catalog.shop.svc.eu.global", count=4).bad == 0
    assert here.get(PLAIN, port=81, method="POST").bad == 0, "another port"
    assert there.get(PLAIN, method="POST").bad == 0, "another Service"
    addresses = {dict(descriptor).get("remote_address") for _, asked in limiter.asked for descriptor in asked}
    gateway = mesh["eu"].workloads["istio-eastwest/eastwestgateway-0"]
    assert addresses - {None} == {here.address, gateway.address}, "clients of other clusters come from the gateway"


def test_external_authorization(mesh: Mesh, federation: Federation) -> None:
    """A server that speaks gRPC decides, for a route and for the pods of a Service."""
    asked: list[bytes] = []

    def authorize(method: str, message: bytes) -> bytes:
        assert method == "/envoy.service.auth.v3.Authorization/Check"
        asked.append(message)
        return DENIED if b"/guarded/no" in message or b"/pods/no" in message else ALLOWED

    server = RpcServer(mesh["eu"].workloads["shop/bare-0"], AUTHORIZER.target, authorize)
    settings = gloo(
        "admin",
        "ExtAuthServer",
        "authorizer",
        destinationServer={"ref": {"name": "bare"}, "port": {"name": "grpc-authorizer"}},
    )
    only = [{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}]
    config = {"customAuth": {"contextExtensions": {"said": "by-us"}}, "server": {"name": "authorizer"}}
    route = [{"route": {"labels": {"route": "guarded"}}}]
    federation.declare(
        workspaces(federation=FEDERATED),
        settings,
        table(PLAIN, "guarded"),
        gloo("security.policy", "ExtAuthPolicy", "route", applyToRoutes=route, config=config),
        gloo("security.policy", "ExtAuthPolicy", "pods", applyToDestinations=only, config=config),
    )
    here, there = client(mesh, "eu"), client(mesh, "us", "edge")
    expected = {"/guarded/no": 450, "/guarded/yes": 200, "/pods/no": 450, "/pods/yes": 200}
    eventually(lambda: {path: _status(here.get(PLAIN, path)) for path in expected} == expected)
    eventually(lambda: there.get("catalog.shop.svc.eu.global", "/pods/no", count=4).statuses == {450: 4})
    assert there.get("catalog.shop.svc.eu.global", "/pods/yes", count=4).bad == 0
    assert any(b"by-us" in message for message in asked)
    server.stop()


def _status(answers: Any) -> int:
    """The one status that all answers have."""
    (status,) = answers.statuses
    return int(status)
