"""TCP and TLS routes of root tables. Nothing can answer for one that is bad, so it is left out.

Source: `TCPRoute` and `TLSRoute` of Gloo's API; that an SNI must be one of the VirtualService's hosts is Istio's rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fedlib.config.route_table import TCPRoute, TLSRoute
from fedlib.config.selectors import DestinationKind, DestinationReference
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step, path_text
from fedlib.federation.destinations.resolve import DestinationResolver
from fedlib.federation.model.host_patterns import host_patterns
from fedlib.federation.model.route import ConnectionRoute
from fedlib.federation.routes.tables import Table
from fedlib.federation.workloads.protocols import TLS_PROTOCOLS

Problem = tuple[tuple[Step, ...], str, str]


@dataclass(frozen=True, slots=True)
class ConnectionRoutes:
    """The TCP and TLS routes of a root table for one workspace, used in some clusters."""

    table: Table
    workspace: str
    clusters: Collection[str]
    resolver: DestinationResolver
    report: Report

    def tcp(self) -> tuple[ConnectionRoute, ...]:
        """The TCP routes, in order."""
        found = []
        for index, route in enumerate(self.table.spec.tcp):
            path: tuple[Step, ...] = ("tcp", index)
            destinations = route.forward_to.destinations
            resolved = self._route(path, route, destinations, self._tcp_problem(path, destinations))
            found += [resolved] if resolved is not None else []
        return tuple(found)

    def tls(self) -> tuple[ConnectionRoute, ...]:
        """The TLS routes, in order."""
        found = []
        for index, route in enumerate(self.table.spec.tls):
            path: tuple[Step, ...] = ("tls", index)
            resolved = self._route(path, route, route.forward_to.destinations, self._tls_problem(path, route))
            found += [resolved] if resolved is not None else []
        return tuple(found)

    def _route(
        self,
        path: tuple[Step, ...],
        route: TCPRoute | TLSRoute,
        destinations: Sequence[DestinationReference],
        problem: Problem | None,
    ) -> ConnectionRoute | None:
        resource = self.table.resource
        if problem is not None:
            where, text, advice = problem
            self.report.add(
                catalogue.CONNECTION_ROUTE_INVALID, resource.ref, resource.at(*where),
                route=path_text(path), problem=text, advice=advice,
            )  # fmt: skip
            return None
        protocols = TLS_PROTOCOLS if isinstance(route, TLSRoute) else None
        references = [((*path, "forwardTo", "destinations", i), one) for i, one in enumerate(destinations)]
        resolved = self.resolver.resolve(
            resource, self.workspace, path_text(path), path, references, protocols, self.clusters
        )
        return None if resolved is None else ConnectionRoute(path, route.matchers, resolved)

    def _tcp_problem(self, path: tuple[Step, ...], destinations: Sequence[DestinationReference]) -> Problem | None:
        for index, destination in enumerate(destinations):
            if destination.kind is DestinationKind.EXTERNAL_SERVICE:
                where = (*path, "forwardTo", "destinations", index, "kind")
                return where, "TCP routes do not lead to ExternalServices", "use a Service or a VirtualDestination"
        return None

    def _tls_problem(self, path: tuple[Step, ...], route: TLSRoute) -> Problem | None:
        if not route.matchers:
            return path, "a TLS route needs a matcher with sniHosts", "add matchers: [{sniHosts: [...]}]"
        hosts = host_patterns(self.table.spec.hosts)
        for index, matcher in enumerate(route.matchers):
            for position, name in enumerate(matcher.sni_hosts):
                if not hosts.cover(name):
                    where = (*path, "matchers", index, "sniHosts", position)
                    return where, f"the SNI '{name}' is none of the table's hosts", "add it to the hosts"
        return None


def report_tcp_on_gateways(table: Table, report: Report) -> None:
    """Report that gateways do not use TCP routes: an error where nobody else uses the table either."""
    location, spec = table.resource.at("tcp"), table.spec
    if spec.http or spec.tls or spec.workload_selectors:
        report.add(catalogue.ROUTE_TCP_ON_GATEWAY, table.ref, location)
        return
    advice = "select sidecars by workloadSelectors, or use tls routes"
    problem = "TCP routes are for sidecars, and gateways alone use the table"
    report.add(catalogue.CONNECTION_ROUTE_INVALID, table.ref, location, route="tcp", problem=problem, advice=advice)
