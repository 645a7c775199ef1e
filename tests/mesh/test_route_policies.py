"""Policies of routes that lead to groups, and others that test_routes.py leaves out."""

import json
from collections.abc import Iterator
from functools import partial
from math import sqrt
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, OUTLIER, catalogs, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

PLAIN, HOST = "catalog.shop.svc.cluster.local", "catalog.shop.mesh"
TO_GROUP = {
    "kind": "VIRTUAL_DESTINATION",
    "ref": {"name": "catalog", "namespace": "shop"},
    "port": {"number": 80},
}
TO_US = {"ref": {"name": "catalog", "namespace": "shop", "cluster": "us"}, "port": {"number": 80}}
PATIENT = {**OUTLIER, "spec": {**OUTLIER["spec"], "config": {"consecutiveErrors": 1000}}}
"""Local first, and nobody is ever ejected."""


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test breaks is mended after it."""
    yield
    for pod in catalogs(mesh, "eu"):
        pod.recover()


def route(name: str, to: dict[str, Any] = TO_GROUP, **more: Any) -> dict[str, Any]:
    """A route that policies with its name select."""
    matchers = [{"uri": {"prefix": f"/{name}"}}]
    return {"name": name, "labels": {"route": name}, "matchers": matchers, "forwardTo": {"destinations": [to]}, **more}


def policy(kind: str, of: str, group: str = "resilience", **config: Any) -> dict[str, Any]:
    """A policy of one route."""
    selector = [{"route": {"labels": {"route": of}}}]
    return gloo(f"{group}.policy", kind, f"{kind}-{of}".lower(), applyToRoutes=selector, config=config)


def table(host: str, *routes: dict[str, Any]) -> dict[str, Any]:
    """The RouteTable of a host, with one more route for the rest."""
    rest = {"name": "rest", "forwardTo": {"destinations": [TO_GROUP]}}
    return gloo("networking", "RouteTable", "catalog", hosts=[host], http=[*routes, rest])


def test_retries_across_clusters(mesh: Mesh, federation: Federation) -> None:
    """A retry stays with the near pods while they are in use, unless retryRemoteLocalities lets it leave."""
    federation.declare(
        workspaces(),
        CATALOG,
        PATIENT,
        table(HOST, route("near"), route("far")),
        policy("RetryTimeoutPolicy", "near", retries={"attempts": 4, "retryOn": "5xx"}),
        policy("RetryTimeoutPolicy", "far", retries={"attempts": 4, "retryOn": "5xx", "retryRemoteLocalities": True}),
    )
    web = client(mesh, "eu")
    for pod in catalogs(mesh, "eu"):
        pod.behave(status=500)
    near = web.get(HOST, "/near", count=10)
    assert near.statuses == {500: 10}
    assert {json.loads(answer.body)["headers"]["x-envoy-attempt-count"] for answer in near.all} == {"5"}
    assert web.get(HOST, "/far", count=20).clusters == {"us": 20}


def test_retries_without_outlier_detection(mesh: Mesh, federation: Federation) -> None:
    """Where all endpoints count alike, a retry takes another one: the other cluster's too."""
    federation.declare(
        workspaces(),
        CATALOG,
        table(HOST, route("again")),
        policy("RetryTimeoutPolicy", "again", retries={"attempts": 4, "retryOn": "5xx"}),
    )
    web = client(mesh, "eu")
    for pod in catalogs(mesh, "eu"):
        pod.behave(status=500)
    assert web.get(HOST, "/rest", count=30).bad > 0
    assert web.get(HOST, "/again", count=30).clusters == {"us": 30}


def test_shares_of_requests(mesh: Mesh, federation: Federation) -> None:
    """Percentages of delays and mirrored requests, CORS, and headers of one destination only."""
    cors = {"allowOrigins": [{"exact": "https://a.example.com"}], "allowMethods": ["PUT"], "maxAge": "60s"}
    both = {
        "name": "both",
        "labels": {"route": "both"},
        "matchers": [{"uri": {"prefix": "/both"}}],
        "forwardTo": {"destinations": [{**TO_GROUP, "weight": 50}, {**TO_US, "weight": 50}]},
    }
    federation.declare(
        workspaces(federation=FEDERATED),
        CATALOG,
        PATIENT,
        table(PLAIN, route("slow"), route("mirrored"), route("cors"), both),
        policy("FaultInjectionPolicy", "slow", delay={"fixedDelay": "0.3s", "percentage": 50}),
        policy("MirrorPolicy", "mirrored", "trafficcontrol", destination=TO_US, percentage=50),
        policy("CORSPolicy", "cors", "security", **cors),
        gloo(
            "trafficcontrol.policy",
            "HeaderManipulationPolicy",
            "away",
            applyToRouteDestinations=[
                {
                    "route": {"labels": {"route": "both"}},
                    "onDestinations": [{"kind": "SERVICE", "selector": {"name": "catalog", "cluster": "us"}}],
                }
            ],
            config={"appendRequestHeaders": {"x-away": "yes"}},
        ),
    )
    web = client(mesh, "eu")
    count = 100
    allowed = 5 * sqrt(count / 4)
    slow = web.get(PLAIN, "/slow", count=count, parallel=10)
    assert slow.bad == 0
    assert abs(sum(answer.seconds >= 0.3 for answer in slow.all) - count / 2) < allowed
    before = sum(pod.served() for pod in catalogs(mesh, "us"))
    assert web.get(PLAIN, "/mirrored", count=count, parallel=4).clusters == {"eu": count}

    def mirrored() -> int:
        return sum(pod.served() for pod in catalogs(mesh, "us")) - before

    eventually(lambda: abs(mirrored() - count / 2) < allowed)
    asks = {"origin": "https://a.example.com", "access-control-request-method": "PUT"}
    (preflight,) = web.get(PLAIN, "/cors", method="OPTIONS", headers=asks).all
    assert preflight.headers["access-control-allow-methods"] == "PUT"
    assert preflight.headers["access-control-max-age"] == "60"
    (foreign,) = web.get(PLAIN, "/cors", method="OPTIONS", headers={**asks, "origin": "https://b.example.com"}).all
    assert "access-control-allow-origin" not in foreign.headers
    (answer,) = web.get(PLAIN, "/cors", headers={"origin": "https://a.example.com"}).all
    assert answer.headers["access-control-allow-origin"] == "https://a.example.com"
    for one in web.get(PLAIN, "/both", count=20).good:
        assert ('"cluster": "us"' in one.body) == ("x-away" in one.body)


