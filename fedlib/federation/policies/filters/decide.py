"""What policies need that become settings of Envoy itself: gateways that check health, and servers that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.config.model import Model
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import Cause, Why
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.policy import NO_POLICIES, AppliedPolicies, PoliciesByKind, Policy, policies_by_kind
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.policies.filters.authorizers import Authorizer, decide_authorizers
from fedlib.federation.policies.filters.fields import FILTER_POLICIES, refuses, report_secret_headers
from fedlib.federation.policies.filters.health_checks import GatewayChecks, decide_health_checks
from fedlib.federation.policies.filters.limiters import Limiter, decide_limiters
from fedlib.federation.policies.filters.references import References
from fedlib.federation.policies.filters.served_ports import ServedPort, served_ports
from fedlib.federation.policies.filters.servers import NO_SERVERS, AskedServers, ServerFinder
from fedlib.federation.policies.filters.uses import Place, filter_uses
from fedlib.federation.workloads.gateway_pods import GatewayPods


@dataclass(frozen=True, slots=True)
class ProxyFilters:
    """Decisions on policies that become settings of Envoy itself.

    Attributes:
        refused: policies that cannot be translated; why was reported.
        checks: what gateways check, by policy and gateway.
        listeners: policies for a gateway's Service and a port of its pods: one for all listeners of the port.
        limiters: by RateLimitPolicy what it asks of which server.
        authorizers: by ExtAuthPolicy what it asks of which server.
        served: the ports of pods that enforce policies of destinations.
    """

    refused: frozenset[Ref] = frozenset()
    checks: tuple[GatewayChecks, ...] = ()
    listeners: Mapping[tuple[Ref, int], PoliciesByKind] = field(default_factory=dict)
    limiters: Mapping[Ref, Limiter] = field(default_factory=dict)
    authorizers: Mapping[Ref, Authorizer] = field(default_factory=dict)
    served: tuple[ServedPort, ...] = ()

    def servers(self) -> Mapping[Place, AskedServers]:
        """All servers that proxies of a workspace and cluster ask: trimming must leave them these."""
        found: dict[Place, AskedServers] = {}
        asking: dict[Ref, Limiter | Authorizer] = {**self.limiters, **self.authorizers}
        for policy, one in asking.items():
            for place, address in one.servers.items():
                asked = found.get(place, NO_SERVERS)
                causes = (*asked.causes, Cause(policy, Why.APPLIES), *one.configured_by)
                found[place] = AskedServers(asked.hosts | {address.host}, causes)
        return found


def decide_proxy_filters(
    finders: Finders, offer: Offer, routes: tuple[RoutedHosts, ...], policies: AppliedPolicies, gateways: GatewayPods
) -> ProxyFilters:
    """Decide for all such policies; whatever keeps one from being translated is reported."""
    snapshot, report, destinations = finders.snapshot, finders.report, offer.destinations
    resources = (owned.resource for spec in FILTER_POLICIES for owned in snapshot.of(spec))
    for server in snapshot.servers.values():  # whoever uses them
        report_secret_headers(server, report)
    refused = frozenset(resource.ref for resource in resources if refuses(resource, report))
    references = References(snapshot, report)
    finder = ServerFinder(snapshot, destinations, offer.called)
    limited = filter_uses(RateLimitPolicySpec, routes, policies, gateways)
    authorized = filter_uses(ExtAuthPolicySpec, routes, policies, gateways)
    return ProxyFilters(
        refused=refused,
        checks=decide_health_checks(policies, refused, destinations, offer.gateways, report),
        listeners=_listeners(policies, offer.gateways, report),
        limiters=decide_limiters(limited, refused, references, finder, report),
        authorizers=decide_authorizers(authorized, refused, references, finder, report),
        served=served_ports(policies, refused, destinations, snapshot, gateways, report),
    )


def _listeners(
    policies: AppliedPolicies, gateways: Iterable[VirtualGateway], report: Report
) -> dict[tuple[Ref, int], PoliciesByKind]:
    """Listeners for several hosts share a port, and a port has one setting: that of the oldest policy."""
    wanted: dict[tuple[Ref, int], list[Policy[Model]]] = {}
    for gateway in gateways:
        for listener in gateway.listeners:
            applied = policies.listeners.get((gateway.resource.ref, listener.index), NO_POLICIES)
            wanted.setdefault((gateway.service.ref, listener.target_port), []).extend(applied)
    found: dict[tuple[Ref, int], dict[str, Policy[Model]]] = {}
    for (service, port), candidates in wanted.items():
        for policy in sorted(candidates, key=lambda one: one.resource.age):
            winner = found.setdefault((service, port), {}).setdefault(policy.kind, policy)
            if winner.ref != policy.ref:
                report.add(
                    catalogue.POLICY_CONFLICT, policy.ref, policy.resource.at("applyToListeners"),
                    target="listener", policy=policy.ref.name, names=f"port {port} of {service}", winner=winner.ref,
                )  # fmt: skip
    return {key: policies_by_kind(by_kind.values()) for key, by_kind in found.items()}
