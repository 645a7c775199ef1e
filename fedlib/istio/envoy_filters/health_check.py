"""ActiveHealthCheckPolicy: Envoy's health checks of clusters, on the gateways that the policy names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.config.model import Model
from fedlib.config.policies.health_check import HealthCheck
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics.cause import Causes
from fedlib.federation.decisions import Decisions
from fedlib.federation.hosts.called import own_hosts
from fedlib.federation.model.causes import destination_cause, virtual_gateway_cause
from fedlib.federation.policies.filters.health_checks import GatewayChecks
from fedlib.istio.duration import seconds
from fedlib.istio.envoy_filters.patch import merge_cluster, policy_filter, typed
from fedlib.istio.envoy_filters.proxies import gateway_proxies

_DURATIONS: Final = frozenset({
    "timeout", "interval", "initial_jitter", "interval_jitter", "no_traffic_interval", "no_traffic_healthy_interval",
    "unhealthy_interval", "unhealthy_edge_interval", "healthy_edge_interval",
})  # fmt: skip
_FILE_SINK: Final = "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink"


def translate_health_checks(decisions: Decisions) -> Iterator[Declaration]:
    """One EnvoyFilter for each policy and gateway, with a patch for each port of each host."""
    for checks in decisions.proxy_filters.checks:
        check = checks.policy.spec.config.health_check
        proxies = gateway_proxies(checks.gateway.service, checks.gateway.workspace)
        patches = [
            merge_cluster(proxies.context, host, port, {"health_checks": [_check(check, host)]})
            for destination, port in checks.ports
            for host in own_hosts(destination, proxies.cluster)
        ]
        if patches:
            yield policy_filter(checks.policy, proxies, patches, _causes(checks))


def _causes(checks: GatewayChecks) -> Causes:
    """The VirtualGateway, and what the policy checks."""
    called = (destination_cause(destination) for destination, _ in checks.ports)
    return (virtual_gateway_cause(checks.gateway), *called)


def _check(check: HealthCheck, host: str) -> dict[str, Any]:
    """The check in Envoy's form, with the fields that are set. A file for events is written by a sink of its own.

    Without a host Envoy would name its cluster, such as `outbound|80||catalog.shop`, which no server takes for a host.
    """
    fields = _fields(check)
    if "http_health_check" in fields:
        fields["http_health_check"] = {"host": host, **fields["http_health_check"]}
    path = fields.pop("event_log_path", "")
    if path:
        sink = typed(_FILE_SINK, event_log_path=path)
        fields["event_logger"] = [{"name": "envoy.health_check.event_sinks.file", "typed_config": sink}]
    return fields


def _fields(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name not in model.model_fields_set or value is None:
            continue
        found[name] = seconds(value) if name in _DURATIONS else _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return _fields(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    return str(value) if isinstance(value, str) else value
