"""What AccessPolicies do beside what they say, because pods know container ports and not Services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Workload
from fedlib.federation.access.model import AccessRules, IsolatedPort, ProtectedPort
from fedlib.federation.access.ports import container_ports
from fedlib.federation.backends import Backends
from fedlib.federation.policies.model import Policy
from fedlib.snapshot.model import NamespaceKey, Snapshot
from fedlib.snapshot.selection import labels_match

Replaced = tuple[ProtectedPort, Policy]


@dataclass(slots=True)
class SideEffects:
    """Reports them."""

    snapshot: Snapshot
    backends: Backends
    report: Report

    def report_side_doors(self, replaced: Iterable[Replaced], isolated: Iterable[IsolatedPort]) -> None:
        """Report Services of the same pods and container port that still admit what isolation does."""
        open_ports: dict[NamespaceKey, list[ProtectedPort]] = defaultdict(list)
        for one in isolated:
            open_ports[_place(one.port)].append(one.port)
        for port, policy in replaced:
            for other in open_ports.get(_place(port), ()):
                if set(port.container_ports) & set(other.container_ports) and self._share_pods(port, other):
                    self.report.add(
                        catalogue.SIDE_DOOR, policy.ref, policy.resource.at(),
                        service=port.service.ref, port=port.number, other=other.service.ref, other_port=other.number,
                    )  # fmt: skip

    def report_closed_ports(self, replaced: Iterable[Replaced], rules: Iterable[AccessRules]) -> None:
        """Report ports that nothing admits any more, because a policy on another port closes the rest of the pods."""
        by_place: dict[NamespaceKey, list[Replaced]] = defaultdict(list)
        for port, policy in replaced:
            by_place[_place(port)].append((port, policy))
        open_pods: dict[NamespaceKey, list[AccessRules]] = defaultdict(list)
        for one in rules:
            if not one.dry_run:
                open_pods[one.cluster, one.namespace].append(one)
        for (cluster, namespace), found in sorted(by_place.items()):
            for service in self.snapshot.services_by_workspace.get(found[0][1].workspace, ()):
                if (service.cluster, service.namespace) != (cluster, namespace) or not service.selector:
                    continue
                workloads = self.backends.workloads(service)
                for listed in service.ports if workloads else ():
                    numbers = container_ports(listed, workloads) if listed.protocol == "TCP" else ()
                    closing = self._closing(numbers, workloads, found, open_pods[cluster, namespace])
                    if closing is not None:
                        self.report.add(
                            catalogue.PORT_CLOSED, service.ref, service.at("spec", "ports"),
                            port=listed.number, policy=closing,
                        )  # fmt: skip

    def _closing(
        self,
        numbers: tuple[int, ...],
        workloads: tuple[Workload, ...],
        replaced: list[Replaced],
        rules: list[AccessRules],
    ) -> Ref | None:
        """The first policy that closes one of these container ports of some workload."""
        for workload in workloads:
            selecting = [one for one in rules if labels_match(one.selector, workload.labels)]
            policies = [pair for pair in replaced if labels_match(pair[0].service.selector, workload.labels)]
            named = {number for port, _ in policies for number in port.container_ports}
            named |= {number for one in selecting for rule in one.rules for number in rule.ports}
            everything = any(one.parent.kind == "Namespace" for one in selecting)
            if policies and not everything and not set(numbers) <= named:
                return policies[0][1].ref
        return None

    def _share_pods(self, one: ProtectedPort, other: ProtectedPort) -> bool:
        if one.service.selector == other.service.selector:
            return True
        pods = {workload.ref for workload in self.backends.workloads(one.service)}
        return any(workload.ref in pods for workload in self.backends.workloads(other.service))


def _place(port: ProtectedPort) -> NamespaceKey:
    return port.service.cluster, port.service.namespace
