"""RouteTables for sidecars: which workspaces use them, for which hosts, and where their routes lead.

Source: Gloo's `RouteTable`; `failureMode: ROUTE_REPLACEMENT` is its default: a bad route answers 500, others live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import ResourceKind
from fedlib.config.model import host_problem
from fedlib.config.resource import Resource
from fedlib.config.route_table import FailureMode, ForwardTo, HTTPRoute, RouteTableSpec
from fedlib.config.untranslated import untranslated
from fedlib.config.validate import suggest
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step, path_text
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.destinations import DestinationResolver
from fedlib.federation.hostname import local_host
from fedlib.federation.model import FederatedService
from fedlib.federation.route import Route, RouteDestination, RoutedHosts, TableLabels
from fedlib.federation.route_actions import action_problems, route_action
from fedlib.snapshot.model import OwnedResource, Snapshot

LATER = "it is planned; see the CHANGELOG for what each version translates"


@dataclass(frozen=True, slots=True)
class _Use:
    """A RouteTable in one workspace that uses it."""

    resource: Resource
    spec: RouteTableSpec
    owner: str
    workspace: str


def route_hosts(
    snapshot: Snapshot, services: Iterable[FederatedService], destinations: DestinationIndex, report: Report
) -> tuple[RoutedHosts, ...]:
    """Decide all routes, sorted by table and workspace."""
    by_host = {service.host for service in services}
    uses: dict[str, list[_Use]] = {}
    for owned in snapshot.resources.get("RouteTable", ()):
        spec = owned.resource.spec
        assert isinstance(spec, RouteTableSpec)
        if _is_translated(owned.resource, spec, report):
            _check_hosts(owned, spec, snapshot, by_host, report)
            for workspace in _consumers(owned, snapshot):
                uses.setdefault(workspace, []).append(_Use(owned.resource, spec, owned.workspace, workspace))
    resolver = DestinationResolver(snapshot, services, destinations, report)
    routed = []
    for workspace in sorted(uses):
        for use, hosts in _settle_hosts(uses[workspace], report):
            names = _route_names(use, report)
            routes = tuple(
                _route(use, index, route, names[index], resolver, report) for index, route in enumerate(use.spec.http)
            )
            routed.append(RoutedHosts(use.resource, use.owner, workspace, hosts, routes, _source_labels(use.spec)))
    return tuple(sorted(routed, key=lambda r: (r.table.ref, r.workspace)))


def _is_translated(resource: Resource, spec: RouteTableSpec, report: Report) -> bool:
    """Whether the whole table can be; what is missing is reported."""
    fine = True
    for path in untranslated(spec):
        report.add(
            catalogue.UNSUPPORTED_FIELD, resource.ref, resource.at(*path),
            field=f"spec.{path_text(path)}", advice=LATER,
        )  # fmt: skip
        fine = False
    if spec.failure_mode is FailureMode.FREEZE_CONFIG:
        report.add(
            catalogue.UNSUPPORTED_FIELD, resource.ref, resource.at("failureMode"),
            field="spec.failureMode: FREEZE_CONFIG",
            advice="use ROUTE_REPLACEMENT; findings stop a bad change before it is applied",
        )  # fmt: skip
        fine = False
    if not spec.hosts:
        report.add(catalogue.ROUTE_TABLE_HOSTS, resource.ref, resource.at())
        fine = False
    return fine


def _consumers(owned: OwnedResource, snapshot: Snapshot) -> tuple[str, ...]:
    ref = owned.resource.ref
    importers = snapshot.visibility.consumers(
        owned.workspace, ResourceKind.ROUTE_TABLE, owned.resource.labels, ref.name, ref.namespace, ref.cluster
    )
    return (owned.workspace, *importers)


def _check_hosts(
    owned: OwnedResource, spec: RouteTableSpec, snapshot: Snapshot, federated: set[str], report: Report
) -> None:
    resource = owned.resource
    known = federated | {local_host(service, snapshot.clusters) for service in snapshot.services.values()}
    for index, host in enumerate(spec.hosts):
        location = resource.at("hosts", index)
        problem = wildcard_problem(host)
        if problem:
            report.add(catalogue.ROUTE_HOST_INVALID, resource.ref, location, host=host[:80], problem=problem)
        elif "." not in host:
            report.add(catalogue.ROUTE_HOST_SHORT, resource.ref, location, host=host)
        elif "*" not in host and host not in known:
            report.add(
                catalogue.ROUTE_HOST_UNKNOWN, resource.ref, location,
                workspace=owned.workspace, host=host, suggestion=suggest(host, known),
            )  # fmt: skip


def wildcard_problem(host: str) -> str:
    """Why `host` is neither a DNS name nor one with a wildcard at its left end; empty if it is one."""
    if host == "*":
        return "a bare * would take every request of the sidecars"
    rest = host[1:] if host.startswith("*") else host
    if "*" in rest:
        return "a wildcard is allowed at the left end only"
    return host_problem(rest.lstrip(".-").lower().removesuffix("."))


def _settle_hosts(uses: list[_Use], report: Report) -> Iterable[tuple[_Use, tuple[str, ...]]]:
    """The hosts that each table gets in one workspace: the oldest table wins a host that several want."""
    winners: dict[str, list[_Use]] = {}
    for use in sorted(uses, key=lambda u: u.resource.age):
        hosts = []
        for index, host in enumerate(use.spec.hosts):
            if wildcard_problem(host) or host in hosts:
                continue
            winner = next((w for w in winners.get(host, ()) if not _disjoint(use.spec, w.spec)), None)
            if winner is None:
                hosts.append(host)
                continue
            report.add(
                catalogue.ROUTE_HOST_CONFLICT, use.resource.ref, use.resource.at("hosts", index),
                host=host, workspace=use.workspace, winner=winner.resource.ref,
            )  # fmt: skip
        for host in hosts:
            winners.setdefault(host, []).append(use)
        if hosts:
            yield use, tuple(hosts)


def _source_labels(spec: RouteTableSpec) -> tuple[Mapping[str, str], ...]:
    labels = [selector.selector.labels if selector.selector else {} for selector in spec.workload_selectors]
    return () if not all(labels) else tuple(labels)


def _disjoint(one: RouteTableSpec, other: RouteTableSpec) -> bool:
    """Whether no pod can match the workload selectors of both tables."""
    ours, theirs = _source_labels(one), _source_labels(other)
    return bool(ours and theirs) and all(
        any(key in b and b[key] != value for key, value in a.items()) for a in ours for b in theirs
    )


def _route_names(use: _Use, report: Report) -> list[str]:
    """Gloo's names of routes: unique in the table, without the prefix `insecure-`."""
    names: list[str] = []
    for index, route in enumerate(use.spec.http):
        name = route.name.removeprefix("insecure-")
        count = sum(1 for other in use.spec.http[:index] if other.name.removeprefix("insecure-") == name)
        if name and count:
            renamed = f"duplicate-{name}-{count}"
            report.add(
                catalogue.ROUTE_NAME_DUPLICATE, use.resource.ref, use.resource.at("http", index, "name"),
                route=name, renamed=renamed,
            )  # fmt: skip
            name = renamed
        names.append(f"{name}-{use.resource.ref.name}" if name else use.resource.ref.name)
    return names


