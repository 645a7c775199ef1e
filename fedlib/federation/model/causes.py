"""What decisions are made of: the resources that the objects of each of them have as causes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.federation.model.destination import Destination, External, FederatedService, Group, Way
from fedlib.federation.model.gateway import EastWestGateway, VirtualGateway
from fedlib.federation.model.host_rule import HostRule
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.federation.model.route import Route, RouteDestination, RoutedHosts


def policy_causes(*policies: PoliciesByKind) -> Causes:
    """All policies of these, each once."""
    return tuple(dict.fromkeys(policy.cause for some in policies for policy in some))


def gateway_causes(gateways: Iterable[EastWestGateway]) -> Iterator[Cause]:
    """Services of east-west gateways, and the settings that chose them."""
    for gateway in gateways:
        yield Cause(gateway.service.ref, Why.CARRIES)
        yield from gateway.chosen_by


def virtual_gateway_cause(gateway: VirtualGateway) -> Cause:
    """A VirtualGateway that requests pass."""
    return Cause(gateway.resource.ref, Why.CARRIES)


def way_causes(way: Way) -> Causes:
    """What makes a federated host what some of its consumers see from other clusters."""
    return tuple(dict.fromkeys((*way.federated_by, *gateway_causes(way.gateways))))


def service_causes(service: FederatedService) -> Causes:
    """What a federated host is made of."""
    return tuple(dict.fromkeys(cause for way in service.ways for cause in way_causes(way)))


def group_causes(group: Group, *, clusters: Iterable[str] = (), gateways: bool = True) -> Causes:
    """The Services and ExternalServices that answer for a group, and the gateways of the clusters where they are.

    Args:
        group: the group.
        clusters: those whose Services count; all of them by default.
        gateways: whether requests go through the gateways.
    """
    wanted = set(clusters)
    backings = [one for cluster, one in group.backings.items() if not wanted or cluster in wanted]
    found = [Cause(one.service.ref, Why.ANSWERS) for one in backings]
    for backing in backings if gateways else ():
        found += gateway_causes(backing.gateways)
    for external in group.externals:
        found.append(Cause(external.external.resource.ref, Why.ANSWERS))
        found += (Cause(address.ref, Why.ANSWERS) for address in external.addresses)
    return tuple(dict.fromkeys(found))


def external_causes(external: External) -> Causes:
    """The ExternalEndpoints of an ExternalService, and the VirtualGateways that lead to it."""
    found = [Cause(endpoint.ref, Why.ANSWERS) for endpoint in external.endpoints]
    found += [virtual_gateway_cause(route.gateway) for route in external.egress]
    return tuple(dict.fromkeys(found))


def routed_causes(routed: RoutedHosts) -> Causes:
    """The tables, policies, gateways and destinations of what a RouteTable became for one workspace."""
    found: dict[Cause, None] = dict.fromkeys(map(virtual_gateway_cause, routed.gateways))
    for route in routed.routes:
        found.update(dict.fromkeys(_route_causes(route)))
    for connections in (*routed.tcp, *routed.tls):
        for one in connections.destinations:
            found[Cause(one.destination.ref, Why.LEADS_TO)] = None
    return tuple(found)


def made_of(
    services: Iterable[FederatedService], groups: Iterable[Group], externals: Iterable[External]
) -> dict[Ref, Causes]:
    """By identity what each of them is made of; a Service by all of its federated hosts."""
    found = {group.resource.ref: group_causes(group) for group in groups}
    found.update((external.resource.ref, external_causes(external)) for external in externals)
    for service in services:
        known = found.get(service.service.ref, NO_CAUSES)
        found[service.service.ref] = (*known, *service_causes(service))
    return found


def rule_causes(rule: HostRule, made: Mapping[Ref, Causes]) -> Causes:
    """The policies of a DestinationRule, the tables that name its subsets, and what its host is made of."""
    base = made.get(rule.destination, NO_CAUSES)
    if not rule.policies and not rule.demanded_by:
        return base
    policies = {id(one): one for one in rule.policies.values()}
    return (*policy_causes(*policies.values()), *rule.demanded_by, *base)


def destination_cause(destination: Destination) -> Cause:
    """Where requests go."""
    return Cause(destination.ref, Why.LEADS_TO)


def _route_causes(route: Route) -> Iterator[Cause]:
    *parents, own = route.tables
    for table in parents:
        yield Cause(table.table.ref, Why.DELEGATES)
    yield Cause(own.table.ref, Why.ROUTES, route.path)
    yield from policy_causes(route.policies)
    mirrored = (route.mirror,) if route.mirror else ()
    yield from itertools.chain.from_iterable(map(_called_causes, (*route.destinations, *mirrored)))


def _called_causes(called: RouteDestination) -> Iterator[Cause]:
    yield destination_cause(called.destination)
    yield from policy_causes(called.policies)
    if called.federated is not None:
        yield from called.federated.federated_by
