"""`ActiveHealthCheckPolicy` (resilience.policy.gloo.solo.io/v2); the check itself is Envoy's `HealthCheck`.

Source of the check's fields and rules: Envoy's `config.core.v3.HealthCheck`.
"""

from __future__ import annotations

import enum
from base64 import b64decode
from binascii import unhexlify
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import Duration, DurationOrZero
from fedlib.config.gloo import Labels
from fedlib.config.model import (
    Enum,
    FewItems,
    Items,
    Model,
    PortNumber,
    PositiveUInt32,
    Text,
    UInt32,
)
from fedlib.config.selectors import DestinationSelector, ObjectReference
from fedlib.config.strings.header import MAX_HEADERS, ChangedHeader, HeaderText, PlainText, plain_text
from fedlib.config.untranslated import Later

_EVENT_LOGS: Final = ("/dev/stdout", "/dev/stderr", "/dev/null")


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


class HeaderValue(Model):
    """A header."""

    key: ChangedHeader
    """Its name."""
    value: HeaderText = ""
    """Its value, in which Envoy replaces `%...%` by what it knows of the request."""


class HeaderAppendAction(enum.StrEnum):
    """What happens to a header that is there already."""

    APPEND_IF_EXISTS_OR_ADD = "APPEND_IF_EXISTS_OR_ADD"
    ADD_IF_ABSENT = "ADD_IF_ABSENT"
    OVERWRITE_IF_EXISTS_OR_ADD = "OVERWRITE_IF_EXISTS_OR_ADD"
    OVERWRITE_IF_EXISTS = "OVERWRITE_IF_EXISTS"


class HeaderValueOption(Model):
    """A header that is added."""

    header: HeaderValue
    """The header."""
    append: bool | None = None
    """Whether it is added to one that is there; true by default. As Envoy had it before appendAction."""
    append_action: Enum[HeaderAppendAction] | None = None
    """What happens to one that is there."""
    keep_empty_value: bool = False
    """Whether it is added without a value."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.append is not None and self.append_action is not None:
            raise ValueError("set only one of append and appendAction")
        return self


class CodecClientType(enum.StrEnum):
    """Versions of HTTP."""

    HTTP1 = "HTTP1"
    HTTP2 = "HTTP2"
    HTTP3 = "HTTP3"


class RequestMethod(enum.StrEnum):
    """Methods of HTTP that a check can use."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    OPTIONS = "OPTIONS"
    TRACE = "TRACE"
    PATCH = "PATCH"


class HTTPHealthCheck(Model):
    """Checks with an HTTP request."""

    host: PlainText = ""
    """The host header; the cluster's name by default."""
    path: Annotated[Text, AfterValidator(plain_text)]
    """The path."""
    send: Later = None
    """What is sent in the body."""
    receive: Later = None
    """What the body of the answer must hold."""
    response_buffer_size: Later = None
    """How much of the answer is read."""
    request_headers_to_add: Annotated[Items[HeaderValueOption], Field(max_length=MAX_HEADERS)] = ()
    """Headers that are added."""
    request_headers_to_remove: Items[ChangedHeader] = ()
    """Headers that are removed."""
    expected_statuses: Items[StatusRange] = ()
    """Statuses of healthy endpoints; 200 by default."""
    retriable_statuses: Items[StatusRange] = ()
    """Statuses that count for the threshold instead of making an endpoint unhealthy at once."""
    codec_client_type: Enum[CodecClientType] = CodecClientType.HTTP1
    """The version of HTTP."""
    service_name_matcher: Later = None
    """What the answer's service name must be."""
    method: Enum[RequestMethod] = RequestMethod.GET
    """The method."""


class Payload(Model):
    """Bytes, in one of two ways."""

    text: str | None = None
    """Hexadecimal digits, two for each byte."""
    binary: str | None = None
    """Base64."""

    @model_validator(mode="after")
    def _bytes(self) -> Self:
        if (self.text is None) == (self.binary is None):
            raise ValueError("set either text or binary")
        try:
            content = unhexlify(self.text) if self.text is not None else b64decode(self.binary or "", validate=True)
        except ValueError:
            way = "text is not hexadecimal" if self.text is not None else "binary is not Base64"
            raise ValueError(f"{way}; write 50494e47 or UElORw== for PING") from None
        if not content:
            raise ValueError("there are no bytes in it")
        return self


class TCPHealthCheck(Model):
    """Checks that the endpoint accepts connections, and what it answers."""

    send: Payload | None = None
    """What is sent; nothing without it."""
    receive: Items[Payload] = ()
    """Parts of the answer, in order; any answer will do without them."""


class GRPCHealthCheck(Model):
    """Checks with gRPC's health service."""

    service_name: str = ""
    """The service that is asked for."""
    authority: PlainText = ""
    """The authority header."""
    initial_metadata: Annotated[Items[HeaderValueOption], Field(max_length=MAX_HEADERS)] = ()
    """Metadata that are added."""


def _event_log(value: str) -> str:
    if value not in ("", *_EVENT_LOGS):
        raise ValueError(
            f"'{value[:80]}' is a file of the gateway's pods, which stop taking changes when they cannot write to it; "
            f"use {' or '.join(_EVENT_LOGS)}"
        )
    return value


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
    interval_jitter_percent: UInt32 | None = None
    """Delays each check by up to this part of the interval."""
    unhealthy_threshold: PositiveUInt32
    """How many failures make an endpoint unhealthy."""
    healthy_threshold: PositiveUInt32
    """How many successes make it healthy again."""
    alt_port: PortNumber | None = None
    """Another port to check."""
    reuse_connection: bool | None = None
    """Whether connections are reused; true by default."""
    http_health_check: HTTPHealthCheck | None = None
    """Checks with an HTTP request."""
    tcp_health_check: TCPHealthCheck | None = None
    """Checks that the endpoint accepts connections, and what it answers."""
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
    event_log_path: Annotated[str, AfterValidator(_event_log)] = ""
    """A file for events: `/dev/stdout`, `/dev/stderr` or `/dev/null`."""
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
    virtual_gateways: FewItems[ObjectReference] = ()
    """The gateways that check."""


class ActiveHealthCheckPolicySpec(Model):
    """The spec of an `ActiveHealthCheckPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which destinations; none without an entry."""
    config: ActiveHealthCheckConfig
    """Who checks, and how."""