def _route(use: _Use, index: int, route: HTTPRoute, name: str, resolver: DestinationResolver, report: Report) -> Route:
    path: tuple[Step, ...] = ("http", index)
    shown = route.name or f"http[{index}]"
    fine = _route_is_translated(use, route, path, report)
    tables = (TableLabels(use.resource, use.owner, {**use.resource.labels, **route.labels}),)
    source_labels = _source_labels(use.spec)
    for where, problem, advice in action_problems(route, route.matchers):
        report.add(
            catalogue.ROUTE_ACTION_INVALID, use.resource.ref, use.resource.at(*path, *where),
            route=shown, problem=problem, advice=advice,
        )  # fmt: skip
        fine = False
    action = route_action(route) if fine else None
    found = _destinations(use, path, shown, action, resolver) if isinstance(action, ForwardTo) else ()
    if found is None:
        action, found = None, ()
    return Route(name, path, tables, route.matchers, action, found, source_labels)


def _destinations(
    use: _Use, path: tuple[Step, ...], shown: str, forward: ForwardTo, resolver: DestinationResolver
) -> tuple[RouteDestination, ...] | None:
    listed = forward.destinations
    paths: list[tuple[Step, ...]] = [(*path, "forwardTo", "destinations", i) for i in range(len(listed))]
    if not listed and use.spec.default_destination is not None:
        listed, paths = (use.spec.default_destination,), [("defaultDestination",)]
    references = list(zip(paths, listed, strict=True))
    return resolver.resolve(use.resource, use.workspace, shown, path, references)


def _route_is_translated(use: _Use, route: HTTPRoute, path: tuple[Step, ...], report: Report) -> bool:
    found = [(*path, *field) for field in untranslated(route)]
    if route.forward_to is not None:
        found += [(*path, "forwardTo", *field) for field in untranslated(route.forward_to)]
        for index, destination in enumerate(route.forward_to.destinations):
            found += [(*path, "forwardTo", "destinations", index, *field) for field in untranslated(destination)]
    if use.spec.default_destination is not None:
        found += [("defaultDestination", *field) for field in untranslated(use.spec.default_destination)]
    for where in found:
        report.add(
            catalogue.UNSUPPORTED_FIELD, use.resource.ref, use.resource.at(*where),
            field=f"spec.{path_text(where)}", advice=f"the route answers 500; {LATER}",
        )  # fmt: skip
    return not found
