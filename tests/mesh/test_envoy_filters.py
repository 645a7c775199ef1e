"""Policies that become EnvoyFilters: istiod puts them where they belong, and Envoy does what they say."""

from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import BOUND, FEDERATED, NORTH_SOUTH, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

PLAIN = "catalog.shop.svc.cluster.local"
ELSEWHERE = {"origin": "http://elsewhere.example.net"}
TO_CATALOG = {"destinations": [{"ref": {"name": "catalog"}, "port": {"number": 80}}]}
NO_LIMITER = gloo(
    "admin",
    "RateLimitServerSettings",
    "nobody",
    destinationServer={"ref": {"name": "catalog"}, "port": {"number": 80}},
    denyOnFail=True,
)
"""A server that does not speak the protocol: requests that ask it are refused."""
LIMITS = gloo("admin", "RateLimitServerConfig", "limits", destinationServers=[{"ref": {"name": "catalog"}}])
NO_AUTHORIZER = gloo(
    "admin",
    "ExtAuthServer",
    "nobody",
    destinationServer={"ref": {"name": "catalog"}, "port": {"number": 80}},
    statusOnError=401,
)
AUTHORIZER = gloo(
    "admin",
    "ExtAuthServer",
    "catalog",
    destinationServer={"ref": {"name": "catalog"}, "port": {"number": 80}},
    httpService={"pathPrefix": "/check"},
)
ASKED = {
    "ratelimitServerConfig": {"name": "limits"},
    "serverSettings": {"name": "nobody"},
    "raw": {"rateLimits": [{"actions": [{"genericKey": {"descriptorValue": "all"}}]}]},
}


def policies_of_routes() -> list[dict[str, Any]]:
    """A policy of each kind, on the route with its name."""
    found = {
        "csrf": ("security", "CSRFPolicy", {"filterEnabled": True}),
        "small": ("trafficcontrol", "HTTPBufferPolicy", {"maxRequestBytes": 10}),
        "limited": ("trafficcontrol", "RateLimitPolicy", ASKED),
        "early": ("trafficcontrol", "RateLimitPolicy", {**ASKED, "phase": {"preAuthz": {}}}),
        "refused": ("security", "ExtAuthPolicy", {"customAuth": {}, "server": {"name": "nobody"}}),
        "allowed": ("security", "ExtAuthPolicy", {"customAuth": {}, "server": {"name": "catalog"}}),
    }
    return [
        gloo(f"{group}.policy", kind, route, applyToRoutes=[{"route": {"labels": {"route": route}}}], config=config)
        for route, (group, kind, config) in found.items()
    ]


def table(host: str, **spec: Any) -> dict[str, Any]:
    """A RouteTable with a route for each policy, and one for the rest."""
    routes = [
        {
            "name": name,
            "labels": {"route": name},
            "matchers": [{"uri": {"prefix": f"/{name}"}}],
            "forwardTo": TO_CATALOG,
        }
        for name in ("csrf", "small", "limited", "early", "refused", "allowed")
    ]
    rest = {"name": "rest", "forwardTo": TO_CATALOG}
    return gloo("networking", "RouteTable", "catalog", hosts=[host], http=[*routes, rest], **spec)


EXPECTED = {"/csrf": 403, "/limited": 500, "/early": 500, "/refused": 401, "/allowed": 200, "/rest": 200}


def test_routes_of_sidecars(mesh: Mesh, federation: Federation) -> None:
    """Each filter acts on its route only, at the client's sidecar."""
    federation.declare(
        workspaces(federation=FEDERATED),
        table(PLAIN), NO_LIMITER, LIMITS, NO_AUTHORIZER, AUTHORIZER, *policies_of_routes(),
    )  # fmt: skip
    web = client(mesh, "eu")

    def ask(path: str) -> int:
        return _status(web.get(PLAIN, path, headers=ELSEWHERE, method="POST"))

    eventually(lambda: {path: ask(path) for path in EXPECTED} == EXPECTED)
    assert web.get(PLAIN, "/csrf", headers={"origin": f"http://{PLAIN}"}, method="POST").bad == 0


