"""Visibility: which resources of one workspace another one may use.

A resource crosses the boundary when an `exportTo` entry of the owner selects the consumer and the resource, and an
`importFrom` entry of the consumer selects the owner and the resource. It does not go further from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import (
    ResourceKind,
    ResourceSelector,
    WorkspaceObjectSelector,
    WorkspaceSelector,
    WorkspaceSpec,
)
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import suggest
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.selection import glob_matches
from fedlib.snapshot.settings import Settings
from fedlib.snapshot.shared_resources import SharedResources, shared_resources

EVERYTHING = (ResourceSelector(),)

MAX_TRIED: Final = 1_000_000
"""Workspaces on which selectors of the settings of each workspace are tried."""

_FIELDS = {"importFrom": "import_from", "exportTo": "export_to"}


@dataclass(frozen=True, slots=True)
class Visibility:
    """What crosses between workspaces: for each owner its importers, with the selectors of both sides.

    `order` has for each consumer the workspaces that it imports from: by the first entry of importFrom that selects
    them, then by name. `exports` has for each owner what it offers to which workspaces, imported or not.
    """

    importers: Mapping[str, tuple[tuple[str, SharedResources, SharedResources], ...]]
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exports: Mapping[str, Mapping[str, SharedResources]] = field(default_factory=dict)

    def precedence(self, consumer: str, owner: str) -> int:
        """Whose things come first where a consumer sees several of one name: its own, then by the order of imports."""
        return 0 if owner == consumer else 1 + self.order[consumer].index(owner)

    def partners(self, owner: str) -> frozenset[str]:
        """The workspaces that may use anything of the owner."""
        return frozenset(consumer for consumer, *_ in self.importers.get(owner, ()))

    def is_exported(self, owner: str, kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> bool:
        """Whether the owner of the resource `ref` offers it to any other workspace."""
        offers = {id(one): one for one in self.exports.get(owner, {}).values()}
        return any(one.selects(kind, labels, ref) for one in offers.values())

    def consumers(self, owner: str, kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> tuple[str, ...]:
        """The workspaces that may use the resource `ref`, the owner included, sorted."""
        answers: dict[int, bool] = {}  # what is exported is often the same for all importers
        importers = []
        for consumer, exported, imported in self.importers.get(owner, ()):
            for selectors in (exported, imported):
                if id(selectors) not in answers:
                    answers[id(selectors)] = selectors.selects(kind, labels, ref)
            if answers[id(exported)] and answers[id(imported)]:
                importers.append(consumer)
        return tuple(sorted((owner, *importers)))


def resolve_visibility(
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    settings: Settings,
    report: Report,
) -> Visibility:
    """Pair exports with imports.

    Args:
        workspaces: the Workspace resources by name.
        settings: the effective settings by workspace, and the resources that findings point at.
        report: takes the findings.
    """
    effective = settings.effective
    partners = _Partners(workspaces, settings, report)
    exports = {
        owner: partners.find(owner, "exportTo", spec.export_to or ()) for owner, spec in sorted(effective.items())
    }
    imports = {
        name: partners.find(name, "importFrom", spec.import_from or ()) for name, spec in sorted(effective.items())
    }
    importers = {
        owner: tuple(
            (consumer, exported, imports[consumer][owner])
            for consumer, exported in sorted(partners.items())
            if owner in imports.get(consumer, {})
        )
        for owner, partners in exports.items()
    }
    for name in sorted(settings.sources):
        _check(name, effective[name].import_from or (), "importFrom", settings, workspaces, report)
        _check(name, effective[name].export_to or (), "exportTo", settings, workspaces, report)
        _check_partners(name, settings, exports, imports, report)
    return Visibility(importers, {consumer: tuple(found) for consumer, found in imports.items()}, exports)


@dataclass(slots=True)
class _Partners:
    """Finds the workspaces that entries of exports and imports select, with the resources that are meant for each."""

    workspaces: Mapping[str, Resource[WorkspaceSpec]]
    settings: Settings
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_TRIED))

    def find(self, own: str, direction: str, entries: Sequence[WorkspaceObjectSelector]) -> dict[str, SharedResources]:
        """For each workspace that the entries select, the resource selectors that apply to it."""
        applying: dict[str, list[int]] = {}
        for index, entry in enumerate(entries):
            for name in self._selected(own, direction, index, entry.workspaces):
                applying.setdefault(name, []).append(index)
        made: dict[tuple[int, ...], SharedResources] = {}
        found = {}
        for name, indexes in applying.items():
            key = tuple(indexes)
            if key not in made:
                made[key] = shared_resources(one for index in key for one in entries[index].resources or EVERYTHING)
            found[name] = made[key]
        return found

    def _selected(
        self, own: str, direction: str, index: int, selectors: Iterable[WorkspaceSelector]
    ) -> dict[str, None]:
        """The workspaces that any selector of an entry selects."""
        found: dict[str, None] = {}
        distinct = {(one.name, frozenset(one.selector.items())) for one in selectors if one.name or one.selector}
        for name, labels in sorted(distinct, key=lambda one: (one[0], sorted(one[1]))):
            exact = bool(name) and "*" not in name
            candidates = ((name,) if name in self.workspaces else ()) if exact else tuple(self.workspaces)
            if not self._allowed.take(own, len(candidates)):
                self._report(own, direction, index)
                break
            for other in candidates:
                fits = (not name or glob_matches(name, other)) and labels <= self.workspaces[other].labels.items()
                if other != own and fits:
                    found[other] = None
        return found

    def _report(self, own: str, direction: str, index: int) -> None:
        source = self.settings.source(own, _FIELDS[direction])
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, source.ref, source.at(direction, index),
            problem=f"the selectors of {direction} have to be tried on too many workspaces", workspace=own,
            limit=f"{MAX_TRIED} trials", advice="select workspaces by one pattern or label, not by thousands",
        )  # fmt: skip


def _check(
    name: str,
    entries: Iterable[WorkspaceObjectSelector],
    direction: str,
    settings: Settings,
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    report: Report,
) -> None:
    source = settings.source(name, _FIELDS[direction])
    others = sorted(set(workspaces) - {name})
    for index, entry in enumerate(entries):
        empty = [s for s in entry.workspaces if not s.name and not s.selector]
        if not entry.workspaces or empty:
            report.add(
                catalogue.SELECTOR_EMPTY, source.ref, source.at(direction, index),
                direction=direction, entry=f"{direction}[{index}]",
            )  # fmt: skip
        for position, selector in enumerate(entry.workspaces):
            if selector.name and "*" not in selector.name and selector.name not in workspaces:
                report.add(
                    catalogue.UNKNOWN_WORKSPACE, source.ref,
                    source.at(direction, index, "workspaces", position, "name"),
                    workspace=selector.name, suggestion=suggest(selector.name, others),
                )  # fmt: skip


def _check_partners(
    name: str,
    settings: Settings,
    exports: Mapping[str, Mapping[str, SharedResources]],
    imports: Mapping[str, Mapping[str, SharedResources]],
    report: Report,
) -> None:
    """Report one-sided sharing, for partners that are named without a wildcard: those are surely meant."""
    spec = settings.effective[name]
    source = settings.source(name, "import_from")
    answers: dict[str, bool] = {}
    for path, other in _named(spec.import_from or (), "importFrom"):
        if other in imports[name] and other not in answers:
            answers[other] = _overlap(exports.get(other, {}).get(name), imports[name][other])
        if not answers.get(other, True):
            report.add(catalogue.IMPORT_WITHOUT_EXPORT, source.ref, source.at(*path), consumer=name, owner=other)
    source = settings.source(name, "export_to")
    for path, other in _named(spec.export_to or (), "exportTo"):
        if other in exports[name] and name not in imports.get(other, {}):
            report.add(catalogue.EXPORT_WITHOUT_IMPORT, source.ref, source.at(*path), owner=name, consumer=other)


def _named(entries: Iterable[WorkspaceObjectSelector], direction: str) -> Iterable[tuple[tuple[str | int, ...], str]]:
    for index, entry in enumerate(entries):
        for position, selector in enumerate(entry.workspaces):
            if selector.name and "*" not in selector.name:
                yield (direction, index, "workspaces", position), selector.name


def _overlap(offered: SharedResources | None, wanted: SharedResources) -> bool:
    """Whether any resource could pass both sides, as far as the selectors' fixed fields tell."""
    return offered is not None and any(
        _compatible(one, other) for one in offered.selectors for other in wanted.selectors
    )


def _compatible(one: ResourceSelector, other: ResourceSelector) -> bool:
    kinds = one.kind is other.kind or ResourceKind.ALL in (one.kind, other.kind)
    fields = all(
        not a or not b or a == b
        for a, b in ((one.name, other.name), (one.namespace, other.namespace), (one.cluster, other.cluster))
    )
    labels = all(other.labels.get(key, value) == value for key, value in one.labels.items())
    return kinds and fields and labels
