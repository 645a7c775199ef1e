"""Entries of exports and imports that select nothing: a typo in one takes resources from others without a word.

An importer hears of what it may see, and of nothing else that another workspace has.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.config.gloo import (
    ObjectSelector,
    ResourceKind,
    ResourceSelector,
    WorkspaceSelector,
    WorkspaceSettingsSpec,
    WorkspaceSpec,
)
from fedlib.config.resource import Resource
from fedlib.diagnostics import Code, Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.diagnostics.suggestion import suggest
from fedlib.discovery.inventory import Service
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource
from fedlib.snapshot.selection import glob_matches, labels_match
from fedlib.snapshot.selector_index import Owned, SelectorIndex
from fedlib.snapshot.settings import Settings
from fedlib.snapshot.visibility import Visibility

_KINDS: Final[Mapping[ResourceKind, str]] = {
    ResourceKind.EXTERNAL_SERVICE: "ExternalService",
    ResourceKind.ROUTE_TABLE: "RouteTable",
    ResourceKind.SERVICE: "Service",
    ResourceKind.VIRTUAL_DESTINATION: "VirtualDestination",
}
"""The kinds that can be shared here; of others it is not known what there is."""

_Consumers = tuple[str, ...]
_Shareable = dict[str, list[Owned[_Consumers]]]
_Offer = Mapping[str, SelectorIndex[Owned[_Consumers]]]
"""What one workspace shares with another one, by kind."""

MAX_CHECKED: Final = 100_000
"""Workspaces on which the selectors of each workspace's settings are tried to tell which of them select nothing."""


def shareable(
    services: Mapping[str, Iterable[Service]],
    consumers: Mapping[Ref, _Consumers],
    resources: Mapping[str, Iterable[OwnedResource[Any]]],
) -> _Shareable:
    """What each workspace could share, with those who may use it.

    Args:
        services: the Services of each workspace.
        consumers: the workspaces that may use each Service.
        resources: Gloo resources by kind.
    """
    found: _Shareable = defaultdict(list)
    for owner, owned in services.items():
        found[owner] += (Owned(consumers[one.ref], one.ref, one.labels, owner) for one in owned)
    for kind in sorted(_KINDS.values()):
        for one in resources.get(kind, ()):
            found[one.workspace].append(Owned(one.consumers, one.resource.ref, one.resource.labels, one.workspace))
    return found


def check_sharing(
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    settings: Settings,
    visibility: Visibility,
    shared: _Shareable,
    report: Report,
) -> None:
    """Report selectors of workspaces and of resources that match nothing.

    What the global settings say is for all workspaces, and need not fit each of them.
    """
    checks = _Checks(workspaces, settings, report)
    for name in sorted(settings.sources):
        spec = settings.effective[name]
        own = _offer(shared.get(name, ()))
        visible: dict[str, _Offer] = {}
        for index, entry in enumerate(spec.export_to or () if "export_to" not in settings.overriding else ()):
            checks.check_workspaces(name, ("exportTo", index), entry.workspaces)
            checks.check_resources(name, ("exportTo", index), entry.resources, [own])
        for index, entry in enumerate(spec.import_from or () if "import_from" not in settings.overriding else ()):
            selected = checks.check_workspaces(name, ("importFrom", index), entry.workspaces) - {name}
            owners = sorted(owner for owner in selected if name in visibility.partners(owner))
            if not any(map(_is_specific, entry.resources)):
                continue
            for owner in owners:
                if owner not in visible:
                    visible[owner] = _offer(one for one in shared.get(owner, ()) if name in one.object)
            if owners:
                checks.check_resources(name, ("importFrom", index), entry.resources, [visible[one] for one in owners])


