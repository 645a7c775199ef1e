"""What Envoy tells a rate limit server about a request.

Source of fields and rules: Solo's `ratelimit.api.solo.io`, which follows Envoy's `config.route.v3.RateLimit`.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from fedlib.config.model import Enum, FewItems, Model, SomeItems, Text
from fedlib.config.strings.header import HeaderName, LiteralText
from fedlib.config.strings.regex import Regex
from fedlib.config.untranslated import UNTRANSLATED, Later

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]


class RequestHeaders(Model):
    """An entry with a header's value."""

    header_name: HeaderName
    """The header."""
    descriptor_key: Text
    """The entry's key."""


class GenericKey(Model):
    """An entry with a fixed value under the key `generic_key`."""

    descriptor_value: LiteralText
    """The value."""


class Int64Range(Model):
    """Numbers from `start` to before `end`."""

    start: Int64 = 0
    """The first one."""
    end: Int64 = 0
    """The one after the last."""


class RateLimitHeaderMatcher(Model):
    """Matches a header in one of several ways."""

    name: HeaderName
    """The header's name."""
    exact_match: str | None = None
    """The whole value."""
    regex_match: Regex | None = None
    """An expression for the whole value."""
    range_match: Int64Range | None = None
    """A range of numbers."""
    present_match: bool | None = None
    """Whether the header is there."""
    prefix_match: Text | None = None
    """The value's beginning."""
    suffix_match: Text | None = None
    """The value's end."""
    invert_match: bool = False
    """Whether the result is turned around."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        ways = (
            self.exact_match, self.regex_match, self.range_match, self.present_match, self.prefix_match,
            self.suffix_match,
        )  # fmt: skip
        if sum(way is not None for way in ways) > 1:
            raise ValueError(
                "set only one of exactMatch, regexMatch, rangeMatch, presentMatch, prefixMatch and suffixMatch"
            )
        return self


class HeaderValueMatch(Model):
    """An entry under the key `header_match` for requests whose headers match."""

    descriptor_value: LiteralText
    """The entry's value."""
    expect_match: bool | None = None
    """Whether the headers must match or must not; true by default."""
    headers: SomeItems[RateLimitHeaderMatcher]
    """The headers, all of them."""


class PathSegment(Model):
    """A step in a path."""

    key: Text
    """The key."""


class MetadataKey(Model):
    """A place in metadata."""

    key: Text
    """The namespace of the metadata."""
    path: SomeItems[PathSegment]
    """The way from there."""


class MetadataSource(enum.StrEnum):
    """Kinds of metadata."""

    DYNAMIC = "DYNAMIC"
    ROUTE_ENTRY = "ROUTE_ENTRY"


class MetadataAction(Model):
    """An entry with a value from metadata."""

    descriptor_key: Text
    """The entry's key."""
    metadata_key: MetadataKey
    """Where the value is."""
    default_value: str = ""
    """The value where there is none."""
    source: Enum[MetadataSource] = MetadataSource.DYNAMIC
    """Which metadata."""


class RateLimitAction(Model):
    """Makes an entry of a descriptor, in one of several ways."""

    source_cluster: dict[str, Any] | None = None
    """From the caller's cluster; an empty object."""
    destination_cluster: dict[str, Any] | None = None
    """From the destination's cluster; an empty object."""
    request_headers: RequestHeaders | None = None
    """From a header."""
    remote_address: dict[str, Any] | None = None
    """From the client's address; an empty object."""
    generic_key: GenericKey | None = None
    """A fixed one."""
    header_value_match: HeaderValueMatch | None = None
    """For requests whose headers match."""
    metadata: MetadataAction | None = None
    """From metadata."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if sum(getattr(self, name) is not None for name in type(self).model_fields) != 1:
            raise ValueError(
                "set one of sourceCluster, destinationCluster, requestHeaders, remoteAddress, genericKey, "
                "headerValueMatch and metadata"
            )
        return self


class DynamicMetadata(Model):
    """A limit in metadata."""

    metadata_key: MetadataKey
    """Where it is."""


class LimitOverride(Model):
    """Another limit."""

    dynamic_metadata: DynamicMetadata
    """Where it is."""


class RateLimitActions(Model):
    """Makes a descriptor for each request."""

    actions: FewItems[RateLimitAction] = ()
    """Its entries, in order."""
    set_actions: Later = None
    """Its entries in any order, which only Solo's server understands."""
    limit: Annotated[LimitOverride | None, UNTRANSLATED] = None
    """Another limit than the server's."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.actions and not self.set_actions:
            raise ValueError("actions needs at least one, by Envoy's rules")
        return self


class RawClientConfig(Model):
    """Descriptors, as Envoy makes them."""

    rate_limits: FewItems[RateLimitActions] = ()
    """One descriptor each."""
