"""EnvoyFilter objects and their patches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from fedlib.config.model import Model
from fedlib.config.policies import POLICIES
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import Lineage
from fedlib.declarations.names import object_name
from fedlib.diagnostics.cause import Causes
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.filters.servers import ServerAddress
from fedlib.istio.envoy_filters.proxies import Context, Proxies

API_VERSION: Final = "networking.istio.io/v1alpha3"
KIND: Final = "EnvoyFilter"
CONNECTION_MANAGER: Final = "envoy.filters.network.http_connection_manager"
ROUTER: Final = "envoy.filters.http.router"

_GROUPS: Final = {kind: group for group, _, kind in (name.partition("/") for name in POLICIES)}

Patch = dict[str, Any]


def typed(type_: str, **fields: Any) -> dict[str, Any]:
    """A message for one of Envoy's `Any` fields; `type_` is its full name, fields that are None are left out."""
    return {"@type": f"type.googleapis.com/{type_}", **{key: one for key, one in fields.items() if one is not None}}


def cluster_name(server: ServerAddress) -> str:
    """The name that Istio gives to the cluster of a host's port."""
    return f"outbound|{server.port}||{server.host}"


def policy_filter(
    policy: Policy[Model], proxies: Proxies, patches: Iterable[Patch], causes: Causes, target: str = ""
) -> Declaration:
    """The EnvoyFilter of one policy, for what it applies to (`target`, a part of the object's name).

    `causes` are what else shaped it.
    """
    ref = policy.ref
    name = "-".join(part for part in (ref.kind, ref.name, ref.namespace, ref.cluster, target) if part)
    lineage = Lineage(ref, _GROUPS[policy.kind], "v2", proxies.workspace, (policy.cause, *causes))
    return _envoy_filter(name, proxies, patches, lineage)


def shared_filter(label: str, proxies: Proxies, patch: Patch, priority: int, causes: Causes) -> Declaration:
    """The EnvoyFilter that puts an HTTP filter into proxies, for all policies; lower priorities are applied first."""
    lineage = replace(proxies.lineage, causes=causes)
    return _envoy_filter(f"filter-{label}", proxies, (patch,), lineage, priority)


def _envoy_filter(
    name: str, proxies: Proxies, patches: Iterable[Patch], lineage: Lineage, priority: int = 0
) -> Declaration:
    spec: dict[str, Any] = {"configPatches": list(patches)}
    if priority:
        spec["priority"] = priority
    if proxies.labels:
        spec["workloadSelector"] = {"labels": dict(sorted(proxies.labels.items()))}
    name = object_name(f"{name}-{proxies.name}")
    return Declaration({proxies.cluster: proxies.namespaces}, API_VERSION, KIND, name, spec, lineage)


def insert_http_filter(
    proxies: Proxies, value: Mapping[str, Any], *, first: bool = False, port: int | None = None
) -> Patch:
    """Inserts an HTTP filter: before the router, or as the first one; into all listeners, or those of one port."""
    chain: dict[str, Any] = {"filter": {"name": CONNECTION_MANAGER}}
    if not first:
        chain["filter"]["subFilter"] = {"name": ROUTER}
    listener: dict[str, Any] = {"filterChain": chain}
    if port is not None:
        listener["portNumber"] = port
    return {
        "applyTo": "HTTP_FILTER",
        "match": {"context": proxies.context.value, "listener": listener},
        "patch": {"operation": "INSERT_FIRST" if first else "INSERT_BEFORE", "value": dict(value)},
    }


def merge_route(proxies: Proxies, match: Mapping[str, Any], name: str, route_config: Mapping[str, Any]) -> Patch:
    """Turns the HTTP filter `name` on for routes; `match` is that of their route configuration."""
    return {
        "applyTo": "HTTP_ROUTE",
        "match": {"context": proxies.context.value, "routeConfiguration": dict(match)},
        "patch": {"operation": "MERGE", "value": {"typed_per_filter_config": {name: dict(route_config)}}},
    }


def merge_cluster(context: Context, host: str, port: int, value: Mapping[str, Any]) -> Patch:
    """Adds settings to the clusters of one port of a host, with all their subsets."""
    return {
        "applyTo": "CLUSTER",
        "match": {"context": context.value, "cluster": {"service": host, "portNumber": port}},
        "patch": {"operation": "MERGE", "value": dict(value)},
    }


def merge_listener(port: int, value: Mapping[str, Any]) -> Patch:
    """Adds settings to the listener of a gateway; `port` is that of its pods."""
    return {
        "applyTo": "LISTENER",
        "match": {"context": Context.GATEWAY.value, "listener": {"portNumber": port}},
        "patch": {"operation": "MERGE", "value": dict(value)},
    }


def insert_listener_filter(port: int, value: Mapping[str, Any]) -> Patch:
    """Inserts the first filter of the listener of a gateway; `port` is that of its pods."""
    return {
        "applyTo": "LISTENER_FILTER",
        "match": {"context": Context.GATEWAY.value, "listener": {"portNumber": port}},
        "patch": {"operation": "INSERT_FIRST", "value": dict(value)},
    }
