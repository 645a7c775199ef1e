"""Active health checks: which gateway checks which destinations.

Source: Gloo's `ActiveHealthCheckPolicy`; the rule for gRPC is Envoy's, which otherwise refuses the whole update.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec
from fedlib.config.selectors import ObjectReference
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import Suggestion
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import Destination, Protocol
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.policy import AppliedPolicies, Policy

_HTTP2: Final = frozenset({Protocol.GRPC, Protocol.HTTP2})

Ports = tuple[tuple[Destination, int], ...]
"""Ports of destinations by number."""


@dataclass(frozen=True, slots=True)
class GatewayChecks:
    """What a gateway checks for a policy."""

    policy: Policy[ActiveHealthCheckPolicySpec]
    gateway: VirtualGateway
    ports: Ports


@dataclass(slots=True)
class _Checked:
    """What a policy selects, by the workspace whose gateways would check it."""

    policy: Policy[ActiveHealthCheckPolicySpec]
    ports: dict[str, list[tuple[Destination, int]]] = field(default_factory=dict)


def decide_health_checks(
    policies: AppliedPolicies,
    refused: frozenset[Ref],
    destinations: DestinationIndex,
    gateways: tuple[VirtualGateway, ...],
    report: Report,
) -> tuple[GatewayChecks, ...]:
    """Decide all checks; a policy that no gateway follows is reported."""
    found: list[GatewayChecks] = []
    for checked in _checked(policies, refused, destinations, report):
        services: set[Ref] = set()
        for gateway in _gateways(checked, gateways, report):
            if gateway.service.ref not in services:
                services.add(gateway.service.ref)
                found.append(GatewayChecks(checked.policy, gateway, tuple(checked.ports[gateway.workspace])))
    return tuple(found)


def _checked(
    policies: AppliedPolicies, refused: frozenset[Ref], destinations: DestinationIndex, report: Report
) -> Iterable[_Checked]:
    found: dict[Ref, _Checked] = {}
    told: set[tuple[Ref, Ref, int]] = set()
    for (consumer, ref, port), by_kind in sorted(policies.client.items(), key=lambda item: item[0]):
        policy = by_kind.get(ActiveHealthCheckPolicySpec)
        destination = destinations.named(ref, consumer)
        if policy is None or policy.ref in refused or destination is None:
            continue
        checked = found.setdefault(policy.ref, _Checked(policy))
        if _fits(policy, destination, port):
            checked.ports.setdefault(consumer, []).append((destination, port))
        elif (policy.ref, ref, port) not in told:
            told.add((policy.ref, ref, port))
            report.add(
                catalogue.HEALTH_CHECK_PROTOCOL, policy.ref, policy.resource.at("config", "healthCheck"),
                port=port, destination=ref,
            )  # fmt: skip
    return found.values()


def _fits(policy: Policy[ActiveHealthCheckPolicySpec], destination: Destination, port: int) -> bool:
    if policy.spec.config.health_check.grpc_health_check is None:
        return True
    return any(one.number == port and one.protocol in _HTTP2 for one in destination.ports)


def _gateways(checked: _Checked, gateways: tuple[VirtualGateway, ...], report: Report) -> Iterator[VirtualGateway]:
    resource = checked.policy.resource
    named = checked.policy.spec.config.virtual_gateways
    if not named:
        report.add(
            catalogue.HEALTH_CHECK_WITHOUT_GATEWAY, resource.ref, resource.at("config"),
            problem="the policy names no gateway", consequence="nothing checks",
        )  # fmt: skip
    for index, one in enumerate(named):
        found = [gateway for gateway in gateways if gateway.resource.ref == _ref(one, resource.ref)]
        usable = [gateway for gateway in found if gateway.workspace in checked.ports]
        if not usable and checked.ports:
            report.add(
                catalogue.HEALTH_CHECK_WITHOUT_GATEWAY, resource.ref, resource.at("config", "virtualGateways", index),
                problem=_problem(_ref(one, resource.ref), found, gateways), consequence="it does not check",
            )  # fmt: skip
        yield from usable


def _ref(reference: ObjectReference, policy: Ref) -> Ref:
    namespace, cluster = reference.namespace or policy.namespace, reference.cluster or policy.cluster
    return Ref("VirtualGateway", reference.name, namespace, cluster)


def _problem(ref: Ref, found: list[VirtualGateway], gateways: tuple[VirtualGateway, ...]) -> str | Suggestion:
    if found:
        return f"workspace '{found[0].workspace}' of {ref} neither owns nor imports the destinations"
    names = sorted({gateway.resource.ref.name for gateway in gateways})
    return Suggestion(ref.name, names, f"{ref} does not exist, or is on no gateway")
