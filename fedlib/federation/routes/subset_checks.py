"""Subsets that routes name and that cannot be what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fedlib.config.gloo import ObjectSelector
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.diagnostics import Ref, catalogue
from fedlib.diagnostics.source import Step
from fedlib.discovery.inventory import Service
from fedlib.federation.finders import Finders
from fedlib.federation.model.destination import Destination, Group, Passage
from fedlib.federation.model.route import RouteDestination, RoutedHosts
from fedlib.federation.routes.subsets import MAX_SUBSETS
from fedlib.federation.told import told
from fedlib.federation.workloads.backends import Backends
from fedlib.snapshot.selector_index import Owned, SelectorIndex

Labels = Mapping[str, str]


def _report_too_many(routes: Iterable[RoutedHosts], finders: Finders) -> None:
    found: dict[tuple[str, str, Ref], set[frozenset[tuple[str, str]]]] = {}
    for routed in routes:
        for user, owner, table, path, called in _called((routed,)):
            subsets = found.setdefault((routed.owner, routed.workspace, called.destination.ref), set())
            subsets.add(frozenset(called.subset.items()))
            if len(subsets) == MAX_SUBSETS + 1:
                told(user, owner, finders.snapshot, finders.report).add(
                    catalogue.TOO_MUCH, table.ref, table.at(*path),
                    problem=f"RouteTables name too many subsets of {called.destination.ref}",
                    limit=MAX_SUBSETS, advice="let a label with few values tell the pods apart",
                )  # fmt: skip


def check_subsets(routes: Iterable[RoutedHosts], finders: Finders) -> None:
    """Report subsets without pods, and those of groups whose gateways cannot tell them apart."""
    routes, backends = tuple(routes), finders.backends
    _report_too_many(routes, finders)
    known: dict[Ref, SelectorIndex[Owned[Labels]]] = {}
    for user, owner, table, path, called in _called(routes):
        report = told(user, owner, finders.snapshot, finders.report)
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
) -> Iterator[tuple[str, str, Resource[RouteTableSpec], tuple[Step, ...], RouteDestination]]:
    """The destinations with a subset: who uses them, whose routes they are, and where these stand."""
    for routed in routes:
        user = routed.workspace
        for route in routed.routes:
            own = route.tables[-1]
            yield from ((user, own.workspace, own.table, route.path, one) for one in route.destinations if one.subset)
        for connection in (*routed.tcp, *routed.tls):
            called = (one for one in connection.destinations if one.subset)
            yield from ((user, routed.owner, routed.table, connection.path, one) for one in called)


def _pods(destination: Destination, backends: Backends) -> Iterator[Labels]:
    decision = destination.decision
    if isinstance(decision, Service):
        yield from backends.versions(decision)
    elif isinstance(decision, Group):
        for backing in decision.backings.values():
            yield from backing.versions
