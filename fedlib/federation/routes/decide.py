"""RouteTables: which workspaces and gateways use them, for which hosts, and where their routes lead.

Source: Gloo's `RouteTable`. Its `failureMode` decides what a bad route does: it answers 500 and others live, or the
last good state stays. Here a bad route is an ERROR, and with any ERROR nothing changes, so both hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.route_table import ForwardTo
from fedlib.config.untranslated import untranslated, untranslated_below
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step, path_text
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.destinations.resolve import DestinationResolver
from fedlib.federation.finders import Finders
from fedlib.federation.model.route import Route, RouteDestination, RoutedHosts
from fedlib.federation.places import PlaceFinder
from fedlib.federation.routes.actions import action_problems, doubtful_rewrite, replaces_whole_path, route_action
from fedlib.federation.routes.binding import Binding, GatewayBinder
from fedlib.federation.routes.connections import ConnectionRoutes, report_tcp_on_gateways
from fedlib.federation.routes.delegation import Delegation, FlatRoute
from fedlib.federation.routes.hosts import check_hosts, settle_hosts, uses_sidecars
from fedlib.federation.routes.match_limits import MatchLimits
from fedlib.federation.routes.overlaps import report_overlaps
from fedlib.federation.routes.owners import HostOwners
from fedlib.federation.routes.tables import Table, read_route_tables, source_labels
from fedlib.federation.routes.unreachable import UnreachableRoutes
from fedlib.federation.routes.unserved import SidecarRoutes
from fedlib.federation.told import told
from fedlib.snapshot.model import Snapshot

REQUIRE_AUTH: Final = "gateway.gloo.solo.io/require_auth"
"""A label of routes that Gloo has a feature gate for."""


def route_hosts(finders: Finders, offer: Offer) -> tuple[RoutedHosts, ...]:
    """Decide all routes, sorted by table and workspace."""
    snapshot, report = finders.snapshot, finders.report
    resolver = DestinationResolver(snapshot, offer.called, offer.destinations, report)
    owners = HostOwners(snapshot, offer.services, offer.destinations, finders.rights)
    tables = read_route_tables(snapshot, owners.refused, report)
    delegation, unreachable = Delegation(tables, report), UnreachableRoutes(report)
    flat: dict[Ref, tuple[FlatRoute, ...]] = {}
    for table in tables.roots:
        check_hosts(table, owners, report)
        flat[table.ref] = _flatten(table, delegation, unreachable, report)
    for table in tables.tables:
        if not table.spec.hosts and table.ref not in delegation.used:
            report.add(catalogue.ROUTE_TABLE_HOSTS, table.ref, table.resource.at())
    binder = GatewayBinder(snapshot, offer.gateways, report)
    bindings = {table.ref: binder.bind(table) for table in tables.roots}
    limits = MatchLimits(report)
    roots = [table for table in tables.roots if limits.fits(table, flat[table.ref], bindings[table.ref])]
    report_overlaps(roots, bindings, flat, report)
    routing = _Routing(snapshot, flat, bindings, owners, resolver, finders.places, report)
    routed = [*routing.in_sidecars(roots), *routing.on_gateways(roots)]
    for table in tables.tables:
        if table.ref not in delegation.seen:
            routing.check(_flatten(table, delegation, unreachable, report))
    owners.report_taken(report)
    return tuple(sorted(routed, key=lambda r: (r.table.ref, r.workspace, not r.mesh, r.suffix)))


def _flatten(
    table: Table, delegation: Delegation, unreachable: UnreachableRoutes, report: Report
) -> tuple[FlatRoute, ...]:
    """All routes of a table; those that cannot be translated, and those that no request reaches, are reported."""
    flattened = delegation.flatten(table)
    routes = tuple(one if _is_translated(one, one.told(report)) else replace(one, broken=True) for one in flattened)
    unreachable.check(flattened)
    return routes


@dataclass(slots=True)
class _Routing:
    """Resolves the routes of root tables for each workspace that uses them, once for each."""

    snapshot: Snapshot
    flat: Mapping[Ref, tuple[FlatRoute, ...]]
    bindings: Mapping[Ref, tuple[Binding, ...]]
    owners: HostOwners
    resolver: DestinationResolver
    places: PlaceFinder
    report: Report
    _resolved: dict[tuple[Ref, str], tuple[Route, ...]] = field(default_factory=dict)

    def in_sidecars(self, roots: Sequence[Table]) -> Iterator[RoutedHosts]:
        """The tables as sidecars use them: those of the owner's workspace and of importing ones."""
        for workspace in sorted(self.snapshot.workspaces):
            used = [table for table in roots if workspace in table.consumers and uses_sidecars(table)]
            for table, hosts in settle_hosts(used, workspace, self.owners, self.snapshot, self.report):
                routes, connections = self._routes(table, workspace), self._connections(table, workspace)
                tcp, tls = connections.tcp(), connections.tls()
                clusters = frozenset(self.snapshot.workspaces[workspace].namespaces)
                found = SidecarRoutes(table, hosts, routes, (*tcp, *tls), clusters)
                found.report_bypassed(self.snapshot, self._told(table, workspace))
                routed = RoutedHosts(
                    table.resource, table.workspace, workspace, hosts, routes, source_labels(table.spec),
                    tcp=tcp, tls=tls, suffix="mesh" if table.spec.virtual_gateways else "",
                    places=self.places.outside(workspace, found.unserved()),
                    annotations=table.annotations,
                )  # fmt: skip
                if hosts:
                    yield routed

    def on_gateways(self, roots: Iterable[Table]) -> Iterator[RoutedHosts]:
        """The tables as gateways use them."""
        for table in roots:
            bindings = self.bindings[table.ref]
            if table.spec.tcp and table.spec.virtual_gateways:
                report_tcp_on_gateways(table, self.report)
            for binding in bindings:
                alone = sum(1 for one in bindings if one.workspace == binding.workspace) == 1
                yield RoutedHosts(
                    table.resource, table.workspace, binding.workspace, binding.hosts,
                    self._routes(table, binding.workspace), mesh=False, gateways=binding.gateways,
                    tls=self._connections(table, binding.workspace).tls(),
                    suffix="" if alone else binding.gateways[0].name, annotations=table.annotations,
                )  # fmt: skip

    def _clusters(self, table: Table, workspace: str) -> frozenset[str]:
        """Where proxies of a workspace use a table."""
        if uses_sidecars(table):
            return frozenset(self.snapshot.workspaces[workspace].namespaces)
        ours = (one for one in self.bindings[table.ref] if one.workspace == workspace)
        return frozenset(gateway.service.cluster for one in ours for gateway in one.gateways)

    def check(self, routes: Iterable[FlatRoute]) -> None:
        """Report destinations that are wrong whoever uses the routes: of tables that others alone delegate to."""
        for flat in routes:
            self._route(flat, None, frozenset(), flat.told(self.report))

    def _told(self, table: Table, workspace: str) -> Report:
        """Who is told of a table's routes: an importer of its sidecars'; on gateways, which it names, the owner."""
        named = any(one.workspace == workspace for one in self.bindings[table.ref])
        return self.report if named else told(workspace, table.workspace, self.snapshot, self.report)

    def _connections(self, table: Table, workspace: str) -> ConnectionRoutes:
        report = self._told(table, workspace)
        clusters = self._clusters(table, workspace)
        return ConnectionRoutes(table, workspace, clusters, self.resolver.reporting_to(report), report)

    def _routes(self, root: Table, workspace: str) -> tuple[Route, ...]:
        key = (root.ref, workspace)
        if key not in self._resolved:
            clusters = self._clusters(root, workspace)
            report = self._told(root, workspace)
            self._resolved[key] = tuple(
                self._route(flat, workspace, clusters, flat.told(report) if report is self.report else report)
                for flat in self.flat[root.ref]
            )
        return self._resolved[key]

    def _route(self, flat: FlatRoute, workspace: str | None, clusters: frozenset[str], report: Report) -> Route:
        action, found = None, None
        if not flat.broken:
            action, resolver = route_action(flat.route), self.resolver.reporting_to(report)
            found = _destinations(flat, action, workspace, clusters, resolver) if isinstance(action, ForwardTo) else ()
        return Route(
            flat.name, flat.path, flat.tables, flat.matchers, None if found is None else action, found or (),
            flat.source_labels,
        )  # fmt: skip


