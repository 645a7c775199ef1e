"""Subsets that routes name and that cannot be what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.discovery.inventory import Service
from fedlib.federation.model.destination import Destination, Group, Passage
from fedlib.federation.model.route import RouteDestination, RoutedHosts
from fedlib.federation.workloads.backends import Backends, versions
from fedlib.snapshot.selection import labels_match

Labels = Mapping[str, str]


def check_subsets(routes: Iterable[RoutedHosts], backends: Backends, report: Report) -> None:
    """Report subsets without pods, and those of groups whose gateways cannot tell them apart."""
    for table, path, called in _called(routes):
        destination = called.destination
        known = list(_pods(destination, backends))
        shown = ", ".join(f"{key}={value}" for key, value in sorted(called.subset.items()))
        if known and not any(labels_match(called.subset, labels) for labels in known):
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
        yield from versions(backends.workloads(decision))
    elif isinstance(decision, Group):
        for backing in decision.backings.values():
            yield from backing.versions
