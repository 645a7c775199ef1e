"""Rate limits.

`RateLimitPolicy` and `RateLimitClientConfig` (trafficcontrol.policy.gloo.solo.io/v2) are for proxies,
`RateLimitServerSettings` and `RateLimitServerConfig` (admin.gloo.solo.io/v2) tell about servers.
"""

from __future__ import annotations

import enum
from typing import Self

from pydantic import model_validator

from fedlib.config.duration import Duration
from fedlib.config.model import Enum, FewItems, ManyItems, Model, SomeItems, Text, UInt32
from fedlib.config.policies.attachment import PrioritizedPhase, require_kinds
from fedlib.config.policies.rate_limit_actions import RawClientConfig
from fedlib.config.selectors import (
    DestinationKind,
    DestinationReference,
    DestinationSelector,
    ObjectReference,
    RouteSelector,
)
from fedlib.config.untranslated import Later


class RateLimitConfig(Model):
    """What is asked of which server."""

    phase: PrioritizedPhase | None = None
    """When; after authorization by default."""
    ratelimit_server_config: ObjectReference | None = None
    """The RateLimitServerConfig with the limits."""
    server_settings: ObjectReference | None = None
    """The RateLimitServerSettings with the server."""
    raw: RawClientConfig | None = None
    """The descriptors."""
    ratelimit_client_config: ObjectReference | None = None
    """The RateLimitClientConfig with the descriptors, instead of raw."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.raw is not None and self.ratelimit_client_config is not None:
            raise ValueError("set only one of raw and ratelimitClientConfig")
        return self


class RateLimitPolicySpec(Model):
    """The spec of a `RateLimitPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes."""
    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which Services; all if applyToRoutes is empty too."""
    config: RateLimitConfig
    """What is asked of which server."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.SERVICE)
        return self


class RateLimitClientConfigSpec(Model):
    """The spec of a `RateLimitClientConfig`."""

    raw: RawClientConfig
    """The descriptors."""


class RateLimitServerSettingsSpec(Model):
    """The spec of a `RateLimitServerSettings`."""

    destination_server: DestinationReference | None = None
    """The server; by default the Service `rate-limiter` in `gloo-mesh`."""
    request_timeout: Duration = "100ms"
    """How long an answer may take."""
    deny_on_fail: bool = False
    """Whether requests are refused when there is none."""


class RateLimitUnit(enum.StrEnum):
    """Spans of time."""

    UNKNOWN = "UNKNOWN"
    SECOND = "SECOND"
    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"


class RateLimit(Model):
    """A limit."""

    unit: Enum[RateLimitUnit]
    """The span of time."""
    requests_per_unit: UInt32
    """How many requests in it."""


class SimpleDescriptor(Model):
    """An entry of a descriptor."""

    key: Text
    """Its key."""
    value: str = ""
    """Its value; without one, each value has its own limit."""


class Descriptor(SimpleDescriptor):
    """An entry of a descriptor, its limit, and what may follow."""

    rate_limit: RateLimit | None = None
    """The limit; none without one."""
    descriptors: ManyItems[Descriptor] = ()
    """Entries that follow."""
    weight: UInt32 = 0
    """Only matching rules with the highest weight count."""
    always_apply: bool = False
    """Whether it counts with any weight."""


class RawServerConfig(Model):
    """Limits, as the server reads them."""

    descriptors: ManyItems[Descriptor] = ()
    """By descriptors."""
    set_descriptors: Later = None
    """By sets, which only Solo's server understands."""


class RateLimitServerConfigSpec(Model):
    """The spec of a `RateLimitServerConfig`."""

    raw: RawServerConfig | None = None
    """The limits."""
    destination_servers: SomeItems[DestinationReference]
    """The servers."""
