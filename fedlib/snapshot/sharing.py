"""Which entries of which settings let a workspace use what is another one's: the reasons behind `Visibility`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.config.gloo import ResourceKind, WorkspaceObjectSelector
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.discovery.inventory import Service
from fedlib.snapshot.model import OwnedResource, Snapshot, Workspace
from fedlib.snapshot.selection import glob_matches, labels_match
from fedlib.snapshot.shared_resources import SharedResources, shared_resources
from fedlib.snapshot.visibility import EVERYTHING

_KINDS: Final = {
    "ExternalService": ResourceKind.EXTERNAL_SERVICE,
    "RouteTable": ResourceKind.ROUTE_TABLE,
    "Service": ResourceKind.SERVICE,
    "VirtualDestination": ResourceKind.VIRTUAL_DESTINATION,
}

_Entries = tuple[tuple[Cause, SharedResources], ...]


@dataclass(slots=True)
class Sharing:
    """Finds the entries. Answers are kept: many objects ask for the same ones."""

    snapshot: Snapshot
    shareable: Mapping[Ref, tuple[str, Mapping[str, str]]]
    _entries: dict[tuple[str, str], tuple[_Entries, _Entries]] = field(default_factory=dict)
    _found: dict[tuple[Ref, str], Causes] = field(default_factory=dict)

    def owner(self, ref: Ref) -> str:
        """The workspace of a Service or of a resource; empty for what is not theirs."""
        return self.shareable[ref][0] if ref in self.shareable else ""

    def entries(self, ref: Ref, consumer: str) -> Causes:
        """The entries of exports and imports that let `consumer` use what is another workspace's."""
        key = (ref, consumer)
        if key not in self._found:
            owner, labels = self.shareable.get(ref, ("", {}))
            kind = _KINDS.get(ref.kind)
            known = owner in self.snapshot.workspaces and consumer in self.snapshot.workspaces
            if kind is None or not known or owner == consumer:
                self._found[key] = NO_CAUSES
            else:
                pair = self._pair(owner, consumer)
                self._found[key] = tuple(
                    cause for side in pair for cause, resources in side if resources.selects(kind, labels, ref)
                )
        return self._found[key]

    def _pair(self, owner: str, consumer: str) -> tuple[_Entries, _Entries]:
        """The entries of the owner that select the consumer, and the other way round."""
        key = (owner, consumer)
        if key not in self._entries:
            giving, taking = self.snapshot.workspaces[owner], self.snapshot.workspaces[consumer]
            self._entries[key] = (
                tuple(_selecting(giving, taking, giving.settings.export_to or (), Why.EXPORTS)),
                tuple(_selecting(taking, giving, taking.settings.import_from or (), Why.IMPORTS)),
            )
        return self._entries[key]


def find_sharing(snapshot: Snapshot) -> Sharing:
    """The entries of a snapshot's settings."""
    owned: Iterable[OwnedResource[Any]] = (one for listed in snapshot.resources.values() for one in listed)
    shareable: dict[Ref, tuple[str, Mapping[str, str]]] = {
        one.resource.ref: (one.workspace, one.resource.labels) for one in owned
    }
    services: Iterable[tuple[str, Service]] = (
        (name, service) for name, listed in snapshot.services_by_workspace.items() for service in listed
    )
    shareable.update((service.ref, (name, service.labels)) for name, service in services)
    return Sharing(snapshot, shareable)


def _selecting(
    one: Workspace, other: Workspace, entries: Iterable[WorkspaceObjectSelector], why: Why
) -> Iterator[tuple[Cause, SharedResources]]:
    direction, attribute = ("exportTo", "export_to") if why is Why.EXPORTS else ("importFrom", "import_from")
    source = one.settings_source(attribute)
    for index, entry in enumerate(entries):
        if source is not None and any(
            (selector.name or selector.selector)
            and (not selector.name or glob_matches(selector.name, other.name))
            and labels_match(selector.selector, other.labels)
            for selector in entry.workspaces
        ):
            yield Cause(source.ref, why, (direction, index)), shared_resources(entry.resources or EVERYTHING)
