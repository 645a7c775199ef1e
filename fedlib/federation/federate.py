"""The stage's public function: a snapshot to decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fedlib.config.gloo import ClientMode, WorkspaceOptions
from fedlib.config.unsupported import report_unsupported
from fedlib.diagnostics import Report
from fedlib.federation.access.decide import decide_access
from fedlib.federation.decisions import Decisions
from fedlib.federation.destinations.index import index_destinations, index_services
from fedlib.federation.destinations.offer import Offer, make_offer
from fedlib.federation.externals.decide import decide_externals
from fedlib.federation.finders import Finders, make_finders
from fedlib.federation.gateways.pods import GatewayReach
from fedlib.federation.gateways.virtual import decide_virtual_gateways, plain_ports
from fedlib.federation.groups.decide import federate_groups
from fedlib.federation.host_rules.decide import decide_host_rules
from fedlib.federation.host_rules.labels import demanded_labels
from fedlib.federation.hosts.claims import collect_claims
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames, OwnedHost, name_hosts
from fedlib.federation.mesh.check import check_mesh_settings
from fedlib.federation.model.destination import FederatedService, Group
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.policies.attach import attach_policies
from fedlib.federation.policies.checks.check import check_policies
from fedlib.federation.policies.filters.decide import decide_proxy_filters
from fedlib.federation.routes.decide import route_hosts
from fedlib.federation.routes.mirrors import resolve_mirrors
from fedlib.federation.routes.subset_checks import check_subsets
from fedlib.federation.routes.subsets import demanded_subsets
from fedlib.federation.services import federate_services, gateway_patterns
from fedlib.federation.trimming.decide import decide_trimming
from fedlib.federation.workloads.gateway_pods import GatewayPods, used_gateways
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot


def federate(snapshot: Snapshot, report: Report) -> Decisions:
    """Decide everything: a line for each chapter, which knows the ones before."""
    finders = make_finders(snapshot, report)
    _report_untranslated(finders)
    gateways = decide_virtual_gateways(finders.snapshot, finders.backends, finders.pods, report)
    finders.east_west.avoid(plain_ports(gateways, finders.backends))
    services = federate_services(finders)
    claims = collect_claims(finders.snapshot, services, finders.rights)
    externals = decide_externals(finders, claims, gateways)
    plain = index_services(finders.snapshot)
    groups = federate_groups(finders, claims, index_destinations(plain, (), externals))
    offer = make_offer(plain, services, groups, externals, gateways)
    policies, routes = attach_policies(finders, offer, route_hosts(finders, offer))
    routes = resolve_mirrors(routes, finders, offer)
    gateway_pods = GatewayPods(finders.backends, used_gateways(services, groups, gateways))
    filters = decide_proxy_filters(finders, offer, routes, policies, gateway_pods)
    access = decide_access(finders, offer, routes, policies, gateway_pods)
    trimmed = decide_trimming(finders, offer, routes, policies, gateway_pods, filters.servers())
    demanded = demanded_subsets(routes)
    _check(finders, offer, routes, policies, gateway_pods)
    finders.backends.report_left_out(report)
    return Decisions(
        offer=offer,
        routes=routes,
        policies=policies,
        proxy_filters=filters,
        access=access,
        trimmed=trimmed,
        host_rules=decide_host_rules(finders, offer, policies, demanded),
        hosts=_name_hosts(services, groups, snapshot, report),
        endpoint_labels=demanded_labels(demanded, policies),
        sidecars=finders.places.sidecars(),
        gateway_hosts=gateway_patterns(services, groups),
    )


def _check(
    finders: Finders, offer: Offer, routes: tuple[RoutedHosts, ...], policies: AppliedPolicies, gateways: GatewayPods
) -> None:
    """Report what was decided as written and will not work as meant."""
    check_subsets(routes, finders)
    check_policies(finders, offer, policies)
    check_mesh_settings(finders, offer)
    GatewayReach(finders.snapshot, finders.pods, finders.report).report_strays(gateways.used)


def _name_hosts(
    services: Iterable[FederatedService], groups: Iterable[Group], snapshot: Snapshot, report: Report
) -> HostNames:
    """Name the hosts that need virtual IPs: those of Services, and those of groups."""
    owned = [
        OwnedHost(
            one.host,
            one.workspace,
            frozenset({one.workspace, *one.consumers}),
            one.service.ref,
            one.service.created,
            one.service.at(),
        )
        for one in services
    ]
    for group in groups:
        resource, consumers = group.resource, frozenset({group.workspace, *group.callers})
        for host in group.hosts:
            one = OwnedHost(host, group.workspace, consumers, resource.ref, resource.created, resource.at("hosts"))
            owned.append(one)
            if any(port.protocol not in HTTP_PROTOCOLS for port in group.ports):
                # gateways alone see it
                name, owner = local_only_host(host, group.workspace), frozenset({group.workspace})
                owned.append(replace(one, host=name, consumers=owner))
    return name_hosts(owned, snapshot.visibility.precedence, report)


def _report_untranslated(finders: Finders) -> None:
    """Report the options of workspaces that promise something which nothing is emitted for."""
    for workspace in finders.snapshot.workspaces.values():
        for field, path, advice in _untranslated(workspace.settings.options):
            resource = workspace.settings_source(field)
            if resource is not None:
                report_unsupported(resource, ("options", *path), advice, finders.report)


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