@dataclass(frozen=True, slots=True)
class _Checks:
    """What selectors are compared with."""

    workspaces: Mapping[str, Resource[WorkspaceSpec]]
    settings: Settings
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_CHECKED))

    def check_workspaces(self, name: str, path: tuple[Step, ...], selectors: Iterable[WorkspaceSelector]) -> set[str]:
        """The workspaces that any of the selectors selects.

        Those with labels or a wildcard that no workspace fits are reported; unknown names are reported elsewhere.
        """
        every: set[str] = set()
        for position, selector in enumerate(selectors):
            if selector.name and "*" not in selector.name:
                names: Iterable[str] = (selector.name,) if selector.name in self.workspaces else ()
            else:
                names = self.workspaces
                if not self._takes(name, path, len(self.workspaces)):
                    break
            found = {one for one in names if _selects(selector, one, self.workspaces[one])}
            if not found and (selector.selector or "*" in selector.name):
                self._add(catalogue.WORKSPACE_SELECTOR_MISS, name, (*path, "workspaces", position))
            every |= found
        return every

    def check_resources(
        self, name: str, path: tuple[Step, ...], selectors: Iterable[ResourceSelector], offers: Sequence[_Offer]
    ) -> None:
        """Report selectors that say which objects are meant when there is no such object."""
        for position, selector in enumerate(selectors):
            if not _is_specific(selector):
                continue
            if not self._takes(name, path, len(offers)):
                break
            if not any(_finds(selector, offer) for offer in offers):
                known = functools.partial(_names, selector.kind, offers)
                self._add(
                    catalogue.SHARED_NOTHING, name, (*path, "resources", position),
                    suggestion=suggest(selector.name, known) if selector.name else "",
                )  # fmt: skip

    def _takes(self, name: str, path: tuple[Step, ...], count: int) -> bool:
        if self._allowed.take(name, count):
            return True
        source = self._source(name, path)
        self.report.add(
            catalogue.NOT_COMPARED, source.ref, source.at(path[0]),
            what="the selectors of exports and imports", workspace=name, limit=MAX_CHECKED,
            advice="use fewer entries: one can select by a pattern or a label",
        )  # fmt: skip
        return False

    def _add(self, code: Code, name: str, path: tuple[Step, ...], **arguments: object) -> None:
        source = self._source(name, path)
        where = source.at(*path)
        self.report.add(code, source.ref, where, related=(), entry=where.path, **arguments)

    def _source(self, name: str, path: tuple[Step, ...]) -> Resource[WorkspaceSettingsSpec]:
        return self.settings.source(name, "export_to" if path[0] == "exportTo" else "import_from")


def _offer(objects: Iterable[Owned[_Consumers]]) -> _Offer:
    found: dict[str, list[Owned[_Consumers]]] = defaultdict(list)
    for one in objects:
        found[one.ref.kind].append(one)
    return {kind: SelectorIndex(tuple(listed)) for kind, listed in found.items()}


def _selects(selector: WorkspaceSelector, name: str, resource: Resource[WorkspaceSpec]) -> bool:
    return bool(selector.name or selector.selector) and (
        (not selector.name or glob_matches(selector.name, name)) and labels_match(selector.selector, resource.labels)
    )


def _finds(selector: ResourceSelector, offer: _Offer) -> bool:
    wanted = ObjectSelector(
        labels=selector.labels, name=selector.name, namespace=selector.namespace, cluster=selector.cluster
    )
    return any(next(index.select(wanted), None) is not None for index in _of_kind(selector.kind, offer))


def _names(kind: ResourceKind, offers: Iterable[_Offer]) -> set[str]:
    return {one.ref.name for offer in offers for index in _of_kind(kind, offer) for one in index.objects}


def _is_specific(selector: ResourceSelector) -> bool:
    """Whether it says which objects of a kind are meant, and the kind is known here."""
    narrowed = selector.name or selector.namespace or selector.cluster or selector.labels
    return bool(narrowed) and (selector.kind is ResourceKind.ALL or selector.kind in _KINDS)


def _of_kind(kind: ResourceKind, offer: _Offer) -> Iterable[SelectorIndex[Owned[_Consumers]]]:
    kinds = sorted(offer) if kind is ResourceKind.ALL else [_KINDS[kind]]
    return (offer[one] for one in kinds if one in offer)
