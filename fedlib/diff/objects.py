"""Objects that come, go, or say something else."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fedlib.diagnostics import Ref
from fedlib.diff.side import Content


class Change(enum.StrEnum):
    """What becomes of an object."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that changes.

    Attributes:
        change: what becomes of it.
        ref: the object.
        workspace: the workspace that it is for; empty for objects of others.
        fields: where the two differ, as paths; lists are compared as wholes. Empty but for CHANGED.
    """

    change: Change
    ref: Ref
    workspace: str
    fields: tuple[str, ...] = ()


def changed_objects(before: Mapping[Ref, Content], after: Mapping[Ref, Content]) -> tuple[ObjectChange, ...]:
    """The objects that change, by cluster, namespace, kind and name."""
    found = [ObjectChange(Change.ADDED, ref, after[ref].workspace) for ref in after.keys() - before.keys()]
    found += [ObjectChange(Change.REMOVED, ref, before[ref].workspace) for ref in before.keys() - after.keys()]
    found += [
        ObjectChange(Change.CHANGED, ref, after[ref].workspace, tuple(_differences(before[ref], after[ref])))
        for ref in before.keys() & after.keys()
        if before[ref] != after[ref]
    ]
    return tuple(sorted(found, key=lambda one: (one.ref.cluster, one.ref.namespace, one.ref.kind, one.ref.name)))


def _differences(before: Content, after: Content) -> Iterator[str]:
    yield from _paths("annotations", before.annotations, after.annotations)
    yield from _paths("spec", before.spec, after.spec)


def _paths(path: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}, key=str):
            yield from _paths(f"{path}.{key}", before.get(key), after.get(key))
    else:
        yield path
