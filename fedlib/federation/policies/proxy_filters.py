"""What policies need that become settings of Envoy itself: gateways that check health, and servers that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.listener import IngressGateway
from fedlib.federation.policies.filter_fields import FILTER_POLICIES, refuses
from fedlib.federation.policies.health_checks import GatewayChecks, decide_health_checks
from fedlib.federation.policies.model import AppliedPolicies, Policy
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class ProxyFilters:
    """Decisions on policies that become settings of Envoy itself.

    Attributes:
        refused: policies that cannot be translated; why was reported.
        checks: what gateways check, by policy and gateway.
        listeners: policies by kind for a gateway's Service and a port of its pods: one for all listeners of the port.
    """

    refused: frozenset[Ref] = frozenset()
    checks: tuple[GatewayChecks, ...] = ()
    listeners: Mapping[tuple[Ref, int], Mapping[str, Policy]] = field(default_factory=dict)


def decide_proxy_filters(
    snapshot: Snapshot,
    destinations: DestinationIndex,
    policies: AppliedPolicies,
    gateways: Iterable[IngressGateway],
    report: Report,
) -> ProxyFilters:
    """Decide for all such policies; whatever keeps one from being translated is reported."""
    gateways = tuple(gateways)
    found = tuple(owned.resource for kind in FILTER_POLICIES for owned in snapshot.resources.get(kind, ()))
    refused = frozenset(resource.ref for resource in found if refuses(resource, report))
    return ProxyFilters(
        refused=refused,
        checks=decide_health_checks(policies, refused, destinations, gateways, report),
        listeners=_listeners(policies, gateways, report),
    )


def _listeners(
    policies: AppliedPolicies, gateways: Iterable[IngressGateway], report: Report
) -> dict[tuple[Ref, int], dict[str, Policy]]:
    """Listeners for several hosts share a port, and a port has one setting: that of the oldest policy."""
    wanted: dict[tuple[Ref, int], list[Policy]] = {}
    for gateway in gateways:
        for listener in gateway.listeners:
            applied = policies.listeners.get((gateway.resource.ref, listener.index), {})
            wanted.setdefault((gateway.service.ref, listener.target_port), []).extend(applied.values())
    found: dict[tuple[Ref, int], dict[str, Policy]] = {}
    for (service, port), candidates in wanted.items():
        for policy in sorted(candidates, key=lambda one: one.resource.age):
            winner = found.setdefault((service, port), {}).setdefault(policy.kind, policy)
            if winner.ref != policy.ref:
                report.add(
                    catalogue.POLICY_CONFLICT, policy.ref, policy.resource.at("applyToListeners"),
                    target="listener", policy=policy.ref.name, names=f"port {port} of {service}", winner=winner.ref,
                )  # fmt: skip
    return found
