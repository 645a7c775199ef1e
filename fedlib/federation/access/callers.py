"""Callers: the workspaces that may call pods, whether the pods refuse the others or not.

Who may import a Service may call it, and so may who imports a VirtualDestination of the same workspace that stands
before it. A VirtualDestination of another workspace admits nobody: who may call a Service is its owner's decision, and
imports do not go further than one step. Workspaces that the owner imports from are servers to it, and no callers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.access import ProtectedPort
from fedlib.federation.model.destination import Backing, Group
from fedlib.snapshot.model import NamespaceKey, Snapshot


@dataclass(slots=True)
class Callers:
    """Finds callers."""

    snapshot: Snapshot
    destinations: DestinationIndex
    groups: Iterable[Group]
    _before: dict[Ref, list[tuple[Group, Backing]]] = field(default_factory=lambda: defaultdict(list))
    """The groups that stand before each Service."""
    _services: dict[NamespaceKey, list[Service]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Index groups and Services by what they stand for."""
        for group in self.groups:
            for backing in group.backings.values():
                self._before[backing.service.ref].append((group, backing))
        for services in self.snapshot.services_by_workspace.values():
            for service in services:
                self._services[service.cluster, service.namespace].append(service)

    def groups_before(self, port: ProtectedPort) -> list[Group]:
        """The groups, of any workspace, through which a port of a Service is called."""
        return self._groups(port.service.ref, port.container_ports)

    def of_port(self, port: ProtectedPort) -> frozenset[str]:
        """The workspaces that may call a port, its owner included."""
        return self._of(port.service, port.workspace, port.container_ports)

    def of_pods(self, workspace: str, namespace: NamespaceKey, labels: Mapping[str, str]) -> frozenset[str]:
        """The workspaces that may call any port of pods with some labels in a namespace, their owner included."""
        found = {workspace}
        for service in self._services.get(namespace, ()):
            if service.selector and _may_meet(service.selector, labels):
                found |= self._of(service, workspace, None)
        return frozenset(found)

    def _groups(self, service: Ref, container_ports: Collection[int] | None) -> list[Group]:
        """The groups before a Service; of all of its ports where none are named."""
        return [
            group
            for group, backing in self._before.get(service, ())
            if container_ports is None or set(backing.target_ports.values()) & set(container_ports)
        ]

    def _of(self, service: Service, workspace: str, container_ports: Collection[int] | None) -> frozenset[str]:
        destination = self.destinations.find(DestinationKind.SERVICE, service.ref)
        found = {workspace, *(destination.consumers if destination else ())}
        for group in self._groups(service.ref, container_ports):
            if group.workspace == workspace:
                found.update(group.consumers)
        return frozenset(found)


def _may_meet(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether some pod can have the labels of both."""
    return all(other.get(key, value) == value for key, value in one.items())
