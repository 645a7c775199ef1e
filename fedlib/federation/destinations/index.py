"""Everything that routes and policies can name, indexed once.

Source: `DestinationReference` and `DestinationSelector` of Gloo's common API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.gloo import ObjectSelector
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.hosts.hostname import local_host
from fedlib.federation.model.destination import Destination, DestinationPort, External, Group
from fedlib.federation.workloads.protocols import declared_protocol
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selector_index import SelectorIndex

NO_DESTINATIONS: Final[SelectorIndex[Destination]] = SelectorIndex()

_KINDS: Final = {
    "Service": DestinationKind.SERVICE,
    "VirtualDestination": DestinationKind.VIRTUAL_DESTINATION,
    "ExternalService": DestinationKind.EXTERNAL_SERVICE,
}


@dataclass(frozen=True, slots=True)
class DestinationIndex:
    """All destinations by kind and identity, and by kind and consumer.

    `others` has those that a workspace calls by other hosts than their owners do.
    """

    by_ref: Mapping[tuple[DestinationKind, Ref], Destination] = field(default_factory=dict)
    by_consumer: Mapping[tuple[DestinationKind, str], SelectorIndex[Destination]] = field(default_factory=dict)
    others: Mapping[tuple[Ref, str], Destination] = field(default_factory=dict)

    def find(self, kind: DestinationKind, ref: Ref, workspace: str = "") -> Destination | None:
        """The destination as a workspace calls it, or its owner; None where it does not exist."""
        return self.others.get((ref, workspace)) or self.by_ref.get((kind, ref))

    def named(self, ref: Ref, workspace: str = "") -> Destination | None:
        """The destination of a reference whose kind is that of an object."""
        kind = _KINDS.get(ref.kind)
        return self.find(kind, ref, workspace) if kind else None

    def visible(self, kind: DestinationKind, workspace: str) -> tuple[Destination, ...]:
        """The destinations of a kind that a workspace owns or imports, sorted."""
        return self.by_consumer.get((kind, workspace), NO_DESTINATIONS).objects

    def select(self, kind: DestinationKind, selector: ObjectSelector, workspace: str) -> Iterator[Destination]:
        """The destinations that a selector of `workspace` selects: its own and the imported ones."""
        return self.by_consumer.get((kind, workspace), NO_DESTINATIONS).select(selector)

    def services(self, selector: ObjectSelector, workspace: str) -> Iterator[Service]:
        """The Services that a selector of `workspace` selects."""
        selected = self.select(DestinationKind.SERVICE, selector, workspace)
        return (one.decision for one in selected if isinstance(one.decision, Service))

    def externals(self, selector: ObjectSelector, workspace: str) -> Iterator[External]:
        """The ExternalServices that a selector of `workspace` selects."""
        selected = self.select(DestinationKind.EXTERNAL_SERVICE, selector, workspace)
        return (one.decision for one in selected if isinstance(one.decision, External))


def index_services(snapshot: Snapshot) -> DestinationIndex:
    """Index the Services of all clusters."""
    return _index(_service(ref, service, snapshot) for ref, service in snapshot.services.items())


def index_destinations(
    services: DestinationIndex, groups: Iterable[Group], externals: Iterable[External]
) -> DestinationIndex:
    """Index the groups and the ExternalServices besides the Services, which groups were made of."""
    found = [_grouped(DestinationKind.VIRTUAL_DESTINATION, group) for group in _as_called(groups)]
    found += [_grouped(DestinationKind.EXTERNAL_SERVICE, external) for external in externals]
    index = _index(found)
    by_ref = {**services.by_ref, **index.by_ref}
    return DestinationIndex(by_ref, {**services.by_consumer, **index.by_consumer}, index.others)


def _as_called(groups: Iterable[Group]) -> Iterator[Group]:
    """Each group once for all who call it by the same hosts, in the order in which it names them."""
    parts: dict[Ref, list[Group]] = {}
    for group in groups:
        parts.setdefault(group.resource.ref, []).append(group)
    for listed in parts.values():
        if len(listed) == 1:
            yield listed[0]
            continue
        written = {host: index for index, host in enumerate(listed[0].resource.spec.hosts)}
        called: dict[tuple[str, ...], list[str]] = {}
        for name in listed[0].consumers:
            hosts = (host for part in listed if name in part.callers for host in part.hosts)
            called.setdefault(tuple(sorted(hosts, key=lambda host: written.get(host, 0))), []).append(name)
        for in_order, names in called.items():
            yield replace(listed[0], hosts=in_order, callers=tuple(names))


def _index(destinations: Iterable[Destination]) -> DestinationIndex:
    found = sorted(destinations, key=lambda destination: (destination.kind, destination.ref))
    by_ref: dict[tuple[DestinationKind, Ref], Destination] = {}
    by_consumer: dict[tuple[DestinationKind, str], list[Destination]] = {}
    others: dict[tuple[Ref, str], Destination] = {}
    for one in found:
        callers = one.consumers if isinstance(one.decision, Service) else one.decision.callers
        for consumer in callers:
            by_consumer.setdefault((one.kind, consumer), []).append(one)
        if one.workspace in callers or isinstance(one.decision, Service):
            by_ref[one.kind, one.ref] = one
        else:
            others.update({(one.ref, caller): one for caller in callers})
    return DestinationIndex(by_ref, {key: SelectorIndex(tuple(listed)) for key, listed in by_consumer.items()}, others)


def _service(ref: Ref, service: Service, snapshot: Snapshot) -> Destination:
    owner = snapshot.owners.get((service.cluster, service.namespace), "")
    ports = tuple(
        DestinationPort(port.number, port.name, declared_protocol(port))
        for port in service.ports
        if port.protocol == "TCP"
    )
    consumers = snapshot.consumers.get(ref, ())
    own_host = local_host(service, snapshot.clusters)
    return Destination(DestinationKind.SERVICE, ref, service.labels, owner, consumers, ports, service, own_host)


def _grouped(kind: DestinationKind, decision: Group | External) -> Destination:
    resource = decision.resource
    return Destination(
        kind, resource.ref, resource.labels, decision.workspace, decision.consumers, decision.ports, decision
    )
