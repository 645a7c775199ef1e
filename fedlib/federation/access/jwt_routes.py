"""JWTPolicies on routes of gateways: the gateway checks tokens, and refuses what the policy does not accept.

Sidecars check tokens of requests that come in, and routes are about those that go out. Gloo leaves routes of sidecars
alone as well unless a feature gate is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.policies.jwt import JWTPolicySpec
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.config.virtual_gateway import TLSMode
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.access.issuers import IssuerRights, Standing
from fedlib.federation.access.key_servers import KeyServers
from fedlib.federation.access.route_requests import ANY, InexpressibleError, request_rules
from fedlib.federation.access.token_rules import demands
from fedlib.federation.model.access import AccessRules, Action, Rule, TokenRule, TokenRules
from fedlib.federation.model.causes import routed_causes
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.policy import Policy
from fedlib.federation.model.route import Route, RoutedHosts
from fedlib.snapshot.allowance import Allowance

PASSED_THROUGH: Final = (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)

MAX_RULES: Final = 512
"""Of an AuthorizationPolicy, from the rules of its CRD."""
MAX_COMPARED: Final = 300_000
"""Pairs of a route with a policy and one before it, for the policies of each workspace."""

Readable = dict[Ref, tuple[TokenRule, ...]]
"""The token rules of each policy that can be translated."""


@dataclass(slots=True)
class JwtRoutes:
    """Decides what JWTPolicies do on routes."""

    readable: Readable
    issuers: IssuerRights
    servers: KeyServers
    report: Report
    rules: list[AccessRules] = field(default_factory=list)
    tokens: dict[tuple[Ref, Ref], TokenRules] = field(default_factory=dict)
    _hosts: dict[Ref, set[tuple[str, ...]]] = field(default_factory=dict)
    _common: dict[Ref, set[Ref | None]] = field(default_factory=dict)
    """For each gateway Service what is said of the tables that it serves, see `_index`."""
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_COMPARED))
    _refused: set[tuple[Ref, Ref]] = field(default_factory=set)
    """Gateways and policies that may not check tokens there."""

    def decide(self, routes: Iterable[RoutedHosts]) -> None:
        """Decide everything."""
        every = tuple(routes)
        self._index(every)
        self._settle_issuers(every)
        for routed in every:
            for ref, policy in _policies(routed):
                if ref not in self.readable:
                    continue
                if routed.mesh:
                    self.report.add(
                        catalogue.JWT_FIELD_IGNORED, ref, policy.resource.at("applyToRoutes"), field="applyToRoutes",
                        problem="routes of sidecars cannot check tokens; use applyToDestinations for these Services",
                    )  # fmt: skip
                else:
                    self._on_routes(routed, policy)

    def _index(self, every: Iterable[RoutedHosts]) -> None:
        """Note for each gateway which hosts its tables have, and which policy all routes of a table have."""
        for routed in every:
            policies = {_policy_of(route) for route in routed.routes}
            common = next(iter(policies)) if len(policies) == 1 else None
            for gateway in routed.gateways:
                self._hosts.setdefault(gateway.service.ref, set()).add(routed.hosts)
                if routed.routes:
                    self._common.setdefault(gateway.service.ref, set()).add(common)

    def _on_routes(self, routed: RoutedHosts, policy: Policy[JWTPolicySpec]) -> None:
        refused: list[Rule] = []
        demanded = demands(policy.spec.config)
        earlier: list[HTTPRequestMatcher] = []
        for route in routed.routes:
            matchers = route.matchers or (ANY,)
            if _policy_of(route) != policy.ref:
                earlier += matchers
                continue
            try:
                if len(refused) + len(matchers) * len(demanded) > MAX_RULES:
                    raise InexpressibleError(f"with the routes before it that takes more than {MAX_RULES} rules")
                if not self._allowed.take(policy.workspace, len(matchers) * len(earlier)):
                    raise InexpressibleError("its table has too many routes to tell its requests from those of others")
                requests = request_rules(matchers, routed.hosts, earlier)
            except InexpressibleError as error:
                problem = f"it applies to route '{route.name}' on a gateway, and {error}"
                self._refuse(policy, problem)
                return
            refused += _combined(requests, demanded)
        for gateway in routed.gateways:
            if "*" in routed.hosts and self._hosts[gateway.service.ref] != {routed.hosts}:
                self._refuse(policy, "it applies to a route for all hosts, and others have hosts on the same gateway")
                return
            if (gateway.service.ref, policy.ref) not in self._refused:
                self._on_gateway(gateway, routed, policy, tuple(refused))
            if self._common[gateway.service.ref] != {policy.ref}:
                what = f"all requests through {gateway.service.ref}"
                self.report.add(catalogue.JWT_CHECKS_MORE, policy.ref, policy.resource.at("applyToRoutes"), what=what)

    def _settle_issuers(self, every: Iterable[RoutedHosts]) -> None:
        """Refuse policies that would have a gateway take their keys for the issuer of another workspace.

        A gateway checks all tokens by all policies, so each issuer there is that of one workspace, see `IssuerRights`.
        """
        found: dict[Ref, dict[Ref, tuple[VirtualGateway, Policy[JWTPolicySpec]]]] = {}
        for routed in every:
            for gateway in routed.gateways:
                for ref, policy in _policies(routed):
                    found.setdefault(gateway.service.ref, {})[ref] = (gateway, policy)
        for policies in found.values():
            owners: dict[str, tuple[Policy[JWTPolicySpec], TokenRule]] = {}
            named = [(*one, rule) for one in policies.values() for rule in self.readable.get(one[1].ref, ())]
            for gateway, policy, rule in sorted(named, key=lambda one: self._rank(*one)):
                owner, first = owners.setdefault(rule.issuer, (policy, rule))
                if not rule.issuer and policy.workspace != gateway.workspace:
                    self._refuse_on(gateway, policy, "it accepts tokens of any issuer")
                elif owner.workspace != policy.workspace and not _same_keys(first, rule):
                    what = f"the issuer '{rule.issuer}' has other keys there, of workspace '{owner.workspace}'"
                    self._refuse_on(gateway, policy, what)

    def _rank(
        self, gateway: VirtualGateway, policy: Policy[JWTPolicySpec], rule: TokenRule
    ) -> tuple[Standing, tuple[str, Ref]]:
        return self.issuers.standing(gateway.workspace, policy.workspace, rule), policy.resource.age

    def _refuse_on(self, gateway: VirtualGateway, policy: Policy[JWTPolicySpec], problem: str) -> None:
        self._refused.add((gateway.service.ref, policy.ref))
        self.report.add(
            catalogue.JWT_ISSUER_OF_OTHERS, policy.ref, policy.resource.at("config", "providers"),
            gateway=gateway.service.ref, owner=gateway.workspace, problem=problem,
        )  # fmt: skip

    def _on_gateway(
        self, gateway: VirtualGateway, routed: RoutedHosts, policy: Policy[JWTPolicySpec], refused: tuple[Rule, ...]
    ) -> None:
        service, ref, table = gateway.service, policy.ref, routed.table.ref
        foreign = self.servers.foreign(policy) if gateway.workspace != policy.workspace else ()
        if foreign:
            self.report.add(
                catalogue.KEYS_ON_SHARED_GATEWAY, ref, policy.resource.at("config", "providers"),
                gateway=service.ref, workspace=gateway.workspace, hosts=", ".join(foreign),
            )  # fmt: skip
        name = f"{ref.name}-{ref.namespace}-{ref.cluster}"
        self.tokens[service.ref, ref] = TokenRules(
            service.cluster, service.namespace, service.selector, f"jwtpolicy-{service.name}-{name}", service.ref,
            gateway.workspace, self.readable[ref], (*self.servers.causes(policy), *routed_causes(routed)),
        )  # fmt: skip
        ports = _http_ports(gateway)
        if refused and ports:
            stem = f"jwtpolicy-{service.name}-{table.name}-{table.namespace}-{table.cluster}{routed.suffix}-{name}"
            limited = tuple(replace(rule, ports=ports) for rule in refused)
            self.rules.append(
                AccessRules(
                    service.cluster, service.namespace, service.selector, stem, service.ref, gateway.workspace,
                    limited, Action.DENY, causes=(*self.servers.causes(policy), *routed_causes(routed)),
                )
            )  # fmt: skip

    def _refuse(self, policy: Policy[JWTPolicySpec], problem: str) -> None:
        self.report.add(catalogue.JWT_INEXPRESSIBLE, policy.ref, policy.resource.at("applyToRoutes"), problem=problem)


def _policy_of(route: Route) -> Ref | None:
    """The JWTPolicy of a route. What earlier routes with the same one take for themselves, they refuse the same."""
    policy = route.policies.get(JWTPolicySpec)
    return policy.ref if policy is not None else None


def _policies(routed: RoutedHosts) -> list[tuple[Ref, Policy[JWTPolicySpec]]]:
    """The policies of a table's routes, sorted."""
    found = {one.ref: one for route in routed.routes if (one := route.policies.get(JWTPolicySpec))}
    return sorted(found.items(), key=lambda item: item[0])


def _same_keys(one: TokenRule, other: TokenRule) -> bool:
    return (one.key_set, one.key_set_url) == (other.key_set, other.key_set_url)


def _combined(requests: Iterable[Rule], demanded: Iterable[Rule]) -> Iterator[Rule]:
    for request in requests:
        for demand in demanded:
            yield replace(request, sources=demand.sources, conditions=(*request.conditions, *demand.conditions))


def _http_ports(gateway: VirtualGateway) -> tuple[int, ...]:
    """The ports on which the gateway speaks HTTP: on others, Istio refuses everything by a rule about requests."""
    found = {
        listener.target_port
        for listener in gateway.listeners
        if listener.spec.http is not None
        and (listener.spec.tls is None or listener.spec.tls.mode not in PASSED_THROUGH)
    }
    return tuple(sorted(found))
