"""Entries of exports and imports that select nothing: a typo in one takes resources from others without a word.

An importer hears of what it may see, and of nothing else that another workspace has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fedlib.config.gloo import ObjectSelector, ResourceKind, ResourceSelector, WorkspaceSelector, WorkspaceSpec
from fedlib.config.resource import Resource
from fedlib.config.validate import suggest
from fedlib.diagnostics import Code, Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.discovery.inventory import Service
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
        own = SelectorIndex(tuple(shared.get(name, ())))
        visible: dict[tuple[str, ...], SelectorIndex[Owned[_Consumers]]] = {}
        for index, entry in enumerate(spec.export_to or () if "export_to" not in settings.overriding else ()):
            checks.check_workspaces(name, ("exportTo", index), entry.workspaces)
            checks.check_resources(name, ("exportTo", index), entry.resources, own)
        for index, entry in enumerate(spec.import_from or () if "import_from" not in settings.overriding else ()):
            checks.check_workspaces(name, ("importFrom", index), entry.workspaces)
            selected = checks.selected(entry.workspaces) - {name}
            owners = tuple(sorted(owner for owner in selected if name in visibility.partners(owner)))
            if owners and any(map(_is_specific, entry.resources)):
                if owners not in visible:
                    offered = (one for owner in owners for one in shared.get(owner, ()) if name in one.object)
                    visible[owners] = SelectorIndex(tuple(offered))
                checks.check_resources(name, ("importFrom", index), entry.resources, visible[owners])


@dataclass(frozen=True, slots=True)
class _Checks:
    """What selectors are compared with."""

    workspaces: Mapping[str, Resource[WorkspaceSpec]]
    settings: Settings
    report: Report

    def selected(self, selectors: Iterable[WorkspaceSelector]) -> set[str]:
        """The workspaces that any of the selectors selects."""
        listed = list(selectors)
        return {
            name for name, resource in self.workspaces.items() if any(_selects(one, name, resource) for one in listed)
        }

    def check_workspaces(self, name: str, path: tuple[Step, ...], selectors: Iterable[WorkspaceSelector]) -> None:
        """Report selectors with labels or a wildcard that no workspace fits; unknown names are reported elsewhere."""
        for position, selector in enumerate(selectors):
            if (selector.selector or "*" in selector.name) and not self.selected([selector]):
                self._add(catalogue.WORKSPACE_SELECTOR_MISS, name, (*path, "workspaces", position))

    def check_resources(
        self,
        name: str,
        path: tuple[Step, ...],
        selectors: Iterable[ResourceSelector],
        objects: SelectorIndex[Owned[_Consumers]],
    ) -> None:
        """Report selectors that say which objects are meant when there is no such object."""
        names: dict[ResourceKind, set[str]] = {}
        for position, selector in enumerate(selectors):
            if _is_specific(selector) and not _finds(selector, objects):
                kind = selector.kind
                if kind not in names:
                    names[kind] = {one.ref.name for one in objects.objects if _is_kind(selector, one.ref)}
                self._add(
                    catalogue.SHARED_NOTHING, name, (*path, "resources", position),
                    suggestion=suggest(selector.name, names[kind] if selector.name else ()),
                )  # fmt: skip

    def _add(self, code: Code, name: str, path: tuple[Step, ...], **arguments: str) -> None:
        source = self.settings.source(name, "export_to" if path[0] == "exportTo" else "import_from")
        where = source.at(*path)
        self.report.add(code, source.ref, where, related=(), entry=where.path, **arguments)


def _selects(selector: WorkspaceSelector, name: str, resource: Resource[WorkspaceSpec]) -> bool:
    return bool(selector.name or selector.selector) and (
        (not selector.name or glob_matches(selector.name, name)) and labels_match(selector.selector, resource.labels)
    )


def _finds(selector: ResourceSelector, objects: SelectorIndex[Owned[_Consumers]]) -> bool:
    wanted = ObjectSelector(
        labels=selector.labels, name=selector.name, namespace=selector.namespace, cluster=selector.cluster
    )
    return any(_is_kind(selector, one.ref) for one in objects.select(wanted))


def _is_specific(selector: ResourceSelector) -> bool:
    """Whether it says which objects of a kind are meant, and the kind is known here."""
    narrowed = selector.name or selector.namespace or selector.cluster or selector.labels
    return bool(narrowed) and (selector.kind is ResourceKind.ALL or selector.kind in _KINDS)


def _is_kind(selector: ResourceSelector, ref: Ref) -> bool:
    return selector.kind is ResourceKind.ALL or _KINDS.get(selector.kind) == ref.kind
