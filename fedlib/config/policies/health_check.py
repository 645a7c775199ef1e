"""`ActiveHealthCheckPolicy` (resilience.policy.gloo.solo.io/v2); the check itself is Envoy's `HealthCheck`.

Source of the check's fields and rules: Envoy's `config.core.v3.HealthCheck`.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from fedlib.config.duration import Duration, DurationOrZero
from fedlib.config.gloo import Labels
from fedlib.config.model import Items, Model, PortNumber
from fedlib.config.selectors import DestinationSelector, ObjectReference
from fedlib.config.untranslated import Later


class StatusRange(Model):
    """HTTP statuses from `start` to before `end`."""

    start: Annotated[int, Field(ge=100, le=599)]
    """The first one."""
    end: Annotated[int, Field(ge=101, le=600)]
    """The one after the last."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start >= self.end:
            raise ValueError("end is the status after the last one, so it is greater than start")
        return self


class HTTPHealthCheck(Model):
    """Checks with an HTTP request."""

    host: str = ""
    """The host header; the cluster's name by default."""
    path: str
    """The path."""
    send: Later = None
    """What is sent in the body."""
    receive: Later = None
    """What the body of the answer must hold."""
    response_buffer_size: Later = None
    """How much of the answer is read."""
    request_headers_to_add: Items[dict[str, Any]] = ()
    """Headers that are added, in Envoy's form."""
    request_headers_to_remove: Items[str] = ()
    """Headers that are removed."""
    expected_statuses: Items[StatusRange] = ()
    """Statuses of healthy endpoints; 200 by default."""
    retriable_statuses: Items[StatusRange] = ()
    """Statuses that count for the threshold instead of making an endpoint unhealthy at once."""
    codec_client_type: str = ""
    """HTTP1, HTTP2 or HTTP3."""
    service_name_matcher: Later = None
    """What the answer's service name must be."""
    method: str = ""
    """The method; GET by default."""


class GRPCHealthCheck(Model):
    """Checks with gRPC's health service."""

    service_name: str = ""
    """The service that is asked for."""
    authority: str = ""
    """The authority header."""
    initial_metadata: Items[dict[str, Any]] = ()
    """Metadata that are added, in Envoy's form."""


class HealthCheck(Model):
    """How endpoints are checked."""

    timeout: Duration
    """How long an answer may take."""
    interval: Duration
    """The time between checks."""
    initial_jitter: DurationOrZero | None = None
    """Delays the first check by up to this time."""
    interval_jitter: DurationOrZero | None = None
    """Delays each check by up to this time."""
    interval_jitter_percent: Annotated[int, Field(ge=0)] | None = None
    """Delays each check by up to this part of the interval."""
    unhealthy_threshold: Annotated[int, Field(ge=1)]
    """How many failures make an endpoint unhealthy."""
    healthy_threshold: Annotated[int, Field(ge=1)]
    """How many successes make it healthy again."""
    alt_port: PortNumber | None = None
    """Another port to check."""
    reuse_connection: bool | None = None
    """Whether connections are reused; true by default."""
    http_health_check: HTTPHealthCheck | None = None
    """Checks with an HTTP request."""
    tcp_health_check: dict[str, Any] | None = None
    """Checks that the endpoint accepts connections, in Envoy's form."""
    grpc_health_check: GRPCHealthCheck | None = None
    """Checks with gRPC's health service."""
    custom_health_check: Later = None
    """Checks with an extension."""
    no_traffic_interval: Duration | None = None
    """The interval of clusters without traffic; 60s by default."""
    no_traffic_healthy_interval: Duration | None = None
    """The interval of healthy endpoints of clusters without traffic."""
    unhealthy_interval: Duration | None = None
    """The interval of unhealthy endpoints."""
    unhealthy_edge_interval: Duration | None = None
    """The interval after an endpoint became unhealthy."""
    healthy_edge_interval: Duration | None = None
    """The interval after an endpoint became healthy."""
    event_log_path: str = ""
    """A file for events."""
    event_logger: Later = None
    """Extensions that take events."""
    event_service: Later = None
    """A service that takes events."""
    always_log_health_check_failures: bool = False
    """Whether every failure is an event."""
    always_log_health_check_success: bool = False
    """Whether every success is an event."""
    tls_options: Later = None
    """Protocols for TLS."""
    transport_socket_match_criteria: Labels = Field(default_factory=dict)
    """Chooses the transport socket."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        checks = (self.http_health_check, self.tcp_health_check, self.grpc_health_check, self.custom_health_check)
        if sum(check is not None for check in checks) != 1:
            raise ValueError("set one of httpHealthCheck, tcpHealthCheck and grpcHealthCheck")
        return self


class ActiveHealthCheckConfig(Model):
    """Who checks, and how."""

    health_check: HealthCheck
    """How endpoints are checked."""
    virtual_gateways: Items[ObjectReference] = ()
    """The gateways that check."""


class ActiveHealthCheckPolicySpec(Model):
    """The spec of an `ActiveHealthCheckPolicy`."""

    apply_to_destinations: Items[DestinationSelector] = ()
    """Which destinations; none without an entry."""
    config: ActiveHealthCheckConfig
    """Who checks, and how."""
