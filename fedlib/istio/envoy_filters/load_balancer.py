"""The fields of a LoadBalancerPolicy that no DestinationRule has: settings of Envoy's clusters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.policies.failover import OutlierDetectionPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec
from fedlib.config.policies.traffic_control import LoadBalancerPolicySpec
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause, Why
from fedlib.federation.decisions import Decisions
from fedlib.federation.hosts.called import own_hosts
from fedlib.federation.model.causes import policy_causes
from fedlib.federation.model.policy import PoliciesByKind, Policy
from fedlib.istio.duration import seconds
from fedlib.istio.envoy_filters.patch import Patch, merge_cluster, policy_filter
from fedlib.istio.envoy_filters.proxies import Context, workspace_proxies


@dataclass(slots=True)
class _Balanced:
    """A policy for one destination and the proxies of one workspace: settings by port, and all policies there."""

    policy: Policy[LoadBalancerPolicySpec]
    ports: dict[int, dict[str, Any]] = field(default_factory=dict)
    causes: dict[Cause, None] = field(default_factory=dict)


def translate_load_balancers(decisions: Decisions) -> Iterator[Declaration]:
    """One EnvoyFilter for each policy, destination and consuming workspace, in all proxies of its namespaces."""
    found: dict[tuple[Ref, str, Ref], _Balanced] = {}
    for (consumer, ref, port), by_kind in sorted(decisions.policies.client.items(), key=lambda item: item[0]):
        policy = by_kind.get(LoadBalancerPolicySpec)
        if policy is not None and (settings := _settings(policy.spec, by_kind)):
            balanced = found.setdefault((policy.ref, consumer, ref), _Balanced(policy))
            balanced.ports[port] = settings
            balanced.causes.update(dict.fromkeys(policy_causes(by_kind)))
    for (_, consumer, ref), balanced in found.items():
        destination = decisions.destinations.named(ref, consumer)
        for proxies in workspace_proxies(decisions.sidecars[consumer]):
            patches: list[Patch] = [
                merge_cluster(context, host, port, {"common_lb_config": settings})
                for host in (own_hosts(destination, proxies.cluster) if destination else ())
                for port, settings in balanced.ports.items()
                for context in (Context.OUTBOUND, Context.GATEWAY)
            ]
            if patches:
                yield policy_filter(
                    balanced.policy,
                    proxies,
                    patches,
                    (Cause(ref, Why.LEADS_TO), *balanced.causes),
                    f"{ref.kind}-{ref.name}-{ref.namespace}-{ref.cluster}",
                )


def _settings(spec: LoadBalancerPolicySpec, policies: PoliciesByKind) -> dict[str, Any]:
    """With outlier detection the DestinationRule has the threshold (`minHealthPercent`).

    Without it only active health checks can find an endpoint unhealthy.
    """
    config = spec.config
    found: dict[str, Any] = {}
    checked = ActiveHealthCheckPolicySpec in policies and OutlierDetectionPolicySpec not in policies
    if config.healthy_panic_threshold is not None and checked:
        found["healthy_panic_threshold"] = {"value": config.healthy_panic_threshold}
    if config.update_merge_window is not None:
        found["update_merge_window"] = seconds(config.update_merge_window)
    return found
