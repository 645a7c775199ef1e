"""Policies of `resilience.policy.gloo.solo.io/v2` on routes: retries, timeouts and injected faults."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import Duration
from fedlib.config.model import FewItems, Model, Percentage
from fedlib.config.selectors import RouteSelector

_CONDITIONS: Final = (
    "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream",
    "retriable-status-codes", "retriable-headers", "envoy-ratelimited", "cancelled", "deadline-exceeded", "internal",
    "resource-exhausted", "unavailable",
)  # fmt: skip
"""Words that both Gloo and Istio take."""


def _retry_on(value: str) -> str:
    for word in value.split(","):
        status = word.isdigit() and len(word) == 3 and 100 <= int(word) <= 599
        if word not in _CONDITIONS and not status:
            raise ValueError(f"'{word[:40]}' is no condition; write HTTP statuses or {', '.join(_CONDITIONS)}")
    return value


class Retries(Model):
    """Retries of failed requests."""

    attempts: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """How many at most; 2 by default, and 0 switches them off."""
    per_try_timeout: Duration | None = None
    """How long each may take."""
    retry_on: Annotated[str, AfterValidator(_retry_on)] | None = None
    """Conditions, separated by commas."""
    retry_remote_localities: bool | None = None
    """Whether other localities may be tried."""

    @model_validator(mode="after")
    def _nothing_with_zero(self) -> Self:
        others = (self.per_try_timeout, self.retry_on, self.retry_remote_localities)
        if self.attempts == 0 and any(value is not None for value in others):
            raise ValueError(
                "attempts: 0 switches retries off; leave out perTryTimeout, retryOn and retryRemoteLocalities"
            )
        return self


class RetryTimeoutConfig(Model):
    """Retries and the timeout."""

    retries: Retries | None = None
    """Retries of failed requests."""
    request_timeout: Duration | None = None
    """How long a request may take, retries included."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.retries is None and self.request_timeout is None:
            raise ValueError("set retries, requestTimeout or both")
        return self


class RetryTimeoutPolicySpec(Model):
    """The spec of a `RetryTimeoutPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: RetryTimeoutConfig
    """Retries and the timeout."""


class FaultDelay(Model):
    """Delays requests."""

    fixed_delay: Duration
    """For how long."""
    percentage: Percentage | None = None
    """How many requests; all by default."""


class FaultAbort(Model):
    """Answers requests with an error."""

    http_status: Annotated[int, Field(ge=200, le=599)]
    """The HTTP status."""
    percentage: Percentage | None = None
    """How many requests; all by default."""


class FaultInjectionConfig(Model):
    """Which faults."""

    delay: FaultDelay | None = None
    """Delays requests; comes before abort."""
    abort: FaultAbort | None = None
    """Answers requests with an error."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.delay is None and self.abort is None:
            raise ValueError("set delay, abort or both")
        return self


class FaultInjectionPolicySpec(Model):
    """The spec of a `FaultInjectionPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: FaultInjectionConfig
    """Which faults."""
