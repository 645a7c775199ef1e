"""Policies of `resilience.policy.gloo.solo.io/v2` on connections and on what proxies know."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import DURATION, Duration, milliseconds
from fedlib.config.model import FewItems, Model, Percentage, PositiveUInt32, Section, known_status
from fedlib.config.policies.attachment import require_kinds
from fedlib.config.selectors import DestinationKind, DestinationSelector, ListenerSelector, WorkloadSelector

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _keepalive(value: str) -> str:
    if milliseconds(value) > 32_767_000:
        raise ValueError(f"'{value[:40]}' is longer than 32767s, the longest that Linux takes for keepalive")
    return value


KeepaliveTime = Annotated[Duration, AfterValidator(_keepalive), DURATION]
"""A time of keepalive. Linux refuses a longer one, and then a listener does not come up."""


class TCPKeepalive(Model):
    """Keepalive probes; the operating system's values by default."""

    probes: Annotated[int, Field(ge=0, le=127)] = 0
    """How many without an answer make a connection dead."""
    time: KeepaliveTime | None = None
    """How long a connection is idle before the first."""
    interval: KeepaliveTime | None = None
    """The time between them."""


class TCPConnections(Model):
    """TCP connections to a destination."""

    tcp_keepalive: TCPKeepalive | None = None
    """Keepalive probes."""
    max_connections: Count = 0
    """How many at most; 0 leaves the default."""
    connect_timeout: Duration | None = None
    """How long connecting may take."""


class HTTPConnections(Model):
    """HTTP connections to a destination."""

    max_requests_per_connection: Annotated[int, Field(ge=0, le=2**29)] = 0
    """How many requests a connection serves; 0 is unlimited, 1 ends keepalive."""
    max_retries: Count = 0
    """How many retries at a time; 0 leaves the default."""
    max_requests: Count = 0
    """How many active requests; 0 leaves the default of 1024."""
    max_pending_requests: Count = 0
    """How many waiting requests; 0 leaves the default of 1024."""
    idle_timeout: Duration | None = None
    """When a connection without requests is closed; an hour by default."""


class ConnectionConfig(Model):
    """Settings of connections."""

    tcp: TCPConnections | None = None
    """Of TCP."""
    http: HTTPConnections | None = None
    """Of HTTP."""


class ConnectionPolicySpec(Model):
    """The spec of a `ConnectionPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which destinations; all without an entry."""
    config: Section[ConnectionConfig] = ConnectionConfig()
    """Settings of connections."""


class ListenerConnectionConfig(Model):
    """Settings of a gateway's listener."""

    per_connection_buffer_limit_bytes: PositiveUInt32 | None = None
    """The soft limit of a connection's buffers."""
    tcp_keepalive: TCPKeepalive | None = None
    """Keepalive probes."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.per_connection_buffer_limit_bytes is None and self.tcp_keepalive is None:
            raise ValueError("set perConnectionBufferLimitBytes, tcpKeepalive or both")
        return self


class ListenerConnectionPolicySpec(Model):
    """The spec of a `ListenerConnectionPolicy`."""

    apply_to_listeners: FewItems[ListenerSelector] = ()
    """Which listeners."""
    config: ListenerConnectionConfig
    """Their settings."""


class TrimProxyConfig(Model):
    """What sidecars keep."""

    included_destinations: FewItems[DestinationSelector] = ()
    """The destinations; without any, nothing is trimmed."""


class TrimProxyConfigPolicySpec(Model):
    """The spec of a `TrimProxyConfigPolicy`."""

    apply_to_workloads: FewItems[WorkloadSelector] = ()
    """Which workloads; all without an entry."""
    config: Section[TrimProxyConfig] = TrimProxyConfig()
    """What they keep."""


class MinRoundtripTime(Model):
    """How the round trip time without load is measured."""

    interval_millis: PositiveUInt32
    """Milliseconds between measurements."""
    request_count: PositiveUInt32 = 50
    """How many requests are sampled."""
    min_concurrency: PositiveUInt32 = 3
    """How many requests at a time meanwhile."""
    jitter_percentile: Percentage = 15
    """Delays each measurement by up to this part of the interval."""
    buffer_percentile: Percentage = 25
    """Added to the measured time."""


def _exceeded(value: int) -> int:
    if not 0 <= value < 400:
        known_status(value)
    return value


class AdaptiveRequestConcurrencyConfig(Model):
    """How many requests at a time a destination gets."""

    sample_aggregate_percentile: Percentage = 50
    """Which percentile of the samples counts."""
    max_concurrency_limit: PositiveUInt32 = 1000
    """The highest limit."""
    concurrency_update_interval_millis: PositiveUInt32
    """Milliseconds between updates of the limit."""
    min_rtt_calc_params: MinRoundtripTime
    """How the round trip time without load is measured."""
    concurrency_limit_exceeded_status: Annotated[int, AfterValidator(_exceeded)] = 503
    """The status of a refused request; below 400 it is 503."""


class AdaptiveRequestConcurrencyPolicySpec(Model):
    """The spec of an `AdaptiveRequestConcurrencyPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Services and VirtualDestinations; all without an entry."""
    config: AdaptiveRequestConcurrencyConfig
    """How many requests at a time."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.SERVICE, DestinationKind.VIRTUAL_DESTINATION)
        return self
