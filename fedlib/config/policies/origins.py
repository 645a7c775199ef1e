"""Policies of `security.policy.gloo.solo.io/v2` on where a page of a request comes from: CORS and CSRF."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo

from fedlib.config.duration import DurationOrZero
from fedlib.config.model import FewItems, Items, Model, Percentage
from fedlib.config.selectors import RouteSelector, StringMatch
from fedlib.config.strings.header import FieldName
from fedlib.config.strings.regex import check_regex

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*")
"""What Istio takes."""


def _method(value: str) -> str:
    if value not in _METHODS:
        raise ValueError(f"'{value[:40]}' is no method that Istio takes here; write {', '.join(_METHODS)}")
    return value


def _origin(match: StringMatch, info: ValidationInfo) -> StringMatch:
    """Refuse an empty origin, and one whose expression is too large once it is without regard to case."""
    if not (match.exact or match.prefix or match.regex):
        raise ValueError("an empty origin is refused by proxies; write what origins begin with, such as https://")
    if match.ignore_case:
        check_regex(match.without_case, info.context)
    return match


Origins = Items[Annotated[StringMatch, AfterValidator(_origin)]]
"""Origins of pages; entries are ORed."""

Method = Annotated[str, AfterValidator(_method)]


class CORSConfig(Model):
    """What pages of other origins may do."""

    allow_origins: Origins = ()
    """Which origins; entries are ORed."""
    allow_methods: Items[Method] = ()
    """Which methods."""
    allow_headers: Items[FieldName] = ()
    """Which headers of requests."""
    expose_headers: Items[FieldName] = ()
    """Which headers of answers they may read."""
    max_age: DurationOrZero | None = None
    """How long browsers may remember it."""
    allow_credentials: bool | None = None
    """Whether requests may carry credentials."""


class CORSPolicySpec(Model):
    """The spec of a `CORSPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: CORSConfig
    """What pages of other origins may do."""


class CSRFConfig(Model):
    """Which requests must come from pages of the same origin."""

    filter_enabled: bool = False
    """Whether others are refused."""
    shadow_enabled: bool = False
    """Whether others are counted only; ignored when they are refused."""
    percentage: Percentage = Field(default=100)
    """How many requests are looked at."""
    additional_origins: Origins = ()
    """Other origins that are allowed."""


class CSRFPolicySpec(Model):
    """The spec of a `CSRFPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: CSRFConfig
    """Which requests must come from pages of the same origin."""
