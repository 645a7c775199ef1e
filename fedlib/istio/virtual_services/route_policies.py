"""Policies that are fields of a VirtualService's HTTP route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fedlib.config.duration import milliseconds
from fedlib.config.policies.origins import CORSPolicySpec
from fedlib.config.policies.retry_and_fault import FaultInjectionPolicySpec, RetryTimeoutPolicySpec
from fedlib.config.policies.traffic_control import HeaderManipulationPolicySpec
from fedlib.config.selectors import StringMatch
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.istio.duration import seconds

RETRIES: Final = 2
"""Gloo's default number of attempts, which is Istio's too; written out so that both mean the same for ever."""


def route_policies(policies: PoliciesByKind, *, forwards: bool) -> dict[str, Any]:
    """The fields of an Istio HTTPRoute that the policies of a route become.

    Args:
        policies: those of the route.
        forwards: whether the route forwards; a redirect or a direct answer has headers and CORS, and nothing to retry,
            to delay or to mirror.
    """
    fields: dict[str, Any] = {}
    if not policies:
        return fields
    cors, fault = policies.get(CORSPolicySpec), policies.get(FaultInjectionPolicySpec)
    if cors is not None:
        fields.update(_cors(cors.spec))
    if fault is not None and forwards:
        fields.update(_fault(fault.spec))
    fields.update(header_operations(policies))
    retry = policies.get(RetryTimeoutPolicySpec)
    if retry is not None and forwards:
        fields.update(_retry_timeout(retry.spec))
    return fields


def header_operations(policies: PoliciesByKind) -> dict[str, Any]:
    """The field `headers` of a route or of one of its destinations; empty without a HeaderManipulationPolicy."""
    policy = policies.get(HeaderManipulationPolicySpec)
    return _headers(policy.spec) if policy else {}


def _retry_timeout(spec: RetryTimeoutPolicySpec) -> dict[str, Any]:
    config = spec.config
    fields: dict[str, Any] = {}
    if config.request_timeout is not None:
        fields["timeout"] = seconds(config.request_timeout)
    retries = config.retries
    if retries is not None:
        fields["retries"] = {"attempts": RETRIES if retries.attempts is None else retries.attempts}
        if retries.per_try_timeout is not None:
            fields["retries"]["perTryTimeout"] = seconds(retries.per_try_timeout)
        if retries.retry_on is not None:
            fields["retries"]["retryOn"] = retries.retry_on
        if retries.retry_remote_localities is not None:
            fields["retries"]["retryRemoteLocalities"] = retries.retry_remote_localities
    return fields


def _fault(spec: FaultInjectionPolicySpec) -> dict[str, Any]:
    config = spec.config
    fault: dict[str, Any] = {}
    if config.abort is not None:
        fault["abort"] = {"httpStatus": config.abort.http_status, "percentage": percentage(config.abort.percentage)}
    if config.delay is not None:
        fault["delay"] = {
            "fixedDelay": seconds(config.delay.fixed_delay),
            "percentage": percentage(config.delay.percentage),
        }
    return {"fault": fault}


def percentage(value: float | None) -> dict[str, float]:
    """Istio's `Percent`; all where the policy says nothing."""
    return {"value": 100 if value is None else value}


def _headers(spec: HeaderManipulationPolicySpec) -> dict[str, Any]:
    config = spec.config
    sides = {
        "request": _operations(config.append_request_headers, config.remove_request_headers),
        "response": _operations(config.append_response_headers, config.remove_response_headers),
    }
    headers = {side: operations for side, operations in sides.items() if operations}
    return {"headers": headers} if headers else {}


def _operations(added: Mapping[str, str], removed: tuple[str, ...]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    if added:
        operations["add"] = dict(sorted(added.items()))
    if removed:
        operations["remove"] = list(removed)
    return operations


def _cors(spec: CORSPolicySpec) -> dict[str, Any]:
    config = spec.config
    cors: dict[str, Any] = {}
    for field, values in (
        ("allowHeaders", config.allow_headers),
        ("allowMethods", config.allow_methods),
        ("exposeHeaders", config.expose_headers),
    ):
        if values:
            cors[field] = list(values)
    if config.allow_origins:
        cors["allowOrigins"] = [_origin(origin) for origin in config.allow_origins]
    if config.allow_credentials is not None:
        cors["allowCredentials"] = config.allow_credentials
    age = milliseconds(config.max_age) // 1000 if config.max_age is not None else 0
    if age:
        cors["maxAge"] = f"{age}s"
    return {"corsPolicy": cors}


def _origin(match: StringMatch) -> dict[str, str]:
    """Istio's match of a string has no `ignoreCase`; an expression does it. Gloo ignores the flag for expressions."""
    if not match.ignore_case or match.regex is not None:
        found = {"exact": match.exact, "prefix": match.prefix, "regex": match.regex}
        return {key: value for key, value in found.items() if value is not None}
    return {"regex": match.without_case}
