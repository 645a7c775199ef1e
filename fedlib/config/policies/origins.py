"""Policies of `security.policy.gloo.solo.io/v2` on where a page of a request comes from: CORS and CSRF."""

from __future__ import annotations

from pydantic import Field

from fedlib.config.duration import DurationOrZero
from fedlib.config.model import Items, Model, Percentage
from fedlib.config.selectors import RouteSelector, StringMatch


class CORSConfig(Model):
    """What pages of other origins may do."""

    allow_origins: Items[StringMatch] = ()
    """Which origins; entries are ORed."""
    allow_methods: Items[str] = ()
    """Which methods."""
    allow_headers: Items[str] = ()
    """Which headers of requests."""
    expose_headers: Items[str] = ()
    """Which headers of answers they may read."""
    max_age: DurationOrZero | None = None
    """How long browsers may remember it."""
    allow_credentials: bool | None = None
    """Whether requests may carry credentials."""


class CORSPolicySpec(Model):
    """The spec of a `CORSPolicy`."""

    apply_to_routes: Items[RouteSelector] = ()
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
    additional_origins: Items[StringMatch] = ()
    """Other origins that are allowed."""


class CSRFPolicySpec(Model):
    """The spec of a `CSRFPolicy`."""

    apply_to_routes: Items[RouteSelector] = ()
    """Which routes; all without an entry."""
    config: CSRFConfig
    """Which requests must come from pages of the same origin."""
