"""Places: where copies of an object stand, and who sees them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fedlib.diagnostics import Ref

OWN: Final = (".",)
"""`exportTo` of a copy that is seen in its own namespace only."""


@dataclass(frozen=True, slots=True)
class Place:
    """Namespaces, in all clusters where they may hold equal copies of an object.

    Attributes:
        workspace: for which workspace the copies are: a consumer, or the owner of the namespace.
        at: cluster -> the namespaces with a copy, sorted.
        export_to: the namespaces that see a copy, in each of the clusters; `.` is the copy's own.
        families: the IP families of the clusters' Services.
    """

    workspace: str
    at: Mapping[str, tuple[str, ...]]
    export_to: tuple[str, ...]
    families: tuple[str, ...]

    @property
    def private(self) -> bool:
        """Whether each copy is seen in its own namespace only."""
        return self.export_to == OWN

    def visible_to(self, namespaces: frozenset[str]) -> Place:
        """The same, seen in more namespaces."""
        return replace(self, export_to=tuple(sorted({*self.export_to, *namespaces}))) if namespaces else self


@dataclass(frozen=True, slots=True)
class Sidecars:
    """The sidecars of a workspace: all of its namespaces by cluster. `ref` is the Workspace."""

    workspace: str
    ref: Ref
    at: Mapping[str, tuple[str, ...]]
