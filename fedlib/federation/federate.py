"""The stage's public function: a snapshot to decisions."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.config.gloo import ClientMode, WorkspaceOptions
from fedlib.config.unsupported import report_unsupported
from fedlib.diagnostics import Report
from fedlib.federation.access.decide import decide_access
from fedlib.federation.decisions import Decisions
from fedlib.federation.destinations.index import index_destinations, index_services
from fedlib.federation.destinations.resolve import DestinationResolver
from fedlib.federation.externals.decide import decide_externals
from fedlib.federation.gateways.east_west import EastWestGateways
from fedlib.federation.gateways.virtual import decide_virtual_gateways
from fedlib.federation.groups.backings import BackingFinder
from fedlib.federation.groups.decide import federate_groups
from fedlib.federation.groups.externals import ExternalFinder
from fedlib.federation.host_rules.decide import decide_host_rules
from fedlib.federation.host_rules.labels import demanded_labels
from fedlib.federation.hosts.called import index_called
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames, HostOwner, name_hosts
from fedlib.federation.mesh.check import check_mesh_settings
from fedlib.federation.model.destination import FederatedService, Group
from fedlib.federation.places import find_places
from fedlib.federation.policies.attach import attach_policies
from fedlib.federation.policies.checks.check import check_policies
from fedlib.federation.policies.filters.decide import FilterInputs, decide_proxy_filters
from fedlib.federation.policies.select_destinations import DestinationSelection
from fedlib.federation.routes.decide import route_hosts
from fedlib.federation.routes.mirrors import resolve_mirrors
from fedlib.federation.routes.subset_checks import check_subsets
from fedlib.federation.routes.subsets import demanded_subsets
from fedlib.federation.services import federate_services, gateway_patterns
from fedlib.federation.trimming.decide import Trimming
from fedlib.federation.trimming.reachable_hosts import ReachableHosts
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import GatewayPods, used_gateways
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot, Workspace


def federate(snapshot: Snapshot, report: Report) -> Decisions:
    """Decide the hosts, what stands behind them, the gateways, the routes and the policies."""
    for workspace in snapshot.workspaces.values():
        _report_untranslated(workspace, report)
    backends, gateways, places = Backends(snapshot), EastWestGateways(snapshot, report), find_places(snapshot)
    services = federate_services(snapshot, backends, gateways, places, report)
    called = index_called(services)
    virtual_gateways = decide_virtual_gateways(snapshot, backends, report)
    externals = decide_externals(snapshot, services, virtual_gateways, places, report)
    known = index_services(snapshot)
    selectable = index_destinations(known, (), externals)
    backings = BackingFinder(snapshot, selectable, backends, gateways, report)
    groups = federate_groups(snapshot, services, backings, ExternalFinder(selectable, report), places, report)
    destinations = index_destinations(known, groups, externals)
    resolver = DestinationResolver(snapshot, called, destinations, report)
    routes = route_hosts(snapshot, services, resolver, virtual_gateways, places, report)
    policies, routes = attach_policies(snapshot, destinations, services, routes, report)
    routes = resolve_mirrors(routes, resolver)
    check_subsets(routes, backends, report)
    check_policies(policies, destinations, snapshot, report)
    check_mesh_settings(snapshot, services, groups, report)
    gateway_pods = GatewayPods(backends, used_gateways(services, groups, virtual_gateways))
    inputs = FilterInputs(snapshot, called, destinations, routes, policies, virtual_gateways, gateway_pods)
    proxy_filters = decide_proxy_filters(inputs, report)
    reachable = ReachableHosts(snapshot, destinations, called, routes)
    selection = DestinationSelection(destinations)
    demanded = demanded_subsets(routes)
    return Decisions(
        services=services,
        groups=groups,
        externals=externals,
        destinations=destinations,
        routes=routes,
        virtual_gateways=virtual_gateways,
        policies=policies,
        proxy_filters=proxy_filters,
        hosts=_name_hosts(services, groups, report),
        access=decide_access(snapshot, backends, destinations, gateway_pods, groups, routes, policies, report),
        trimmed=Trimming(
            snapshot, gateway_pods, reachable, selection, policies, report, proxy_filters.server_hosts()
        ).decide(),
        host_rules=tuple(decide_host_rules(groups, services, externals, destinations, policies, demanded, places)),
        endpoint_labels=demanded_labels(demanded, policies),
        sidecars=places.sidecars(),
        gateway_hosts=gateway_patterns(services, groups),
    )


def _name_hosts(services: Iterable[FederatedService], groups: Iterable[Group], report: Report) -> HostNames:
    """Name the hosts that need virtual IPs: those of Services, and those of groups."""
    owners = {one.host: HostOwner(one.service.ref, one.service.created, one.service.at()) for one in services}
    for group in groups:
        owner = HostOwner(group.resource.ref, group.resource.created, group.resource.at("hosts"))
        owners.update(dict.fromkeys(group.hosts, owner))
        if any(port.protocol not in HTTP_PROTOCOLS for port in group.ports):
            owners.update(dict.fromkeys(map(local_only_host, group.hosts), owner))
    return name_hosts(owners, report)


def _report_untranslated(workspace: Workspace, report: Report) -> None:
    """Report the options that promise something which nothing is emitted for."""
    for field, path, advice in _untranslated(workspace.settings.options):
        resource = workspace.settings_source(field)
        if resource is not None:
            report_unsupported(resource, ("options", *path), advice, report)


def _untranslated(options: WorkspaceOptions) -> list[tuple[str, tuple[str, ...], str]]:
    """The field of the options, its path and some advice."""
    found: list[tuple[str, tuple[str, ...], str]] = []
    mode: ClientMode | None = options.virtual_dest_client_mode
    federated = options.federation is not None and options.federation.enabled
    if mode is not None and mode.tls_termination is not None and federated:
        path = ("virtualDestClientMode", "tlsTermination")
        advice = "it is for VirtualDestinations; set it there, as federated Services are reached by SNI only"
        found.append(("virtual_dest_client_mode", path, advice))
    return found
