"""How each kind of policy attaches: what it can select, which kinds it refuses, and what selecting nothing means.

Source: the comments of Gloo's policy protos (2.6.5), and the status that they describe for each kind.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedlib.config.model import Model
from fedlib.config.policies.access import AccessPolicySpec
from fedlib.config.policies.client_tls import ClientTLSPolicySpec
from fedlib.config.policies.connection import (
    AdaptiveRequestConcurrencyPolicySpec,
    ConnectionPolicySpec,
    ListenerConnectionPolicySpec,
    TrimProxyConfigPolicySpec,
)
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.failover import FailoverPolicySpec, OutlierDetectionPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec
from fedlib.config.policies.jwt import JWTPolicySpec
from fedlib.config.policies.origins import CORSPolicySpec, CSRFPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.config.policies.retry_and_fault import FaultInjectionPolicySpec, RetryTimeoutPolicySpec
from fedlib.config.policies.traffic_control import (
    HeaderManipulationPolicySpec,
    HTTPBufferPolicySpec,
    LoadBalancerPolicySpec,
    MirrorPolicySpec,
    ProxyProtocolPolicySpec,
)
from fedlib.config.selectors import DestinationKind
from fedlib.federation.model.policy import Policy


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

RULES: Final[Mapping[type[Model], PolicyRule]] = {
    AccessPolicySpec: PolicyRule(
        *_on(Target.DESTINATIONS, Target.WORKLOADS), kinds=(_SERVICE, _EXTERNAL), server=True, additive=True
    ),
    ActiveHealthCheckPolicySpec: PolicyRule(*_on(Target.DESTINATIONS, unselected=False)),
    AdaptiveRequestConcurrencyPolicySpec: PolicyRule(*_DESTINATIONS, kinds=(_SERVICE, _GROUP), server=True),
    CORSPolicySpec: PolicyRule(*_ROUTES),
    CSRFPolicySpec: PolicyRule(*_ROUTES),
    ClientTLSPolicySpec: PolicyRule(*_DESTINATIONS),
    ConnectionPolicySpec: PolicyRule(*_DESTINATIONS),
    ExtAuthPolicySpec: PolicyRule(*_on(Target.DESTINATIONS, Target.ROUTES), kinds=(_SERVICE,), server=True),
    FailoverPolicySpec: PolicyRule(*_DESTINATIONS, kinds=(_SERVICE, _GROUP)),
    FaultInjectionPolicySpec: PolicyRule(*_ROUTES),
    HTTPBufferPolicySpec: PolicyRule(*_ROUTES),
    HeaderManipulationPolicySpec: PolicyRule(*_on(Target.ROUTES, Target.ROUTE_DESTINATIONS)),
    JWTPolicySpec: PolicyRule(*_on(Target.ROUTES, Target.DESTINATIONS), kinds=(_SERVICE,), server=True),
    ListenerConnectionPolicySpec: PolicyRule(*_on(Target.LISTENERS, unselected=False)),
    LoadBalancerPolicySpec: PolicyRule(*_DESTINATIONS),
    MirrorPolicySpec: PolicyRule(*_ROUTES),
    OutlierDetectionPolicySpec: PolicyRule(*_DESTINATIONS, kinds=(_GROUP, _EXTERNAL)),
    ProxyProtocolPolicySpec: PolicyRule(*_on(Target.LISTENERS, unselected=False)),
    RateLimitPolicySpec: PolicyRule(*_on(Target.DESTINATIONS, Target.ROUTES), kinds=(_SERVICE,), server=True),
    RetryTimeoutPolicySpec: PolicyRule(*_ROUTES),
    TrimProxyConfigPolicySpec: PolicyRule(*_on(Target.WORKLOADS), additive=True),
}
"""By the model of a kind's specs."""


def rule_of(policy: Policy[Model]) -> PolicyRule:
    """How a policy attaches."""
    return RULES[type(policy.resource.spec)]
