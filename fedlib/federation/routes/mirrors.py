"""Where MirrorPolicies send copies of requests: a destination that whoever uses the route must see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fedlib.config.policies.traffic_control import MirrorPolicySpec
from fedlib.diagnostics import Ref
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.destinations.resolve import DestinationResolver
from fedlib.federation.finders import Finders
from fedlib.federation.model.policy import Policy
from fedlib.federation.model.route import Route, RouteDestination, RoutedHosts
from fedlib.federation.told import told


def resolve_mirrors(routes: Iterable[RoutedHosts], finders: Finders, offer: Offer) -> tuple[RoutedHosts, ...]:
    """Resolve the destinations of all mirrors; a mirror that cannot be is reported, and its route lives without it."""
    resolver = DestinationResolver(finders.snapshot, offer.called, offer.destinations, finders.report)
    mirrors = _Mirrors(resolver, finders)
    return tuple(
        replace(routed, routes=tuple(mirrors.of(route, routed.workspace) for route in routed.routes))
        if any(MirrorPolicySpec in route.policies for route in routed.routes)
        else routed
        for routed in routes
    )


@dataclass(slots=True)
class _Mirrors:
    """Keeps answers: many routes have the same policy."""

    resolver: DestinationResolver
    finders: Finders
    _answers: dict[tuple[Ref, str], RouteDestination | None] = field(default_factory=dict)

    def of(self, route: Route, workspace: str) -> Route:
        policy = route.policies.get(MirrorPolicySpec)
        if policy is None:
            return route
        key = (policy.ref, workspace)
        if key not in self._answers:
            self._answers[key] = self._resolve(policy, workspace, route.name)
        return replace(route, mirror=self._answers[key])

    def _resolve(self, policy: Policy[MirrorPolicySpec], workspace: str, route: str) -> RouteDestination | None:
        path, destination = ("config", "destination"), policy.spec.config.destination
        report = told(workspace, policy.workspace, self.finders.snapshot, self.finders.report)
        found = self.resolver.reporting_to(report).resolve(
            policy.resource, workspace, route, path, [(path, destination)]
        )
        return found[0] if found else None
