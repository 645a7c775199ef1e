"""Which objects each resource and each entry of settings is a cause of, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.declarations.lineage import Lineage
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause, Why
from fedlib.distribution.plan import Plan
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.sharing import Sharing, find_sharing

Counts = Mapping[str, Mapping[str, int]]
"""Workspace -> cluster -> a number of objects."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What a resource is a cause of: objects by workspace and cluster, and how many for each cause, sorted."""

    objects: Counts
    causes: tuple[tuple[Cause, int], ...]


NO_EFFECTS: Final = Effects({}, ())


@dataclass(slots=True)
class _Tally:
    """The objects of one resource."""

    objects: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    causes: dict[Cause, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, workspace: str, copies: Mapping[str, int], every: int, causes: list[Cause]) -> None:
        """Count a declaration's copies by cluster, `every` of them in all."""
        counts = self.objects[workspace]
        for cluster, count in copies.items():
            counts[cluster] += count
        for cause in causes:
            self.causes[cause] += every


def effects_of(plan: Plan, snapshot: Snapshot, wanted: Container[Ref] | None = None) -> dict[Ref, Effects]:
    """For every resource that is a cause of an object, or those `wanted`: of which, and why."""
    tallies: dict[Ref, _Tally] = defaultdict(_Tally)
    causes = find_causes(snapshot)
    for declaration in plan.declarations:
        copies = {cluster: len(namespaces) for cluster, namespaces in declaration.places.items()}
        every, workspace = sum(copies.values()), declaration.lineage.workspace
        for ref, found in causes.of(declaration.lineage).items():
            if wanted is None or ref in wanted:
                tallies[ref].add(workspace, copies, every, found)
    return {ref: _effects(tally) for ref, tally in tallies.items()}


def find_causes(snapshot: Snapshot) -> CauseFinder:
    """The causes of objects that were made of a snapshot."""
    return CauseFinder(find_sharing(snapshot), {name: one.ref for name, one in snapshot.workspaces.items()})


@dataclass(slots=True)
class CauseFinder:
    """All causes of an object, with the entries of settings by which what is shared is shared."""

    sharing: Sharing
    workspaces: Mapping[str, Ref]
    _found: dict[tuple[int, str, Ref, tuple[str, ...]], dict[Ref, list[Cause]]] = field(default_factory=dict)
    _kept: list[Lineage] = field(default_factory=list)

    def of(self, lineage: Lineage) -> dict[Ref, list[Cause]]:
        """By resource. Answers are kept: the objects of one decision have the same."""
        key = (id(lineage.causes), lineage.workspace, lineage.parent, lineage.shared_with)
        if key not in self._found:
            self._kept.append(lineage)  # so that no other tuple gets the identity
            found: dict[Ref, dict[Cause, None]] = {}
            for cause in self._all(lineage):
                found.setdefault(cause.ref, {})[cause] = None
            self._found[key] = {ref: list(causes) for ref, causes in found.items()}
        return self._found[key]

    def _all(self, lineage: Lineage) -> Iterator[Cause]:
        parent = Cause(lineage.parent, Why.TRANSLATES)
        seen_by = dict.fromkeys((lineage.workspace, *lineage.shared_with))
        if lineage.workspace in self.workspaces:
            yield Cause(self.workspaces[lineage.workspace], Why.OWNS)
        for cause in (parent, *lineage.causes):
            yield self._inherited(cause, lineage.workspace)
            owner = self.sharing.owner(cause.ref)
            for workspace in seen_by:
                if workspace != owner:
                    yield from self.sharing.entries(cause.ref, workspace)

    def _inherited(self, cause: Cause, workspace: str) -> Cause:
        """A policy of another workspace applies because Gloo's rules let importers inherit it."""
        foreign = cause.why is Why.APPLIES and self.sharing.owner(cause.ref) not in ("", workspace)
        return cause._replace(why=Why.INHERITED) if foreign else cause


def _effects(tally: _Tally) -> Effects:
    objects = {workspace: dict(sorted(clusters.items())) for workspace, clusters in sorted(tally.objects.items())}
    causes = sorted(tally.causes.items(), key=lambda item: (item[0].why, [str(step) for step in item[0].path]))
    return Effects(objects, tuple(causes))
