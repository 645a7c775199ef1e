"""Objects of Istio in a configuration of Envoy: what istiod would send to the proxies that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.engine.envoy_access import access_filter, token_filter
from tests.engine.envoy_config import EnvoyConfig, Message, before_router, http_chain, listening
from tests.engine.envoy_connections import (
    connection_listeners,
    destination_clusters,
    entry_cluster,
    gateway_listeners,
    hash_policies,
)
from tests.engine.envoy_routes import route_configuration

Object = tuple[str, str, Mapping[str, Any]]
"""A name that tells it apart, its kind, and its spec."""


def configuration(objects: Iterable[Object], certificate: Path) -> EnvoyConfig:
    """All of them, each in listeners and clusters of its own. What has no part in a proxy is left out."""
    config = EnvoyConfig()
    for name, kind, spec in objects:
        if kind == "EnvoyFilter":
            config.apply([spec])
        for listener in _listeners(kind, spec, certificate):
            config.others.append({**listener, "name": f"{name}/{listener['name']}"})
        for cluster in _clusters(kind, spec, certificate):
            unique = f"{name}/{cluster['name']}"
            config.clusters[unique] = {**cluster, "name": unique}
    return config


def _listeners(kind: str, spec: Mapping[str, Any], certificate: Path) -> Iterator[Message]:
    if kind == "VirtualService":
        if "http" in spec:
            yield listening("http", [http_chain(route_configuration(spec))])
        yield from connection_listeners(spec)
    elif kind == "Gateway":
        yield from gateway_listeners(spec, certificate)
    elif kind == "RequestAuthentication":
        yield listening("tokens", [http_chain({"name": "all"}, before_router(token_filter(spec)))])
    elif kind == "AuthorizationPolicy":
        yield listening("access", [http_chain({"name": "all"}, before_router(access_filter(spec)))])
    elif kind == "DestinationRule":
        for index, policy in enumerate(hash_policies(spec)):
            route = {"match": {"prefix": "/"}, "route": {"cluster": "any", "hash_policy": [policy]}}
            host = {"name": "all", "domains": ["*"], "routes": [route]}
            yield listening(f"hash-{index}", [http_chain({"validate_clusters": False, "virtual_hosts": [host]})])


def _clusters(kind: str, spec: Mapping[str, Any], certificate: Path) -> Iterator[Message]:
    if kind == "DestinationRule":
        yield from destination_clusters(spec, certificate)
    elif kind == "ServiceEntry":
        yield entry_cluster(spec)
    elif kind == "RequestAuthentication":
        yield {"name": "keys", "type": "STATIC"}
