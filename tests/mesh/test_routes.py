"""Policies of routes and ingress, as requests see them."""

from collections.abc import Iterator
from math import sqrt
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, TO_GROUP, catalogs, client, eventually, gloo, north_south, workspaces

pytestmark = pytest.mark.mesh

PLAIN = "catalog.shop.svc.cluster.local"
TO_SERVICE = {"ref": {"name": "catalog", "namespace": "shop", "cluster": "eu"}, "port": {"number": 80}}


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test breaks is mended after it."""
    yield
    for pod in catalogs(mesh, "eu"):
        pod.recover()


def table(*routes: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The RouteTable of the catalog's own name."""
    return gloo("networking", "RouteTable", "catalog", **{"hosts": [PLAIN], "http": list(routes), **spec})


def route(name: str, path: str = "/", to: dict[str, Any] = TO_SERVICE, **more: Any) -> dict[str, Any]:
    """A route whose policies select the label `route: <name>`."""
    matchers = [{"uri": {"prefix": path}}]
    return {"name": name, "labels": {"route": name}, "matchers": matchers, "forwardTo": {"destinations": [to]}, **more}


def policy(kind: str, of: str, group: str = "resilience", **config: Any) -> dict[str, Any]:
    """A policy of one route."""
    selector = [{"route": {"labels": {"route": of}}}]
    return gloo(f"{group}.policy", kind, f"{kind}-{of}".lower(), applyToRoutes=selector, config=config)


def test_policies_of_routes(mesh: Mesh, federation: Federation) -> None:
    """Faults, retries, timeouts and headers, each on its route only."""
    federation.declare(
        workspaces(federation=FEDERATED),
        table(
            route("teapot", "/teapot"),
            route("half", "/half"),
            route("again", "/again"),
            route("soon", "/soon"),
            route("headers", "/headers"),
            route("rest"),
        ),
        policy("FaultInjectionPolicy", "teapot", abort={"httpStatus": 418}),
        policy("FaultInjectionPolicy", "half", abort={"httpStatus": 418, "percentage": 50}),
        policy("RetryTimeoutPolicy", "again", retries={"attempts": 5, "retryOn": "5xx"}),
        policy("RetryTimeoutPolicy", "soon", requestTimeout="0.5s"),
        policy(
            "HeaderManipulationPolicy",
            "headers",
            "trafficcontrol",
            appendRequestHeaders={"x-added": "yes"},
            removeRequestHeaders=["x-removed"],
            appendResponseHeaders={"x-answered": "yes"},
        ),
    )
    web = client(mesh, "eu")
    assert web.get(PLAIN, "/teapot", count=5).statuses == {418: 5}
    count = 300
    assert abs(web.get(PLAIN, "/half", count=count).statuses[418] - count / 2) < 5 * sqrt(count / 4)
    answer = web.get(PLAIN, "/headers", headers={"x-removed": "x"})
    assert answer.seen()["headers"]["x-added"] == "yes"
    assert "x-removed" not in answer.seen()["headers"]
    assert answer.good[0].headers["x-answered"] == "yes"
    catalogs(mesh, "eu")[0].behave(status=500)
    assert web.get(PLAIN, "/again", count=40).bad == 0
    assert web.get(PLAIN, "/rest", count=40).bad > 0
    for pod in catalogs(mesh, "eu"):
        pod.behave(delay=2)
    answers = web.get(PLAIN, "/soon", count=3)
    assert answers.statuses == {504: 3}
    assert max(answer.seconds for answer in answers.all) < 1.5
    assert web.get(PLAIN, "/rest").good


def test_ingress_reaches_a_group(mesh: Mesh, federation: Federation) -> None:
    """The gateway of another workspace serves a RouteTable of the shop; delegated routes too."""
    gateway = north_south(allowedRouteTables=[{"host": "shop.example.com"}])
    bound = [{"name": "north-south", "namespace": "istio-gateways", "cluster": "eu"}]
    books = gloo("networking", "RouteTable", "books", http=[route("books", "/shop/books", TO_GROUP)], weight=1)
    books["metadata"]["labels"] = {"delegated": "yes"}
    root = table(
        {
            "name": "shop",
            "matchers": [{"uri": {"prefix": "/shop"}}],
            "delegate": {"routeTables": [{"labels": {"delegated": "yes"}}]},
        },
        route("direct", "/direct", TO_GROUP),
        hosts=["shop.example.com"],
        virtualGateways=bound,
    )
    federation.declare(workspaces(), CATALOG, gateway, books, root)
    outside = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")
    for path in ("/direct", "/shop/books"):
        answers = stranger.get("shop.example.com", path, address=outside, port=8080, count=40)
        assert answers.bad == 0, answers
        assert set(answers.clusters) == {"eu", "us"}
        certificate = answers.seen()["headers"]["x-forwarded-client-cert"]
        assert certificate.endswith("URI=spiffe://eu/ns/istio-gateways/sa/ingressgateway")
    assert stranger.get("shop.example.com", "/else", address=outside, port=8080).statuses == {404: 1}
    assert stranger.get("other.example.com", "/direct", address=outside, port=8080).statuses == {404: 1}


def test_mirror_and_tcp_routes(mesh: Mesh, federation: Federation) -> None:
    """Requests are copied to the other cluster, whose answers nobody sees; a TCP route takes a port there."""
    away = {"name": "catalog", "namespace": "shop", "cluster": "us"}
    mirror = policy("MirrorPolicy", "mirrored", "trafficcontrol", destination={"ref": away, "port": {"number": 80}})
    tcp = [{"matchers": [{"port": 9000}], "forwardTo": {"destinations": [{"ref": away, "port": {"number": 9000}}]}}]
    both = table(route("mirrored", "/mirrored"), route("rest"), tcp=tcp)
    federation.declare(workspaces(federation=FEDERATED), both, mirror)
    web = client(mesh, "eu")
    # Connections that are open may still follow the AccessPolicy of a test before.
    eventually(lambda: web.get("catalog.shop.svc.us.global", count=10).bad == 0)
    before = sum(pod.served() for pod in catalogs(mesh, "us"))
    assert web.get(PLAIN, "/rest", count=20).clusters == {"eu": 20}
    assert web.get(PLAIN, "/mirrored", count=20).clusters == {"eu": 20}
    eventually(lambda: sum(pod.served() for pod in catalogs(mesh, "us")) == before + 20)
    assert web.connect(PLAIN, 9000, count=10).clusters == {"us": 10}


def test_filters_of_routes(mesh: Mesh, federation: Federation) -> None:
    """Envoy's own filters, turned on by route: CSRF and the limit of a request's size."""
    federation.declare(
        workspaces(federation=FEDERATED),
        table(route("guarded", "/guarded"), route("small", "/small"), route("rest")),
        policy("CSRFPolicy", "guarded", "security", filterEnabled=True),
        policy("HTTPBufferPolicy", "small", "trafficcontrol", maxRequestBytes=10),
    )
    web = client(mesh, "eu")
    foreign = {"Origin": "https://evil.example.com"}
    assert web.get(PLAIN, "/guarded", method="POST", headers=foreign).statuses == {403: 1}
    assert web.get(PLAIN, "/rest", method="POST", headers=foreign).statuses == {200: 1}
    assert web.get(PLAIN, "/small", method="POST", body="x" * 100).statuses == {413: 1}
    assert web.get(PLAIN, "/small", method="POST", body="x").statuses == {200: 1}
    assert web.get(PLAIN, "/rest", method="POST", body="x" * 100).statuses == {200: 1}
