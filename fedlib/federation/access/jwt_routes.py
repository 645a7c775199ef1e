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
from fedlib.federation.access.key_servers import KeyServers
from fedlib.federation.access.route_requests import ANY, InexpressibleError, request_rules
from fedlib.federation.access.token_rules import demands
from fedlib.federation.model.access import AccessRules, Action, Rule, TokenRule, TokenRules
from fedlib.federation.model.causes import routed_causes
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.policy import Policy
from fedlib.federation.model.route import Route, RoutedHosts

PASSED_THROUGH: Final = (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)

Readable = dict[Ref, tuple[TokenRule, ...]]
"""The token rules of each policy that can be translated."""


@dataclass(slots=True)
class JwtRoutes:
    """Decides what JWTPolicies do on routes."""

    readable: Readable
    servers: KeyServers
    report: Report
    rules: list[AccessRules] = field(default_factory=list)
    tokens: dict[tuple[Ref, Ref], TokenRules] = field(default_factory=dict)

    def decide(self, routes: Iterable[RoutedHosts]) -> None:
        """Decide everything."""
        every = tuple(routes)
        for routed in every:
            policies = {one.ref: one for route in routed.routes if (one := route.policies.get(JWTPolicySpec))}
            for ref, policy in sorted(policies.items()):
                if ref not in self.readable:
                    continue
                if routed.mesh:
                    self.report.add(
                        catalogue.JWT_FIELD_IGNORED, ref, policy.resource.at("applyToRoutes"), field="applyToRoutes",
                        problem="routes of sidecars cannot check tokens; use applyToDestinations for these Services",
                    )  # fmt: skip
                else:
                    self._on_routes(routed, policy, every)

    def _on_routes(self, routed: RoutedHosts, policy: Policy[JWTPolicySpec], every: tuple[RoutedHosts, ...]) -> None:
        refused: list[Rule] = []
        for index, route in enumerate(routed.routes):
            if route.policies.get(JWTPolicySpec) == policy:
                try:
                    requests = request_rules(route.matchers, routed.hosts, _earlier(routed.routes[:index], policy))
                except InexpressibleError as error:
                    problem = f"it applies to route '{route.name}' on a gateway, and {error}"
                    self._refuse(policy, problem)
                    return
                refused += _combined(requests, demands(policy.spec.config))
        for gateway in routed.gateways:
            if "*" in routed.hosts and any(_other_hosts(other, routed, gateway) for other in every):
                self._refuse(policy, "it applies to a route for all hosts, and others have hosts on the same gateway")
                return
            self._on_gateway(gateway, routed, policy, tuple(refused))
            if any(_serves(other, gateway) and _lacks(other, policy) for other in every):
                what = f"all requests through {gateway.service.ref}"
                self.report.add(catalogue.JWT_CHECKS_MORE, policy.ref, policy.resource.at("applyToRoutes"), what=what)

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


def _earlier(routes: Iterable[Route], policy: Policy[JWTPolicySpec]) -> Iterator[HTTPRequestMatcher]:
    """What routes before take for themselves; those with the same policy refuse the same."""
    for route in routes:
        if route.policies.get(JWTPolicySpec) != policy:
            yield from route.matchers or (ANY,)


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


def _serves(routed: RoutedHosts, gateway: VirtualGateway) -> bool:
    return any(one.service.ref == gateway.service.ref for one in routed.gateways)


def _other_hosts(other: RoutedHosts, routed: RoutedHosts, gateway: VirtualGateway) -> bool:
    return other is not routed and other.hosts != routed.hosts and _serves(other, gateway)


def _lacks(routed: RoutedHosts, policy: Policy[JWTPolicySpec]) -> bool:
    return any(route.policies.get(JWTPolicySpec) != policy for route in routed.routes)
