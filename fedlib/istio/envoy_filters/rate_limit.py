"""RateLimitPolicy: Envoy's filter that asks a rate limit server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fedlib.config.policies.rate_limit_actions import (
    HeaderValueMatch,
    MetadataAction,
    RateLimitAction,
    RateLimitActions,
    RateLimitHeaderMatcher,
)
from fedlib.federation.policies.filters.limiters import Limiter
from fedlib.federation.policies.filters.servers import ServerAddress
from fedlib.istio.duration import seconds
from fedlib.istio.envoy_filters.http_filter import RATE_LIMIT_ORDER, HTTPFilter
from fedlib.istio.envoy_filters.patch import cluster_name, typed

_TYPE: Final = "envoy.extensions.filters.http.ratelimit.v3.RateLimit"
_NO_DOMAIN: Final = "unset"
"""Envoy's schema wants a domain of the filter itself; every route brings its own."""


def rate_limit(limiter: Limiter, server: ServerAddress) -> HTTPFilter:
    """Proxies tell the server about each request, and refuse it with 429 when the server says so.

    What runs before authorization stands before all of Istio's own filters too. Policies of one server share a filter.
    """
    phase = "before" if limiter.before_authorization else "after"
    settings = limiter.settings
    label = f"rate-limit-{phase}-{settings.name}-{settings.namespace}-{settings.cluster or 'any'}"
    service = {"envoy_grpc": {"cluster_name": cluster_name(server), "authority": server.host}}
    return HTTPFilter(
        name=f"fedlib.{label}",
        label=label,
        config=typed(
            _TYPE,
            domain=_NO_DOMAIN,
            timeout=seconds(limiter.timeout),
            failure_mode_deny=limiter.deny_on_fail,
            rate_limit_service={"grpc_service": service, "transport_api_version": "V3"},
        ),
        route_config=typed(
            f"{_TYPE}PerRoute", domain=limiter.domain, rate_limits=[_descriptor(one) for one in limiter.descriptors]
        ),
        order=RATE_LIMIT_ORDER,
        first=limiter.before_authorization,
    )


def _descriptor(descriptor: RateLimitActions) -> dict[str, Any]:
    return {"actions": [_action(action) for action in descriptor.actions]}


def _action(action: RateLimitAction) -> dict[str, Any]:
    if action.request_headers is not None:
        names = action.request_headers
        return {"request_headers": {"header_name": names.header_name, "descriptor_key": names.descriptor_key}}
    if action.generic_key is not None:
        return {"generic_key": {"descriptor_value": action.generic_key.descriptor_value}}
    if action.header_value_match is not None:
        return {"header_value_match": _header_match(action.header_value_match)}
    if action.metadata is not None:
        return {"metadata": _metadata(action.metadata)}
    empty = {
        "source_cluster": action.source_cluster,
        "destination_cluster": action.destination_cluster,
        "remote_address": action.remote_address,
    }
    return {name: {} for name, value in empty.items() if value is not None}


def _header_match(match: HeaderValueMatch) -> dict[str, Any]:
    found: dict[str, Any] = {"descriptor_value": match.descriptor_value}
    if match.expect_match is not None:
        found["expect_match"] = match.expect_match
    return {**found, "headers": [_matcher(header) for header in match.headers]}


def _matcher(header: RateLimitHeaderMatcher) -> dict[str, Any]:
    """Envoy's `HeaderMatcher`, whose older fields for strings are one field now."""
    found: dict[str, Any] = {"name": header.name, **_way(header)}
    return {**found, "invert_match": True} if header.invert_match else found


def _way(header: RateLimitHeaderMatcher) -> Mapping[str, Any]:
    strings = {"exact": header.exact_match, "prefix": header.prefix_match, "suffix": header.suffix_match}
    found = {way: value for way, value in strings.items() if value is not None}
    if found:
        return {"string_match": found}
    if header.regex_match is not None:
        return {"string_match": {"safe_regex": {"regex": header.regex_match}}}
    if header.range_match is not None:
        return {"range_match": {"start": header.range_match.start, "end": header.range_match.end}}
    return {"present_match": header.present_match if header.present_match is not None else True}


def _metadata(action: MetadataAction) -> dict[str, Any]:
    found: dict[str, Any] = {
        "descriptor_key": action.descriptor_key,
        "metadata_key": {
            "key": action.metadata_key.key,
            "path": [{"key": segment.key} for segment in action.metadata_key.path],
        },
        "source": action.source.value,
    }
    return {**found, "default_value": action.default_value} if action.default_value else found
