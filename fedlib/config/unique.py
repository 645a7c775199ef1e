"""Resources that are given several times: in files and in the cluster to which these were applied, for instance."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from fedlib.config.model import Model
from fedlib.config.resource import Resource, S
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.differences import difference_text


def unique(resources: Iterable[Resource[Model]], report: Report) -> tuple[Resource[Model], ...]:
    """Resources sorted by identity; equal ones are one, and of different ones with one identity none is kept."""
    by_ref: dict[Ref, Resource[Model]] = {}
    refused: set[Ref] = set()
    for resource in _by_identity(resources):
        first = by_ref.setdefault(resource.ref, resource)
        if first is resource:
            continue
        if same_meaning(first, resource):
            by_ref[resource.ref] = merged(first, resource)
        else:
            refused.add(resource.ref)
            report.add(
                catalogue.DUPLICATE_RESOURCE, resource.ref, resource.at(),
                thing=resource.ref, other=place_of(first), fields=difference(first, resource),
            )  # fmt: skip
    return tuple(resource for ref, resource in by_ref.items() if ref not in refused)


def _by_identity(resources: Iterable[Resource[Model]]) -> Iterator[Resource[Model]]:
    """Sorted by identity, and those of one identity by where they stand, which is costly to know."""
    for _, same in itertools.groupby(sorted(resources, key=lambda one: one.ref), key=lambda one: one.ref):
        found = list(same)
        yield from sorted(found, key=lambda one: one.at()) if len(found) > 1 else found


def same_meaning(one: Resource[Model], other: Resource[Model]) -> bool:
    """Whether two resources say the same; their age and where they stand say nothing."""
    return (one.spec, one.labels, one.workspace) == (other.spec, other.labels, other.workspace)


def merged(one: Resource[S], other: Resource[S]) -> Resource[S]:
    """One of two resources that say the same: that of a file, with the later of two ages, which nobody can claim."""
    kept = one if one.origin and one.origin.source.file else other
    return dataclasses.replace(kept, created=max(one.created, other.created))


def difference(one: Resource[Model], other: Resource[Model]) -> str:
    """The fields in which two resources differ."""
    return difference_text(_plain(one), _plain(other)) or "the workspace that they are for"


def place_of(resource: Resource[Model]) -> str:
    """Where a resource stands, for people: a file and a line, or the resource itself where it was found live."""
    return str(resource.at()) if resource.at().file else f"{resource.ref}"


def _plain(resource: Resource[Model]) -> dict[str, Any]:
    spec = resource.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"metadata": {"labels": resource.labels}, "spec": spec}