def test_filters_below_tables(mesh: Mesh, federation: Federation) -> None:
    """Filters find delegated routes by the labels above them, all their matchers, and one of two equal names."""
    guard = {"labels": {"guard": "yes"}}
    below = {
        "name": "below",
        "matchers": [{"uri": {"prefix": "/below/a"}}, {"uri": {"prefix": "/below/b"}, "method": "POST"}],
        "forwardTo": {"destinations": [TO_GROUP]},
    }
    child = gloo("networking", "RouteTable", "child", http=[below])
    child["metadata"]["labels"] = {"part": "below"}
    to_child = {
        "name": "to-child",
        **guard,
        "matchers": [{"uri": {"prefix": "/below"}}],
        "delegate": {"routeTables": [{"labels": {"part": "below"}}]},
    }
    same = {"name": "same", "matchers": [{"uri": {"prefix": "/same"}}], "forwardTo": {"destinations": [TO_GROUP]}}
    csrf = gloo(
        "security.policy",
        "CSRFPolicy",
        "guard",
        applyToRoutes=[{"route": guard}],
        config={"filterEnabled": True},
    )
    other = gloo("networking", "RouteTable", "catalog", "shop-web", hosts=[HOST], http=[same])
    federation.declare(workspaces(), CATALOG, table(PLAIN, to_child, {**same, **guard}), child, other, csrf)
    web = client(mesh, "eu")

    def ask(path: str, host: str = PLAIN) -> dict[int, int]:
        origin = {"origin": "https://elsewhere.example.net"}
        return web.get(host, path, method="POST", headers=origin).statuses

    for path in ("/below/a", "/below/b", "/same"):
        eventually(lambda path=path: ask(path) == {403: 1})  # type: ignore[misc]
    assert ask("/else") == {200: 1}
    assert ask("/same", HOST) == {200: 1}


def test_identities_and_hosts_of_other_clusters(mesh: Mesh, federation: Federation) -> None:
    """Pods behind a group refuse who may not call their Service; a table for a federated host counts everywhere."""
    clients = [{"serviceAccountSelector": {"name": "client", "namespace": "shop-web", "cluster": "eu"}}]
    only = [{"selector": {"name": "catalog", "namespace": "shop", "cluster": "us"}, "port": {"number": 80}}]
    authz = {"authzList": [{"allowedClients": clients, "allowedPaths": ["/open*"]}]}
    access = gloo("security.policy", "AccessPolicy", "only-eu", applyToDestinations=only, config=authz)
    federated = "catalog.shop.svc.us.global"
    routes = [route("fault", TO_US), {"name": "rest", "forwardTo": {"destinations": [TO_US], "pathRewrite": "/open/"}}]
    federation.declare(
        workspaces(federation=FEDERATED),
        CATALOG,
        access,
        gloo("networking", "RouteTable", "federated", hosts=[federated], http=routes),
        policy("FaultInjectionPolicy", "fault", abort={"httpStatus": 418}),
    )
    web, others = client(mesh, "eu"), [client(mesh, "us"), client(mesh, "eu", "edge")]
    for other in others:
        asked = partial(other.get, count=20)
        eventually(lambda asked=asked: asked(federated).statuses == {403: 20})  # type: ignore[misc]
        eventually(lambda asked=asked: asked(HOST, "/open").clusters.keys() == {"eu"})  # type: ignore[misc]
        assert asked(HOST, "/open").statuses.keys() == {200, 403}
    eventually(lambda: web.get(HOST, "/open", count=40).bad == 0)
    assert web.get(HOST, "/open", count=40).clusters.keys() == {"eu", "us"}
    assert web.get(HOST, "/closed", count=40).clusters.keys() == {"eu"}
    assert web.get(federated, "/closed", count=5).clusters == {"us": 5}, "the path is rewritten before it gets there"
    for one in (web, *others):
        assert one.get(federated, "/fault", count=3).statuses == {418: 3}
