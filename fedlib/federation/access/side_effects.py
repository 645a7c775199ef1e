"""What AccessPolicies do beside what they say, because pods know container ports and not Services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from fedlib.config.model import Model
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.model.access import AccessRules, IsolatedPort, ProtectedPort
from fedlib.federation.model.policy import Policy
from fedlib.federation.workloads.backends import Backends
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors
from fedlib.snapshot.model import NamespaceKey, Snapshot

MAX_COMPARED: Final = 200_000
"""Ports of the same pods, for the policies and the Services of each workspace."""

Replaced = tuple[ProtectedPort, Policy[Model]]

_Pods = Ref | tuple[str, str, tuple[tuple[str, str], ...]]

T = TypeVar("T")


@dataclass(slots=True)
class SideEffects:
    """Reports them."""

    snapshot: Snapshot
    backends: Backends
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_COMPARED))

    def report_side_doors(self, replaced: Iterable[Replaced], isolated: Iterable[IsolatedPort]) -> None:
        """Report Services of the same pods and container port that still admit what isolation does."""
        changed = [*replaced]
        open_ports: dict[Ref, list[ProtectedPort]] = defaultdict(list)
        open_services: dict[_Pods, list[Ref]] = defaultdict(list)
        for one in isolated if changed else ():
            ref = one.port.service.ref
            if ref not in open_ports:
                for pods in self._pods(one.port.service):
                    open_services[pods].append(ref)
            open_ports[ref].append(one.port)
        for port, policy in changed:
            services = {ref: None for pods in self._pods(port.service) for ref in open_services.get(pods, ())}
            if not self._allowed.take(policy.workspace, sum(len(open_ports[ref]) for ref in services)):
                self._report_not_compared(policy.ref, policy.resource.at(), policy.workspace)
                break
            for other in (one for ref in services for one in open_ports[ref]):
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
        known: dict[Ref, _Closing | None] = {}
        same: dict[_Closing, _Closing] = {}
        for service in (one for listed in self.snapshot.services_by_workspace.values() for one in listed):
            place = _place(service)
            workloads = self.backends.workloads(service) if place in policies and service.selector else ()
            for workload in workloads:
                if workload.ref not in known:
                    found = _closing(workload, policies[place], open_pods[place])
                    known[workload.ref] = same.setdefault(found, found) if found is not None else None
            closing = {id(one): one for workload in workloads if (one := known[workload.ref]) is not None}
            self._report_closed(service, tuple(closing.values()))

    def _report_closed(self, service: Service, closing: tuple[_Closing, ...]) -> None:
        owner = self.snapshot.owners.get(_place(service), "")
        if not self._allowed.take(owner, len(closing) * len(service.ports)):
            self._report_not_compared(service.ref, service.at("spec", "ports"), owner)
            return
        for listed in service.ports if closing else ():
            numbers = self.backends.container_ports(service, listed) if listed.protocol == "TCP" else ()
            policy = next((one.policy for one in closing if not one.ports.issuperset(numbers)), None)
            if policy is not None:
                self.report.add(
                    catalogue.PORT_CLOSED, service.ref, service.at("spec", "ports"),
                    port=listed.number, policy=policy,
                )  # fmt: skip

    def _report_not_compared(self, subject: Ref, location: Location, workspace: str) -> None:
        self.report.add(
            catalogue.NOT_COMPARED, subject, location,
            what="its ports", workspace=workspace, limit=MAX_COMPARED, advice="let fewer Services select the same pods",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Closing:
    """The first policy that closes all container ports of a workload but these."""

    policy: Ref
    ports: frozenset[int]


def _closing(
    workload: Workload, replaced: LabelSelectors[Replaced], rules: LabelSelectors[AccessRules]
) -> _Closing | None:
    selecting = rules.selecting(workload.labels)
    policies = replaced.selecting(workload.labels)
    if not policies or any(one.parent.kind == "Namespace" for one in selecting):
        return None
    named = {number for port, _ in policies for number in port.container_ports}
    named |= {number for one in selecting for rule in one.rules for number in rule.ports}
    return _Closing(policies[0][1].ref, frozenset(named))


def _by_place(things: Iterable[tuple[NamespaceKey, Mapping[str, str], T]]) -> dict[NamespaceKey, LabelSelectors[T]]:
    found: dict[NamespaceKey, list[tuple[Mapping[str, str], T]]] = defaultdict(list)
    for place, selector, thing in things:
        found[place].append((selector, thing))
    return {place: label_selectors(listed) for place, listed in found.items()}


def _place(service: Service) -> NamespaceKey:
    return service.cluster, service.namespace
