"""What a proxy got from istiod, brought into a form that Reach can be held against.

Input: Envoy's resources as JSON with proto names, as `config_dump` of a proxy has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import gcd
from typing import Any

Plain = Mapping[str, Any]
NO_LIMIT = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class EnvoyEndpoint:
    """An endpoint: where, how preferred, and whether it gets mTLS where the cluster leaves that to it."""

    address: str
    port: int
    priority: int = 0
    mtls: bool = False
    locality_weight: int = 0


@dataclass(frozen=True, slots=True)
class EnvoyCluster:
    """A cluster. `tls` is `none`, `auto` (by the endpoint), or `always`."""

    original: bool = False
    tls: str = "none"
    sni: str = ""
    names: tuple[str, ...] = ()
    ejects: bool = False
    endpoints: tuple[EnvoyEndpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class EnvoyRoute:
    """A route. `ways` are clusters with shares; `answer` is a redirect or a direct response."""

    conditions: tuple[tuple[str, str, str, str, bool], ...] = ()
    ignore_case: bool = False
    ways: tuple[tuple[str, int], ...] = ()
    answer: str = ""
    timeout: timedelta = NO_LIMIT
    attempts: int = 0
    retry_on: tuple[str, ...] = ()
    per_try_timeout: timedelta = NO_LIMIT
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnvoyChain:
    """A filter chain: for which names and addresses, and to which clusters; none where it routes single requests."""

    names: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    ways: tuple[tuple[str, int], ...] = ()
    routes: str = ""


@dataclass(frozen=True, slots=True)
class EnvoyConfig:
    """All of a proxy: clusters by name, routes by route configuration and domain, chains by listener."""

    clusters: Mapping[str, EnvoyCluster] = field(default_factory=dict)
    routes: Mapping[str, Mapping[str, tuple[EnvoyRoute, ...]]] = field(default_factory=dict)
    listeners: Mapping[str, tuple[EnvoyChain, ...]] = field(default_factory=dict)


def read_resources(found: Mapping[str, Iterable[Plain]]) -> EnvoyConfig:
    """The form of a proxy's clusters, endpoints, routes and listeners."""
    loads = {one.get("cluster_name", ""): one for one in found["endpoints"]}
    clusters = {
        one["name"]: _cluster(one, loads.get(one["name"]) or one.get("load_assignment") or {})
        for one in found["clusters"]
    }
    routes = {
        one["name"]: {
            domain: tuple(_route(route) for route in host.get("routes", ()))
            for host in one.get("virtual_hosts", ())
            for domain in host["domains"]
        }
        for one in found["routes"]
    }
    listeners = {one.get("name", ""): tuple(_chains(one)) for one in found["listeners"]}
    return EnvoyConfig(clusters, routes, listeners)


def _cluster(cluster: Plain, load: Plain) -> EnvoyCluster:
    sockets = [(one.get("match", {}), one["transport_socket"]) for one in cluster.get("transport_socket_matches", ())]
    automatic = [socket for match, socket in sockets if match.get("tlsMode") == "istio"]
    socket = automatic[0] if automatic else cluster.get("transport_socket")
    if socket is None and sockets:  # what is not HBONE
        socket = next((one for match, one in sockets if "tunnel" not in match), None)
    context = socket.get("typed_config", {}) if socket and socket["name"].endswith("tls") else {}
    validation = context.get("common_tls_context", {}).get("combined_validation_context", {})
    names = validation.get("default_validation_context", {}).get("match_subject_alt_names", ())
    return EnvoyCluster(
        cluster.get("type") == "ORIGINAL_DST",
        "auto" if automatic else "always" if context else "none",
        context.get("sni", ""),
        tuple(sorted(one["exact"] for one in names)),
        "outlier_detection" in cluster,
        tuple(sorted(set(_endpoints(load, bool(automatic))))),  # a ServiceEntry has them once for each address
    )


