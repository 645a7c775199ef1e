"""Ports of pods at which policies of destinations are enforced by HTTP filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fedlib.config.gloo import PortSelector
from fedlib.config.model import Model
from fedlib.config.policies.connection import AdaptiveRequestConcurrencyPolicySpec
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import Destination, Group
from fedlib.federation.model.policy import AppliedPolicies, Policy
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot

SERVED: Final[tuple[type[Model], ...]] = (
    AdaptiveRequestConcurrencyPolicySpec,
    ExtAuthPolicySpec,
    RateLimitPolicySpec,
)

Pods = tuple[str, str, tuple[tuple[str, str], ...], int]
"""Cluster, namespace, labels of the pods, and one of their ports."""


@dataclass(frozen=True, slots=True)
class ServedPort:
    """A policy at a port of a Service's pods; `workspace` owns the Service."""

    policy: Policy[Model]
    service: Service
    workspace: str
    port: int
    container_port: int


def served_ports(
    policies: AppliedPolicies,
    refused: frozenset[Ref],
    destinations: DestinationIndex,
    snapshot: Snapshot,
    gateways: GatewayPods,
    report: Report,
) -> tuple[ServedPort, ...]:
    """Where policies are enforced; of several of a kind for the same port of the same pods the oldest is."""
    found: dict[tuple[Pods, str], ServedPort] = {}
    for served in sorted(
        _all(policies, refused, destinations, snapshot, gateways, report),
        key=lambda one: (one.policy.resource.age, one.service.ref, one.port),
    ):
        service = served.service
        pods = (service.cluster, service.namespace, tuple(sorted(service.selector.items())), served.container_port)
        winner = found.setdefault((pods, served.policy.kind), served)
        if winner.policy.ref != served.policy.ref:
            report.add(
                catalogue.POLICY_CONFLICT, served.policy.ref, served.policy.resource.at("applyToDestinations"),
                target="destination", policy=served.policy.ref.name, names=f"{service.ref} port {served.port}",
                winner=winner.policy.ref,
            )  # fmt: skip
    return tuple(found.values())


def _all(
    policies: AppliedPolicies,
    refused: frozenset[Ref],
    destinations: DestinationIndex,
    snapshot: Snapshot,
    gateways: GatewayPods,
    report: Report,
) -> Iterator[ServedPort]:
    for (ref, port), by_kind in policies.server.items():
        destination = destinations.named(ref)
        if destination is None:
            continue
        for policy in (found for spec in SERVED if (found := by_kind.get(spec)) is not None):
            if policy.ref in refused or not _is_http(policy, destination, port, report):
                continue
            for service, number in _pods(destination, port, gateways):
                owner = snapshot.owners.get((service.cluster, service.namespace), "")
                if owner == policy.workspace and service.selector and not gateways.stands_before(service):
                    yield ServedPort(policy, service, owner, port, number)


def _is_http(policy: Policy[Model], destination: Destination, port: int, report: Report) -> bool:
    """A port that declares nothing may carry HTTP: Istio finds out."""
    protocol = next((one.protocol for one in destination.matching(PortSelector(number=port))), None)
    if protocol is None or protocol in HTTP_PROTOCOLS:
        return True
    if any(policy.entries("apply_to_destinations")):
        report.add(
            catalogue.FILTER_NEEDS_HTTP, policy.ref, policy.resource.at("applyToDestinations"),
            port=port, destination=destination.ref, policy=policy.kind,
        )  # fmt: skip
    return False


def _pods(destination: Destination, port: int, gateways: GatewayPods) -> Iterator[tuple[Service, int]]:
    """The Services behind a destination, each with the number of the pods' port."""
    decision = destination.decision
    if isinstance(decision, Group):
        for _, backing in sorted(decision.backings.items()):
            if port in backing.target_ports:
                yield backing.service, backing.target_ports[port]
    elif isinstance(decision, Service):
        found = decision.tcp_port(port)
        number = gateways.backends.container_port(decision, found) if found else ""
        if isinstance(number, int):
            yield decision, number