def _destinations(
    flat: FlatRoute,
    forward: ForwardTo,
    workspace: str | None,
    clusters: frozenset[str],
    resolver: DestinationResolver,
) -> tuple[RouteDestination, ...] | None:
    listed, default = forward.destinations, flat.table.spec.default_destination
    paths: list[tuple[Step, ...]] = [(*flat.path, "forwardTo", "destinations", i) for i in range(len(listed))]
    if not listed and default is not None:
        listed, paths = (default,), [("defaultDestination",)]
    references = list(zip(paths, listed, strict=True))
    return resolver.resolve(flat.table.resource, workspace, _shown(flat), flat.path, references, clusters=clusters)


def _is_translated(flat: FlatRoute, report: Report) -> bool:
    """Whether Istio can express the route; what it cannot is reported."""
    resource, default = flat.table.resource, flat.table.spec.default_destination
    unsupported = any(untranslated_below(flat.route)) or (default is not None and any(untranslated(default)))
    problems = list(action_problems(flat.route))
    for path, problem, advice in problems:
        report.add(
            catalogue.ROUTE_ACTION_INVALID, resource.ref, resource.at(*flat.path, *path),
            route=_shown(flat), problem=problem, advice=advice,
        )  # fmt: skip
    if flat.route.labels.get(REQUIRE_AUTH) == "true":
        report.add(
            catalogue.ROUTE_REQUIRE_AUTH, resource.ref, resource.at(*flat.path, "labels", REQUIRE_AUTH),
            route=_shown(flat), label=REQUIRE_AUTH,
        )  # fmt: skip
    forward = flat.route.forward_to
    if forward is not None and replaces_whole_path(forward, flat.matchers):
        report.add(
            catalogue.ROUTE_REWRITE_WHOLE, resource.ref, resource.at(*flat.path, "forwardTo", "pathRewrite"),
            route=_shown(flat), rewritten=forward.path_rewrite,
        )  # fmt: skip
    doubtful = doubtful_rewrite(forward, flat.matchers) if forward is not None else None
    if doubtful is not None:
        report.add(
            catalogue.ROUTE_REWRITE_SLASH, resource.ref, resource.at(*flat.path, "forwardTo", "pathRewrite"),
            route=_shown(flat), path=doubtful[0], rewritten=doubtful[1],
        )  # fmt: skip
    return not unsupported and not problems


def _shown(flat: FlatRoute) -> str:
    return flat.route.name or path_text(flat.path)
