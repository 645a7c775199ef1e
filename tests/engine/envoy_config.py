"""A configuration of Envoy in which the patches of EnvoyFilters are applied, as istiod applies them to its own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Message = dict[str, Any]

EXTENSIONS: Final = "type.googleapis.com/envoy.extensions"
_HTTP = f"{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager"
_HTTP_OPTIONS = f"{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions"
_ROUTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": f"{EXTENSIONS}.filters.http.router.v3.Router"},
}
_RUNTIME = {"layers": [{"name": "istio", "static_layer": {"re2.max_program_size.error_level": "32768"}}]}
"""What pilot-agent writes into the bootstrap of every proxy of Istio."""


@dataclass(slots=True)
class EnvoyConfig:
    """One listener with one virtual host, the clusters that anything names, and other listeners."""

    filters: list[Message] = field(default_factory=lambda: [copy.deepcopy(_ROUTER)])
    routes: list[Message] = field(default_factory=list)
    clusters: dict[str, Message] = field(default_factory=dict)
    listener: Message = field(default_factory=dict)
    listener_filters: list[Message] = field(default_factory=list)
    others: list[Message] = field(default_factory=list)

    def apply(self, specs: Iterable[Mapping[str, Any]]) -> None:
        """Apply the patches of EnvoyFilters, objects with lower priorities first."""
        for spec in sorted(specs, key=lambda one: one.get("priority", 0)):
            for patch in spec["configPatches"]:
                getattr(self, f"_{patch['applyTo'].lower()}")(patch)

    def bootstrap(self) -> Message:
        """The whole configuration; clusters that patches only refer to are there and empty."""
        for name in sorted(_named_clusters([self.filters, self.routes])):
            self.clusters.setdefault(name, _cluster(name))
        default = {"match": {"prefix": "/"}, "direct_response": {"status": 200}}
        host = {"name": "all", "domains": ["*"], "routes": [*self.routes, default]}
        chain = http_chain({"virtual_hosts": [host]}, self.filters)
        listener = {**listening("http", [chain]), **self.listener, "listener_filters": self.listener_filters}
        clusters = list(self.clusters.values())
        return {
            "static_resources": {"listeners": [listener, *self.others], "clusters": clusters},
            "layered_runtime": _RUNTIME,
        }

    def _http_filter(self, patch: Mapping[str, Any]) -> None:
        first = patch["patch"]["operation"] == "INSERT_FIRST"
        self.filters.insert(0 if first else len(self.filters) - 1, copy.deepcopy(patch["patch"]["value"]))

    def _http_route(self, patch: Mapping[str, Any]) -> None:
        route = {"match": {"path": f"/{len(self.routes)}"}, "direct_response": {"status": 200}}
        self.routes.append({**route, **copy.deepcopy(patch["patch"]["value"])})

    def _cluster(self, patch: Mapping[str, Any]) -> None:
        match = patch["match"]["cluster"]
        name = f"outbound|{match['portNumber']}||{match['service']}"
        self.clusters.setdefault(name, _cluster(name)).update(copy.deepcopy(patch["patch"]["value"]))

    def _listener(self, patch: Mapping[str, Any]) -> None:
        self.listener.update(copy.deepcopy(patch["patch"]["value"]))

    def _listener_filter(self, patch: Mapping[str, Any]) -> None:
        self.listener_filters.insert(0, copy.deepcopy(patch["patch"]["value"]))


def http_chain(routes: Message, filters: Iterable[Message] = ()) -> Message:
    """A filter chain for HTTP with these routes; the last of the filters is the router, by default the only one."""
    manager = {
        "@type": _HTTP,
        "stat_prefix": "http",
        "route_config": routes,
        "http_filters": [*filters] or [_ROUTER],
    }
    return {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}


def listening(name: str, chains: list[Message]) -> Message:
    """A listener on some port of this machine."""
    address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
    return {"name": name, "address": address, "filter_chains": chains}


def before_router(*filters: Message) -> list[Message]:
    """All filters of an HTTP chain."""
    return [*filters, copy.deepcopy(_ROUTER)]


def _cluster(name: str) -> Message:
    """A cluster as Istio has it for a port of HTTP/2; gRPC needs that."""
    options = {"@type": _HTTP_OPTIONS, "explicit_http_config": {"http2_protocol_options": {}}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options},
    }


def _named_clusters(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("cluster_name", "cluster") and isinstance(item, str):
                yield item
            yield from _named_clusters(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named_clusters(item)
