"""The fields of a LoadBalancerPolicy that no DestinationRule has: settings of Envoy's clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.config.policies.traffic_control import LoadBalancerPolicySpec
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Ref
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.policy import Policy
from fedlib.istio.duration import seconds
from fedlib.istio.envoy_filters.called_hosts import called_hosts
from fedlib.istio.envoy_filters.patch import Patch, merge_cluster, policy_filter
from fedlib.istio.envoy_filters.proxies import Context, workspace_proxies
from fedlib.istio.virtual_services.route_policies import policy_spec
from fedlib.snapshot.model import Snapshot

KIND: Final = "LoadBalancerPolicy"


def translate_load_balancers(decisions: Decisions, snapshot: Snapshot) -> Iterator[Declaration]:
    """One EnvoyFilter for each policy, destination and consuming workspace, in all proxies of its namespaces."""
    found: dict[tuple[Ref, str, Ref], tuple[Policy, dict[int, dict[str, Any]]]] = {}
    for (consumer, ref, port), by_kind in sorted(decisions.policies.client.items(), key=lambda item: item[0]):
        settings = _settings(by_kind)
        if settings:
            policy = by_kind[KIND]
            found.setdefault((policy.ref, consumer, ref), (policy, {}))[1][port] = settings
    for (_, consumer, ref), (policy, ports) in found.items():
        destination = decisions.destinations.named(ref)
        for proxies in workspace_proxies(snapshot.workspaces[consumer]):
            patches: list[Patch] = [
                merge_cluster(context, host, port, {"common_lb_config": settings})
                for host in (called_hosts(destination, proxies.cluster, snapshot) if destination else ())
                for port, settings in ports.items()
                for context in (Context.OUTBOUND, Context.GATEWAY)
            ]
            if patches:
                yield policy_filter(policy, proxies, patches, f"{ref.kind}-{ref.name}-{ref.namespace}-{ref.cluster}")


def _settings(policies: Mapping[str, Policy]) -> dict[str, Any]:
    """With outlier detection the DestinationRule has the threshold (`minHealthPercent`).

    Without it only active health checks can find an endpoint unhealthy.
    """
    policy = policies.get(KIND)
    if policy is None:
        return {}
    config = policy_spec(policy, LoadBalancerPolicySpec).config
    found: dict[str, Any] = {}
    checked = "ActiveHealthCheckPolicy" in policies and "OutlierDetectionPolicy" not in policies
    if config.healthy_panic_threshold is not None and checked:
        found["healthy_panic_threshold"] = {"value": config.healthy_panic_threshold}
    if config.update_merge_window is not None:
        found["update_merge_window"] = seconds(config.update_merge_window)
    return found
