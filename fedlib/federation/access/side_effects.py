"""What AccessPolicies do beside what they say, because pods know container ports and not Services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fedlib.config.model import Model
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.model.access import AccessRules, IsolatedPort, ProtectedPort
from fedlib.federation.model.policy import Policy
from fedlib.federation.workloads.backends import Backends, container_ports
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors
from fedlib.snapshot.model import NamespaceKey, Snapshot

Replaced = tuple[ProtectedPort, Policy[Model]]

_Pods = Ref | tuple[str, str, tuple[tuple[str, str], ...]]

T = TypeVar("T")


@dataclass(slots=True)
class SideEffects:
    """Reports them."""

    snapshot: Snapshot
    backends: Backends
    report: Report

    def report_side_doors(self, replaced: Iterable[Replaced], isolated: Iterable[IsolatedPort]) -> None:
        """Report Services of the same pods and container port that still admit what isolation does."""
        open_ports: dict[_Pods, list[ProtectedPort]] = defaultdict(list)
        for one in isolated:
            for pods in self._pods(one.port.service):
                open_ports[pods].append(one.port)
        for port, policy in replaced:
            for other in (one for pods in self._pods(port.service) for one in open_ports.get(pods, ())):
                if set(port.container_ports) & set(other.container_ports):
                    self.report.add(
                        catalogue.SIDE_DOOR, policy.ref, policy.resource.at(),
                        service=port.service.ref, port=port.number, other=other.service.ref, other_port=other.number,
                    )  # fmt: skip

    def _pods(self, service: Service) -> Iterator[_Pods]:
        """The pods of a Service: the known workloads, and whatever its selector selects."""
        yield service.cluster, service.namespace, tuple(sorted(service.selector.items()))
        for workload in self.backends.workloads(service):
            yield workload.ref

    def report_closed_ports(self, replaced: Iterable[Replaced], rules: Iterable[AccessRules]) -> None:
        """Report ports that nothing admits any more, because a policy on another port closes the rest of the pods."""
        policies = _by_place((_place(one.service), one.service.selector, (one, policy)) for one, policy in replaced)
        open_pods = _by_place(((one.cluster, one.namespace), one.selector, one) for one in rules if not one.dry_run)
        for service in (one for listed in self.snapshot.services_by_workspace.values() for one in listed):
            place = _place(service)
            workloads = self.backends.workloads(service) if place in policies and service.selector else ()
            for listed in service.ports if workloads else ():
                numbers = container_ports(listed, workloads) if listed.protocol == "TCP" else ()
                closing = _closing(numbers, workloads, policies[place], open_pods[place])
                if closing is not None:
                    self.report.add(
                        catalogue.PORT_CLOSED, service.ref, service.at("spec", "ports"),
                        port=listed.number, policy=closing,
                    )  # fmt: skip


def _closing(
    numbers: tuple[int, ...],
    workloads: tuple[Workload, ...],
    replaced: LabelSelectors[Replaced],
    rules: LabelSelectors[AccessRules],
) -> Ref | None:
    """The first policy that closes one of these container ports of some workload."""
    for workload in workloads:
        selecting = rules.selecting(workload.labels)
        policies = replaced.selecting(workload.labels)
        named = {number for port, _ in policies for number in port.container_ports}
        named |= {number for one in selecting for rule in one.rules for number in rule.ports}
        everything = any(one.parent.kind == "Namespace" for one in selecting)
        if policies and not everything and not set(numbers) <= named:
            return policies[0][1].ref
    return None


def _by_place(things: Iterable[tuple[NamespaceKey, Mapping[str, str], T]]) -> dict[NamespaceKey, LabelSelectors[T]]:
    found: dict[NamespaceKey, list[tuple[Mapping[str, str], T]]] = defaultdict(list)
    for place, selector, thing in things:
        found[place].append((selector, thing))
    return {place: label_selectors(listed) for place, listed in found.items()}


def _place(service: Service) -> NamespaceKey:
    return service.cluster, service.namespace
