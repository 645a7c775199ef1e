"""Subsets that routes demand: each needs a DestinationRule where it is called, and one at home for the gateway.

Source: `DestinationReference.subset` of Gloo's common API. An SNI names the subset, so a gateway of another cluster
passes it on only if the same subset exists there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.federation.model.route import RoutedHosts

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemandedSubsets:
    """The labels of all demanded subsets by who calls (a workspace) and what (a destination), sorted."""

    by_caller: Mapping[tuple[str, Ref], tuple[Labels, ...]] = field(default_factory=dict)
    by_destination: Mapping[Ref, tuple[Labels, ...]] = field(default_factory=dict)

    def of(self, workspace: str, destination: Ref) -> tuple[Labels, ...]:
        """The subsets of a destination that proxies of a workspace call."""
        return self.by_caller.get((workspace, destination), ())

    def at_home(self, destination: Ref) -> tuple[Labels, ...]:
        """The subsets of a destination that anyone calls."""
        return self.by_destination.get(destination, ())


def demanded_subsets(routes: Iterable[RoutedHosts]) -> DemandedSubsets:
    """Collect the subsets of all destinations of all routes."""
    found: dict[tuple[str, Ref], list[Labels]] = {}
    for routed in routes:
        listed = [route.destinations for route in routed.routes]
        listed += [(route.mirror,) for route in routed.routes if route.mirror is not None]
        listed += [route.destinations for route in (*routed.tcp, *routed.tls)]
        for one in itertools.chain.from_iterable(listed):
            if one.subset:
                found.setdefault((routed.workspace, one.destination.ref), []).append(one.subset)
    by_caller = {key: _sorted(listed) for key, listed in sorted(found.items())}
    by_destination: dict[Ref, list[Labels]] = {}
    for (_, ref), subsets in by_caller.items():
        by_destination.setdefault(ref, []).extend(subsets)
    return DemandedSubsets(by_caller, {ref: _sorted(listed) for ref, listed in by_destination.items()})


def _sorted(subsets: Iterable[Labels]) -> tuple[Labels, ...]:
    distinct = {tuple(sorted(labels.items())) for labels in subsets}
    return tuple(dict(items) for items in sorted(distinct))