def test_routes_of_gateways(mesh: Mesh, federation: Federation) -> None:
    """The same at an ingress gateway."""
    federation.declare(
        workspaces(federation=FEDERATED), NORTH_SOUTH, table("shop.example.com", virtualGateways=BOUND),
        NO_LIMITER, LIMITS, NO_AUTHORIZER, AUTHORIZER, *policies_of_routes(),
    )  # fmt: skip
    outside = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")

    def ask(path: str) -> int:
        answers = stranger.get("shop.example.com", path, address=outside, port=8080, headers=ELSEWHERE, method="POST")
        return _status(answers)

    eventually(lambda: {path: ask(path) for path in EXPECTED} == EXPECTED)


def test_pods_of_a_service(mesh: Mesh, federation: Federation) -> None:
    """A policy of a destination is enforced by its pods, on the port that it selects, whoever calls."""
    only = [{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}]
    federation.declare(
        workspaces(federation=FEDERATED), NO_LIMITER, LIMITS,
        gloo("trafficcontrol.policy", "RateLimitPolicy", "pods", applyToDestinations=only, config=ASKED),
    )  # fmt: skip
    here, there = client(mesh, "eu"), client(mesh, "us")
    eventually(lambda: here.get(PLAIN, count=6).statuses == {500: 6})
    eventually(lambda: there.get("catalog.shop.svc.eu.global", count=6).statuses == {500: 6})
    assert there.get(PLAIN, count=3).bad == 0, "another Service"
    assert here.get(PLAIN, port=81, count=3).bad == 0, "another port"


def test_settings_of_clusters_and_listeners(mesh: Mesh, federation: Federation) -> None:
    """Proxies take health checks, limits and the concurrency filter, and requests still pass."""
    bound = {"virtualGateways": BOUND}
    every = [{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}]
    check = {
        "timeout": "1s",
        "interval": "1s",
        "noTrafficInterval": "1s",
        "unhealthyThreshold": 2,
        "healthyThreshold": 1,
    }
    settings: list[tuple[str, str, dict[str, Any]]] = [
        (
            "resilience",
            "ActiveHealthCheckPolicy",
            {**bound, "healthCheck": {**check, "httpHealthCheck": {"path": "/up"}}},
        ),
        ("trafficcontrol", "LoadBalancerPolicy", {"simple": "ROUND_ROBIN", "updateMergeWindow": "0s"}),
        (
            "resilience",
            "AdaptiveRequestConcurrencyPolicy",
            {"concurrencyUpdateIntervalMillis": 100, "minRttCalcParams": {"intervalMillis": 60000}},
        ),
    ]
    limits = {"perConnectionBufferLimitBytes": 16384, "tcpKeepalive": {"probes": 3, "time": "60s"}}
    federation.declare(
        workspaces(federation=FEDERATED),
        NORTH_SOUTH,
        table("shop.example.com", **bound),
        *(
            gloo(f"{group}.policy", kind, "one", applyToDestinations=every, config=config)
            for group, kind, config in settings
        ),
        gloo(
            "resilience.policy",
            "ListenerConnectionPolicy",
            "small",
            "istio-gateways",
            applyToListeners=[{}],
            config=limits,
        ),
    )
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"]
    stranger = client(mesh, "us", "stranger")

    def passes() -> bool:
        return stranger.get("shop.example.com", "/rest", address=gateway.outside, port=8080, count=10).bad == 0

    eventually(passes)
    dump = str(gateway.admin("config_dump"))
    for setting in ("'path': '/up'", "'update_merge_window': '0s'", "'per_connection_buffer_limit_bytes': 16384"):
        assert setting in dump
    assert "adaptive_concurrency" in str(mesh["eu"].workloads["shop/catalog-0"].admin("config_dump"))


def _status(answers: Any) -> int:
    """The one status that all answers have."""
    (status,) = answers.statuses
    return int(status)
