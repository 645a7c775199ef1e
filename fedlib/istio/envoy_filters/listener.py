"""Policies on listeners of gateways: ListenerConnectionPolicy and ProxyProtocolPolicy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.config.duration import milliseconds
from fedlib.config.model import Model
from fedlib.config.policies.connection import ListenerConnectionPolicySpec, TCPKeepalive
from fedlib.config.policies.traffic_control import ProxyProtocolPolicySpec
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Ref
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.causes import virtual_gateway_cause
from fedlib.federation.model.policy import PoliciesByKind, Policy
from fedlib.istio.envoy_filters.patch import Patch, insert_listener_filter, merge_listener, policy_filter, typed
from fedlib.istio.envoy_filters.proxies import gateway_proxies

_PROXY_PROTOCOL: Final = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
_SOL_SOCKET, _SO_KEEPALIVE = 1, 9
_IPPROTO_TCP, _TCP_KEEPIDLE, _TCP_KEEPINTVL, _TCP_KEEPCNT = 6, 4, 5, 6
"""Linux's numbers: all that Istio's proxies run on."""


def translate_listener_policies(decisions: Decisions) -> Iterator[Declaration]:
    """One EnvoyFilter for each policy and gateway Service, with a patch for each port."""
    gateways = {gateway.service.ref: gateway for gateway in decisions.virtual_gateways}
    found: dict[tuple[Ref, Ref], tuple[Policy[Model], list[Patch]]] = {}
    for (service, port), policies in sorted(decisions.proxy_filters.listeners.items(), key=lambda item: item[0]):
        for policy, patch in _patches(policies, port):
            found.setdefault((service, policy.ref), (policy, []))[1].append(patch)
    for (service, _), (policy, patches) in found.items():
        gateway = gateways[service]
        yield policy_filter(
            policy, gateway_proxies(gateway.service, gateway.workspace), patches, (virtual_gateway_cause(gateway),)
        )


def _patches(policies: PoliciesByKind, port: int) -> Iterator[tuple[Policy[Model], Patch]]:
    connection = policies.get(ListenerConnectionPolicySpec)
    if connection is not None:
        yield connection, merge_listener(port, _connection(connection.spec))
    proxy_protocol = policies.get(ProxyProtocolPolicySpec)
    if proxy_protocol is not None and proxy_protocol.spec.config.enable_proxy_protocol:
        settings = {"name": "envoy.filters.listener.proxy_protocol", "typed_config": typed(_PROXY_PROTOCOL)}
        yield proxy_protocol, insert_listener_filter(port, settings)


def _connection(spec: ListenerConnectionPolicySpec) -> dict[str, Any]:
    config = spec.config
    settings: dict[str, Any] = {}
    if config.per_connection_buffer_limit_bytes is not None:
        settings["per_connection_buffer_limit_bytes"] = config.per_connection_buffer_limit_bytes
    if config.tcp_keepalive is not None:
        settings["socket_options"] = _keepalive(config.tcp_keepalive)
    return settings


def _keepalive(probes: TCPKeepalive) -> list[dict[str, Any]]:
    """Options of the listening socket, which its connections inherit; times in whole seconds, rounded up."""
    options = [_option("keep-alive", _SOL_SOCKET, _SO_KEEPALIVE, 1)]
    if probes.time is not None:
        options.append(_option("keep-alive time", _IPPROTO_TCP, _TCP_KEEPIDLE, _whole_seconds(probes.time)))
    if probes.interval is not None:
        options.append(_option("keep-alive interval", _IPPROTO_TCP, _TCP_KEEPINTVL, _whole_seconds(probes.interval)))
    if probes.probes:
        options.append(_option("keep-alive probes", _IPPROTO_TCP, _TCP_KEEPCNT, probes.probes))
    return options


def _option(description: str, level: int, name: int, value: int) -> dict[str, Any]:
    return {"description": description, "level": level, "name": name, "int_value": value, "state": "STATE_PREBIND"}


def _whole_seconds(duration: str) -> int:
    return -(-milliseconds(duration) // 1000)
