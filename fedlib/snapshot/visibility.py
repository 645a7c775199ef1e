"""Visibility: which resources of one workspace another one may use.

A resource crosses the boundary when an `exportTo` entry of the owner selects the consumer and the resource, and an
`importFrom` entry of the consumer selects the owner and the resource. It does not go further from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import ResourceKind, ResourceSelector, WorkspaceObjectSelector, WorkspaceSpec
from fedlib.config.resource import Resource
from fedlib.config.validate import suggest
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.snapshot.selection import glob_matches, labels_match, shares
from fedlib.snapshot.settings import Settings

EVERYTHING = (ResourceSelector(),)

_FIELDS = {"importFrom": "import_from", "exportTo": "export_to"}


@dataclass(frozen=True, slots=True)
class Visibility:
    """What crosses between workspaces: for each owner its importers, with the selectors of both sides."""

    importers: Mapping[str, tuple[tuple[str, tuple[ResourceSelector, ...], tuple[ResourceSelector, ...]], ...]]

    def partners(self, owner: str) -> frozenset[str]:
        """The workspaces that may use anything of the owner."""
        return frozenset(consumer for consumer, *_ in self.importers.get(owner, ()))

    def consumers(self, owner: str, kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> tuple[str, ...]:
        """The workspaces that may use the resource `ref`, the owner included, sorted."""
        importers = (
            consumer
            for consumer, exported, imported in self.importers.get(owner, ())
            if shares(exported, kind, labels, ref) and shares(imported, kind, labels, ref)
        )
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
    exports = {owner: _partners(spec.export_to or (), workspaces, owner) for owner, spec in sorted(effective.items())}
    imports = {
        consumer: _partners(spec.import_from or (), workspaces, consumer)
        for consumer, spec in sorted(effective.items())
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
    return Visibility(importers)


def _partners(
    entries: Iterable[WorkspaceObjectSelector], workspaces: Mapping[str, Resource[WorkspaceSpec]], own: str
) -> dict[str, tuple[ResourceSelector, ...]]:
    """For each workspace that the entries select, the resource selectors that apply to it."""
    found: dict[str, tuple[ResourceSelector, ...]] = {}
    for entry in entries:
        for name, resource in workspaces.items():
            if name != own and any(
                (selector.name or selector.selector)
                and (not selector.name or glob_matches(selector.name, name))
                and labels_match(selector.selector, resource.labels)
                for selector in entry.workspaces
            ):
                found[name] = found.get(name, ()) + (entry.resources or EVERYTHING)
    return found


def _check(
    name: str,
    entries: Iterable[WorkspaceObjectSelector],
    direction: str,
    settings: Settings,
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    report: Report,
) -> None:
    source = settings.source(name, _FIELDS[direction])
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
                    workspace=selector.name, suggestion=suggest(selector.name, set(workspaces) - {name}),
                )  # fmt: skip


def _check_partners(
    name: str,
    settings: Settings,
    exports: Mapping[str, Mapping[str, tuple[ResourceSelector, ...]]],
    imports: Mapping[str, Mapping[str, tuple[ResourceSelector, ...]]],
    report: Report,
) -> None:
    """Report one-sided sharing, for partners that are named without a wildcard: those are surely meant."""
    spec = settings.effective[name]
    source = settings.source(name, "import_from")
    for path, other in _named(spec.import_from or (), "importFrom"):
        offered = exports.get(other, {}).get(name, ())
        if other in imports[name] and not _overlap(offered, imports[name][other]):
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


def _overlap(offered: Iterable[ResourceSelector], wanted: tuple[ResourceSelector, ...]) -> bool:
    """Whether any resource could pass both sides, as far as the selectors' fixed fields tell."""
    return any(_compatible(one, other) for one in offered for other in wanted)


def _compatible(one: ResourceSelector, other: ResourceSelector) -> bool:
    kinds = one.kind is other.kind or ResourceKind.ALL in (one.kind, other.kind)
    fields = all(
        not a or not b or a == b
        for a, b in ((one.name, other.name), (one.namespace, other.namespace), (one.cluster, other.cluster))
    )
    labels = all(other.labels.get(key, value) == value for key, value in one.labels.items())
    return kinds and fields and labels
