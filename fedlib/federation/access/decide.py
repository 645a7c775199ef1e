"""All decisions about access, in one function."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.federation.access.access_policies import AccessPolicies
from fedlib.federation.access.callers import Callers
from fedlib.federation.access.isolation import Isolation, isolation_requirements, isolation_rules
from fedlib.federation.access.issuers import IssuerRights
from fedlib.federation.access.jwt_policies import JwtPolicies
from fedlib.federation.access.jwt_routes import JwtRoutes
from fedlib.federation.access.key_servers import KeyServers
from fedlib.federation.access.merged_rules import merge_rules
from fedlib.federation.access.mutual_tls import merge_requirements
from fedlib.federation.access.principals import Principals
from fedlib.federation.access.protected_ports import ProtectedPorts
from fedlib.federation.access.root_namespace import RootNamespace
from fedlib.federation.access.side_effects import SideEffects
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.model.access import AccessDecisions
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.policies.select_destinations import DestinationSelection
from fedlib.federation.policies.trials import Trials
from fedlib.federation.workloads.gateway_pods import GatewayPods


def decide_access(
    finders: Finders, offer: Offer, routes: Iterable[RoutedHosts], applied: AppliedPolicies, gateways: GatewayPods
) -> AccessDecisions:
    """Decide who may call which port, and over what."""
    snapshot, backends, report, destinations = finders.snapshot, finders.backends, finders.report, offer.destinations
    principals = Principals(snapshot, backends, report)
    callers = Callers(snapshot, destinations, offer.groups)
    isolated = Isolation(snapshot, backends, callers, gateways, principals, report).decide()
    ports = ProtectedPorts(snapshot, backends, gateways, report)
    selection = DestinationSelection(destinations, Trials(snapshot, report))
    policies = AccessPolicies(snapshot, ports, callers, principals, applied, selection, report)
    policies.decide()
    servers = KeyServers(snapshot, destinations)
    tokens = JwtPolicies(snapshot, ports, applied, servers, report)
    tokens.decide()
    issuers = IssuerRights(finders.rights, snapshot.visibility.precedence)
    on_routes = JwtRoutes(tokens.readable, issuers, servers, report)
    on_routes.decide(routes)
    replaced = {port.key for port, _ in policies.replaced}
    kept = [one for one in isolated if one.port.key not in replaced]
    rules = [*isolation_rules(isolated, replaced), *policies.rules]
    effects = SideEffects(snapshot, backends, report)
    effects.report_side_doors(policies.replaced, kept)
    effects.report_closed_ports(policies.replaced, rules)
    requirements = [*isolation_requirements(isolated), *policies.requirements]
    verified = [*tokens.tokens.values(), *on_routes.tokens.values()]
    root = RootNamespace(snapshot, finders.pods, report)
    return AccessDecisions(
        merge_rules(root.keep_out([*rules, *tokens.rules, *on_routes.rules])),
        merge_requirements(root.keep_out(requirements), snapshot, report),
        tuple(sorted(root.keep_out(verified), key=lambda one: (one.cluster, one.namespace, one.stem))),
    )
