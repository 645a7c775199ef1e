"""How each kind of policy attaches: what it can select, which kinds it refuses, and what selecting nothing means.

Source: the comments of Gloo's policy protos (2.6.5), and the status that they describe for each kind.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedlib.config.selectors import DestinationKind


class Target(enum.StrEnum):
    """What policies apply to; the value is the field of the spec that selects it."""

    ROUTES = "applyToRoutes"
    ROUTE_DESTINATIONS = "applyToRouteDestinations"
    DESTINATIONS = "applyToDestinations"
    WORKLOADS = "applyToWorkloads"
    LISTENERS = "applyToListeners"

    @property
    def attribute(self) -> str:
        """The attribute of the spec's model."""
        return _ATTRIBUTES[self]


_ATTRIBUTES: Final = {
    Target.ROUTES: "apply_to_routes",
    Target.ROUTE_DESTINATIONS: "apply_to_route_destinations",
    Target.DESTINATIONS: "apply_to_destinations",
    Target.WORKLOADS: "apply_to_workloads",
    Target.LISTENERS: "apply_to_listeners",
}

_SERVICE, _GROUP, _EXTERNAL = (
    DestinationKind.SERVICE,
    DestinationKind.VIRTUAL_DESTINATION,
    DestinationKind.EXTERNAL_SERVICE,
)


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """How a kind of policy attaches.

    Attributes:
        targets: what it can select.
        unselected: what a policy without any selector applies to, all of it; None: to nothing.
        kinds: the kinds of destinations that it accepts.
        server: whether pods of the destination enforce it; other policies are followed by those who call.
        additive: whether several of the kind apply to one target; otherwise the oldest does.
    """

    targets: frozenset[Target]
    unselected: Target | None
    kinds: tuple[DestinationKind, ...] = (_SERVICE, _GROUP, _EXTERNAL)
    server: bool = False
    additive: bool = False


def _on(*targets: Target, unselected: bool = True) -> tuple[frozenset[Target], Target | None]:
    return frozenset(targets), targets[0] if unselected else None


_ROUTES = _on(Target.ROUTES)
_DESTINATIONS = _on(Target.DESTINATIONS)

RULES: Final[Mapping[str, PolicyRule]] = {
    "AccessPolicy": PolicyRule(
        *_on(Target.DESTINATIONS, Target.WORKLOADS), kinds=(_SERVICE, _EXTERNAL), server=True, additive=True
    ),
    "ActiveHealthCheckPolicy": PolicyRule(*_on(Target.DESTINATIONS, unselected=False)),
    "AdaptiveRequestConcurrencyPolicy": PolicyRule(*_DESTINATIONS, kinds=(_SERVICE, _GROUP), server=True),
    "CORSPolicy": PolicyRule(*_ROUTES),
    "CSRFPolicy": PolicyRule(*_ROUTES),
    "ClientTLSPolicy": PolicyRule(*_DESTINATIONS),
    "ConnectionPolicy": PolicyRule(*_DESTINATIONS),
    "ExtAuthPolicy": PolicyRule(*_on(Target.DESTINATIONS, Target.ROUTES), kinds=(_SERVICE,), server=True),
    "FailoverPolicy": PolicyRule(*_DESTINATIONS, kinds=(_SERVICE, _GROUP)),
    "FaultInjectionPolicy": PolicyRule(*_ROUTES),
    "HTTPBufferPolicy": PolicyRule(*_ROUTES),
    "HeaderManipulationPolicy": PolicyRule(*_on(Target.ROUTES, Target.ROUTE_DESTINATIONS)),
    "JWTPolicy": PolicyRule(*_on(Target.ROUTES, Target.DESTINATIONS), kinds=(_SERVICE,), server=True),
    "ListenerConnectionPolicy": PolicyRule(*_on(Target.LISTENERS, unselected=False)),
    "LoadBalancerPolicy": PolicyRule(*_DESTINATIONS),
    "MirrorPolicy": PolicyRule(*_ROUTES),
    "OutlierDetectionPolicy": PolicyRule(*_DESTINATIONS, kinds=(_GROUP, _EXTERNAL)),
    "ProxyProtocolPolicy": PolicyRule(*_on(Target.LISTENERS, unselected=False)),
    "RateLimitPolicy": PolicyRule(*_on(Target.DESTINATIONS, Target.ROUTES), kinds=(_SERVICE,), server=True),
    "RetryTimeoutPolicy": PolicyRule(*_ROUTES),
    "TrimProxyConfigPolicy": PolicyRule(*_on(Target.WORKLOADS), additive=True),
}
