"""Subsets that routes demand: each needs a DestinationRule where it is called, and one at home for the gateway.

Source: `DestinationReference.subset` of Gloo's common API. An SNI names the subset, so a gateway of another cluster
passes it on only if the same subset exists there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause, Causes, Why
from fedlib.federation.model.route import RouteDestination, RoutedHosts

Labels = Mapping[str, str]

MAX_SUBSETS: Final = 128
"""Of one destination, in RouteTables of one workspace: they become a part of what the destination's owner has."""


@dataclass(frozen=True, slots=True)
class DemandedSubsets:
    """The labels of all demanded subsets by who calls (a workspace) and what (a destination), sorted."""

    by_caller: Mapping[tuple[str, Ref], tuple[Labels, ...]] = field(default_factory=dict)
    by_destination: Mapping[Ref, tuple[Labels, ...]] = field(default_factory=dict)
    tables: Mapping[Ref, Causes] = field(default_factory=dict)
    """The RouteTables that name subsets of a destination."""

    def of(self, workspace: str, destination: Ref) -> tuple[Labels, ...]:
        """The subsets of a destination that proxies of a workspace call."""
        return self.by_caller.get((workspace, destination), ())

    def at_home(self, destination: Ref) -> tuple[Labels, ...]:
        """The subsets of a destination that anyone calls."""
        return self.by_destination.get(destination, ())


def demanded_subsets(routes: Iterable[RoutedHosts]) -> DemandedSubsets:
    """Collect the subsets of all destinations of all routes."""
    by_owner: dict[tuple[str, str, Ref], list[Labels]] = {}
    tables: dict[Ref, dict[Cause, None]] = {}
    for routed in routes:
        for table, one in _called(routed):
            if one.subset:
                key = (routed.owner, routed.workspace, one.destination.ref)
                by_owner.setdefault(key, []).append(one.subset)
                tables.setdefault(one.destination.ref, {})[Cause(table, Why.DEMANDS)] = None
    found: dict[tuple[str, Ref], list[Labels]] = {}
    for (_, workspace, ref), listed_ in sorted(by_owner.items()):
        found.setdefault((workspace, ref), []).extend(_sorted(listed_)[:MAX_SUBSETS])
    by_caller = {called: _sorted(subsets) for called, subsets in found.items()}
    by_destination: dict[Ref, list[Labels]] = {}
    for (_, ref), subsets in by_caller.items():
        by_destination.setdefault(ref, []).extend(subsets)
    return DemandedSubsets(
        by_caller,
        {ref: _sorted(listed) for ref, listed in by_destination.items()},
        {ref: tuple(causes) for ref, causes in tables.items()},
    )


def _called(routed: RoutedHosts) -> Iterator[tuple[Ref, RouteDestination]]:
    """All destinations, each with the table that names it; a mirror's is the table whose route it copies."""
    for route in routed.routes:
        own, mirror = route.tables[-1].table.ref, route.mirror
        yield from ((own, one) for one in (*route.destinations, *((mirror,) if mirror is not None else ())))
    for connections in (*routed.tcp, *routed.tls):
        yield from ((routed.table.ref, one) for one in connections.destinations)


def _sorted(subsets: Iterable[Labels]) -> tuple[Labels, ...]:
    distinct = {tuple(sorted(labels.items())) for labels in subsets}
    return tuple(dict(items) for items in sorted(distinct))
