"""Policies of `trafficcontrol.policy.gloo.solo.io/v2`, without those on rate limits."""

from __future__ import annotations

import enum
import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import Duration, DurationOrZero
from fedlib.config.model import (
    Enum,
    FewItems,
    Items,
    Model,
    Percentage,
    PositiveUInt32,
    Section,
    SomeItems,
)
from fedlib.config.selectors import (
    DestinationReference,
    DestinationSelector,
    ListenerSelector,
    RouteDestinationSelector,
    RouteSelector,
)
from fedlib.config.strings.header import MAX_HEADERS, ChangedHeader, HeaderName, HeaderText

_COOKIE: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_COOKIE_PATH: Final = re.compile(r"[ -:<-~]{0,1024}")


class SimpleLB(enum.StrEnum):
    """Ways to choose an endpoint."""

    UNSPECIFIED = "UNSPECIFIED"
    RANDOM = "RANDOM"
    PASSTHROUGH = "PASSTHROUGH"
    ROUND_ROBIN = "ROUND_ROBIN"
    LEAST_REQUEST = "LEAST_REQUEST"


def _cookie(value: str) -> str:
    if not _COOKIE.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is not the name of a cookie")
    return value


def _cookie_path(value: str) -> str:
    if not _COOKIE_PATH.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is not the path of a cookie: printable characters without ';', 1,024 at most")
    return value


class HTTPCookie(Model):
    """A cookie that ties clients to endpoints. Proxies write its name and path into a header as they are."""

    name: Annotated[str, AfterValidator(_cookie)]
    """Its name."""
    path: Annotated[str, AfterValidator(_cookie_path)] = ""
    """Its path."""
    ttl: Duration | None = None
    """Its lifetime."""


class ConsistentHash(Model):
    """Ties clients to endpoints by a hash of one of these."""

    http_header_name: HeaderName | None = None
    """A header."""
    http_cookie: HTTPCookie | None = None
    """A cookie; it is set where it is missing."""
    use_source_ip: bool | None = None
    """The client's address."""
    http_query_parameter_name: Annotated[str, Field(min_length=1)] | None = None
    """A query parameter."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        keys = (self.http_header_name, self.http_cookie, self.use_source_ip, self.http_query_parameter_name)
        if sum(key is not None for key in keys) != 1:
            raise ValueError("set one of httpHeaderName, httpCookie, useSourceIp and httpQueryParameterName")
        return self


class LoadBalancerConfig(Model):
    """How endpoints are chosen."""

    simple: Enum[SimpleLB] | None = None
    """By one of the simple ways."""
    consistent_hash: ConsistentHash | None = None
    """By a hash."""
    warmup_duration_secs: Duration | None = None
    """How long new endpoints get less; only for ROUND_ROBIN and LEAST_REQUEST."""
    healthy_panic_threshold: Percentage | None = None
    """Below how many healthy endpoints health is ignored; 50 by default, and 0 never."""
    update_merge_window: DurationOrZero | None = None
    """How long updates of endpoints are collected; 1s by default, and 0 not at all."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if (self.simple is None) == (self.consistent_hash is None):
            raise ValueError("set one of simple and consistentHash")
        warm = (SimpleLB.UNSPECIFIED, SimpleLB.ROUND_ROBIN, SimpleLB.LEAST_REQUEST)
        if self.warmup_duration_secs is not None and self.simple not in warm:
            raise ValueError("warmupDurationSecs needs simple: ROUND_ROBIN or LEAST_REQUEST")
        return self


class LoadBalancerPolicySpec(Model):
    """The spec of a `LoadBalancerPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which destinations; all without an entry."""
    config: LoadBalancerConfig
    """How endpoints are chosen."""


Headers = Annotated[Section[dict[ChangedHeader, HeaderText]], Field(max_length=MAX_HEADERS)]


class HeaderManipulationConfig(Model):
    """Which headers change."""

    remove_response_headers: Items[ChangedHeader] = ()
    """Removed from answers."""
    append_response_headers: Headers = Field(default_factory=dict)
    """Added to answers."""
    remove_request_headers: Items[ChangedHeader] = ()
    """Removed from requests."""
    append_request_headers: Headers = Field(default_factory=dict)
    """Added to requests."""


class HeaderManipulationPolicySpec(Model):
    """The spec of a `HeaderManipulationPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all if applyToRouteDestinations is empty too."""
    apply_to_route_destinations: FewItems[RouteDestinationSelector] = ()
    """Which destinations of routes."""
    config: Section[HeaderManipulationConfig] = HeaderManipulationConfig()
    """Which headers change."""


class MirrorConfig(Model):
    """Where copies of requests go."""

    destination: DestinationReference
    """The destination."""
    percentage: Percentage | None = None
    """How many requests; all by default."""


class MirrorPolicySpec(Model):
    """The spec of a `MirrorPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: MirrorConfig
    """Where copies go."""


class HTTPBufferConfig(Model):
    """How much is buffered."""

    max_request_bytes: PositiveUInt32
    """The largest request; larger ones are answered with 413."""


class HTTPBufferPolicySpec(Model):
    """The spec of an `HTTPBufferPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes."""
    config: HTTPBufferConfig
    """How much is buffered."""


class ProxyProtocolConfig(Model):
    """Whether the PROXY protocol is read."""

    enable_proxy_protocol: bool = False
    """Whether it is."""


class ProxyProtocolPolicySpec(Model):
    """The spec of a `ProxyProtocolPolicy`."""

    apply_to_listeners: SomeItems[ListenerSelector]
    """Which listeners of gateways."""
    config: ProxyProtocolConfig
    """Whether the PROXY protocol is read."""