def _endpoints(load: Plain, automatic: bool) -> Iterator[EnvoyEndpoint]:
    for group in load.get("endpoints", ()):
        for one in group.get("lb_endpoints", ()):
            place = one["endpoint"]["address"]
            socket = place.get("socket_address", {})
            metadata = one.get("metadata", {}).get("filter_metadata", {})
            mtls = automatic and metadata.get("envoy.transport_socket_match", {}).get("tlsMode") == "istio"
            address = socket.get("address") or f"unix://{place.get('pipe', {}).get('path', '')}"
            yield EnvoyEndpoint(
                address,
                socket.get("port_value", 0),
                group.get("priority", 0),
                mtls,
                group.get("load_balancing_weight", 0),
            )


def _route(route: Plain) -> EnvoyRoute:
    action = route.get("route", {})
    retry = action.get("retry_policy", {})
    answer = "redirect" if "redirect" in route else ""
    if "direct_response" in route:
        answer = f"answer {route['direct_response']['status']}"
    causes = [one for one in retry.get("retry_on", "").split(",") if one]
    return EnvoyRoute(
        tuple(sorted(_conditions(route["match"]))),
        route["match"].get("case_sensitive") is False,
        tuple(sorted(_ways(action))),
        answer,
        read_duration(action.get("timeout", "")),
        int(retry.get("num_retries", 0)),
        tuple(sorted((*causes, *map(str, retry.get("retriable_status_codes", ()))))),
        read_duration(retry.get("per_try_timeout", "")),
        tuple(sorted(one["cluster"] for one in action.get("request_mirror_policies", ()))),
    )


def read_duration(text: str) -> timedelta:
    """Seconds, or what Istio's durations may be: `1m30s`, `250ms`."""
    units = {"h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
    parts = re.findall(r"([\d.]+)(ms|[hms])", text)
    return sum((timedelta(**{units[unit]: float(number)}) for number, unit in parts), NO_LIMIT)


def _ways(action: Plain) -> Iterator[tuple[str, int]]:
    """Clusters with their shares in the smallest whole numbers."""
    if "cluster" in action:
        yield action["cluster"], 1
    shares = action.get("weighted_clusters", {}).get("clusters", ())
    unit = gcd(*(one.get("weight", 0) for one in shares)) or 1
    for one in shares:
        yield one["name"], one.get("weight", 0) // unit


_OPERATORS = {"exact": "exact", "prefix": "prefix", "safe_regex": "regex"}


def _conditions(match: Plain) -> Iterator[tuple[str, str, str, str, bool]]:
    if match.get("prefix", "/") != "/":
        yield "uri", "", "prefix", match["prefix"], False
    if "path" in match:
        yield "uri", "", "exact", match["path"], False
    if "safe_regex" in match:
        yield "uri", "", "regex", match["safe_regex"]["regex"], False
    for one in match.get("headers", ()):
        part = {":method": "method", ":authority": "authority", ":scheme": "scheme"}.get(one["name"], "header")
        name = one["name"] if part == "header" else ""
        yield part, name, *_value(one.get("string_match")), one.get("invert_match", False)
    for one in match.get("query_parameters", ()):
        yield "query", one["name"], *_value(one.get("string_match")), False


def _value(match: Plain | None) -> tuple[str, str]:
    for key, operator in _OPERATORS.items():
        if match and key in match:
            return operator, match[key]["regex"] if key == "safe_regex" else match[key]
    return "present", ""


def _chains(listener: Plain) -> Iterator[EnvoyChain]:
    chains = [*listener.get("filter_chains", ()), listener.get("default_filter_chain")]
    for chain in (one for one in chains if one):
        match = chain.get("filter_chain_match", {})
        names = tuple(sorted(match.get("server_names", ())))
        ranges = (f"{one['address_prefix']}/{one.get('prefix_len', 0)}" for one in match.get("prefix_ranges", ()))
        for one in chain.get("filters", ()):
            config = one.get("typed_config", {})
            if one["name"] == "envoy.filters.network.tcp_proxy":
                yield EnvoyChain(names, tuple(sorted(ranges)), tuple(sorted(_ways(config))))
            elif one["name"] == "envoy.filters.network.http_connection_manager":
                rds = config.get("rds", {}).get("route_config_name", "")
                yield EnvoyChain(names, tuple(sorted(ranges)), routes=rds)
