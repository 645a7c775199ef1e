"""Subsets that routes name and that cannot be what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fedlib.config.gloo import ObjectSelector
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.discovery.inventory import Service
from fedlib.federation.model.destination import Destination, Group, Passage
from fedlib.federation.model.route import RouteDestination, RoutedHosts
from fedlib.federation.routes.subsets import MAX_SUBSETS
from fedlib.federation.workloads.backends import Backends
from fedlib.snapshot.selector_index import Owned, SelectorIndex

Labels = Mapping[str, str]


def _report_too_many(routes: Iterable[RoutedHosts], report: Report) -> None:
    found: dict[tuple[str, str, Ref], set[frozenset[tuple[str, str]]]] = {}
    for routed in routes:
        for table, path, called in _called((routed,)):
            subsets = found.setdefault((routed.owner, routed.workspace, called.destination.ref), set())
            subsets.add(frozenset(called.subset.items()))
            if len(subsets) == MAX_SUBSETS + 1:
                report.add(
                    catalogue.TOO_MUCH, table.ref, table.at(*path),
                    problem=f"RouteTables name too many subsets of {called.destination.ref}",
                    limit=MAX_SUBSETS, advice="let a label with few values tell the pods apart",
                )  # fmt: skip


def check_subsets(routes: Iterable[RoutedHosts], backends: Backends, report: Report) -> None:
    """Report subsets without pods, and those of groups whose gateways cannot tell them apart."""
    routes = tuple(routes)
    _report_too_many(routes, report)
    known: dict[Ref, SelectorIndex[Owned[Labels]]] = {}
    for table, path, called in _called(routes):
        destination = called.destination
        if destination.ref not in known:
            known[destination.ref] = SelectorIndex(
                tuple(Owned(labels, destination.ref, labels, "") for labels in _pods(destination, backends))
            )
        pods = known[destination.ref]
        shown = ", ".join(f"{key}={value}" for key, value in sorted(called.subset.items()))
        if pods.objects and next(pods.select(ObjectSelector(labels=dict(called.subset))), None) is None:
            report.add(
                catalogue.SUBSET_EMPTY, table.ref, table.at(*path),
                subset=shown, destination=destination.ref, related=(destination.ref,),
            )  # fmt: skip
        group = destination.decision
        if isinstance(group, Group) and group.passage is Passage.TERMINATED:
            report.add(
                catalogue.SUBSET_TERMINATED, table.ref, table.at(*path), subset=shown, destination=destination.ref
            )


def _called(
    routes: Iterable[RoutedHosts],
) -> Iterator[tuple[Resource[RouteTableSpec], tuple[Step, ...], RouteDestination]]:
    """The destinations with a subset, and where their routes stand."""
    for routed in routes:
        for route in routed.routes:
            yield from ((route.tables[-1].table, route.path, one) for one in route.destinations if one.subset)
        for connection in (*routed.tcp, *routed.tls):
            yield from ((routed.table, connection.path, one) for one in connection.destinations if one.subset)


def _pods(destination: Destination, backends: Backends) -> Iterator[Labels]:
    decision = destination.decision
    if isinstance(decision, Service):
        yield from backends.versions(decision)
    elif isinstance(decision, Group):
        for backing in decision.backings.values():
            yield from backing.versions
