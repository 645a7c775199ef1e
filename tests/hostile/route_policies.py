"""Policies of routes, and the servers that they ask."""

from __future__ import annotations

from tests.bench.mesh import gloo_object
from tests.hostile.documents import EVIL, SHOP, Document, answer, attack, policy, root, service, to_service


@attack
def route_policies(n: int) -> list[Document]:
    config = {"delay": {"fixedDelay": "1s"}}
    found = [policy("resilience", "FaultInjectionPolicy", f"p{i}", config) for i in range(n)]
    return [*found, root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)])]


@attack
def route_policy_selectors(n: int) -> list[Document]:
    config = {"delay": {"fixedDelay": "1s"}}
    targets = [{"withDestinations": {"selector": {"name": f"x{i}"}}} for i in range(n)]
    http = [to_service(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]
    return [policy("resilience", "FaultInjectionPolicy", "p", config, applyToRoutes=targets), root("r", http)]


@attack
def route_destination_selectors(n: int) -> list[Document]:
    config = {"removeRequestHeaders": ["x-a"]}
    targets = [{"onDestinations": [{"selector": {"name": f"x{i}"}} for i in range(n)]}]
    http = [to_service(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]
    return [
        policy("trafficcontrol", "HeaderManipulationPolicy", "p", config, applyToRouteDestinations=targets),
        root("r", http),
    ]


@attack
def mirrors(n: int) -> list[Document]:
    ref = {"ref": {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}, "port": {"number": 8080}}
    found = [
        policy(
            "trafficcontrol",
            "MirrorPolicy",
            f"p{i}",
            {"destination": ref},
            applyToRoutes=[{"route": {"labels": {"a": str(i)}}}],
        )
        for i in range(n)
    ]
    return [
        *found,
        root("r", [to_service(labels={"a": str(i)}, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def rate_limits_unknown(n: int) -> list[Document]:
    ref = {"name": "nobody", "namespace": EVIL, "cluster": "c0"}
    found = [
        policy(
            "trafficcontrol",
            "RateLimitPolicy",
            f"p{i}",
            {"ratelimitServerConfig": {**ref, "name": f"nobdy{i}"}},
            applyToRoutes=[{"route": {"labels": {"a": str(i)}}}],
        )
        for i in range(n)
    ]
    servers = [
        gloo_object("admin", "RateLimitServerConfig", f"nobody{i}", EVIL, {"raw": {"descriptors": []}})
        for i in range(n)
    ]
    return [
        *found,
        *servers,
        root("r", [answer(labels={"a": str(i)}, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def nested_descriptors(n: int) -> list[Document]:
    inner: Document = {"key": "a"}
    for _ in range(min(n, 60)):
        inner = {"key": "a", "descriptors": [inner]}
    return [
        gloo_object("admin", "RateLimitServerConfig", "x", EVIL, {"raw": {"descriptors": [inner] * max(1, n // 60)}})
    ]


@attack
def cors_origins(n: int) -> list[Document]:
    config = {"allowOrigins": [{"exact": f"https://{i}.example.com"} for i in range(n)]}
    return [
        policy("security", "CORSPolicy", "p", config),
        root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(50)]),
    ]


@attack
def cors_for_many_routes(n: int) -> list[Document]:
    config = {"allowOrigins": [{"exact": f"https://{i}.example.com"} for i in range(n)]}
    return [
        policy("security", "CORSPolicy", "p", config),
        root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def headers_for_many_routes(n: int) -> list[Document]:
    config = {"appendRequestHeaders": {f"x-{i}": "v" for i in range(n)}}
    return [
        policy("trafficcontrol", "HeaderManipulationPolicy", "p", config),
        root("r", [to_service(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def buffer_policies(n: int) -> list[Document]:
    return [
        policy("trafficcontrol", "HTTPBufferPolicy", "p", {"maxRequestBytes": 100}),
        root("r", [to_service(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def csrf_for_many_routes(n: int) -> list[Document]:
    config = {"filterEnabled": True, "additionalOrigins": [{"exact": f"{i}.example.com"} for i in range(n)]}
    return [
        policy("security", "CSRFPolicy", "p", config),
        root("r", [to_service(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def rate_limits_of_one_client_config(n: int) -> list[Document]:
    """A large configuration that many policies name."""
    actions = [{"genericKey": {"descriptorValue": "x" * 100}} for _ in range(100)]
    client = gloo_object(
        "trafficcontrol.policy",
        "RateLimitClientConfig",
        "c",
        EVIL,
        {"raw": {"rateLimits": [{"actions": actions}] * 30}},
    )
    server = gloo_object(
        "admin",
        "RateLimitServerConfig",
        "s",
        EVIL,
        {
            "destinationServers": [{"ref": {"name": "s", "namespace": EVIL, "cluster": "c0"}}],
            "raw": {"descriptors": [{"key": "a"}]},
        },
    )
    refs = {
        "ratelimitServerConfig": {"name": "s", "namespace": EVIL, "cluster": "c0"},
        "ratelimitClientConfig": {"name": "c", "namespace": EVIL, "cluster": "c0"},
    }
    found = [
        policy("trafficcontrol", "RateLimitPolicy", f"p{i}", refs, applyToRoutes=[{"route": {"labels": {"a": str(i)}}}])
        for i in range(n)
    ]
    settings_ = gloo_object(
        "admin",
        "RateLimitServerSettings",
        "default",
        "gloo-mesh",
        {"destinationServer": {"ref": {"name": "s", "namespace": EVIL, "cluster": "c0"}, "port": {"number": 80}}},
    )
    return [
        client,
        server,
        settings_,
        service("s"),
        *found,
        root("r", [to_service(labels={"a": str(i)}, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]


@attack
def selectors_that_almost_fit(n: int) -> list[Document]:
    """Each asks for one label of a table that few ask for, and for one that no table has and all ask for."""
    targets = [{"route": {"labels": {f"k{k}": "v", "none": "v"}}} for k in range(60)]
    found = [
        policy("resilience", "FaultInjectionPolicy", f"p{i}", {"delay": {"fixedDelay": "1s"}}, applyToRoutes=targets)
        for i in range(n // 8)
    ]
    one = root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)])
    one["metadata"]["labels"] = {f"k{k}": "v" for k in range(60)}
    return [*found, one]


@attack
def servers_by_host(n: int) -> list[Document]:
    def config(i: int) -> Document:
        return {"glooAuth": {"configs": [{"passThroughAuth": {"grpc": {"address": f"x{i}.example.com:80"}}}]}}

    found = [
        policy("security", "ExtAuthPolicy", f"p{i}", config(i), applyToRoutes=[{"route": {"labels": {"a": str(i)}}}])
        for i in range(n)
    ]
    return [
        *found,
        root("r", [to_service(labels={"a": str(i)}, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]),
    ]
