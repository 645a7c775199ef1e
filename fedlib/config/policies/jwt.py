"""`JWTPolicy` (security.policy.gloo.solo.io/v2) as Gloo's schema has it."""

from __future__ import annotations

import enum
import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import Duration
from fedlib.config.model import Enum, FewItems, Items, Model, Text, UInt32
from fedlib.config.policies.attachment import PrioritizedPhase, require_kinds
from fedlib.config.selectors import (
    DestinationKind,
    DestinationReference,
    DestinationSelector,
    ObjectReference,
    RouteSelector,
)
from fedlib.config.strings.header import ChangedHeader, HeaderName, PlainText, StrictHeader
from fedlib.config.strings.url import URL
from fedlib.config.untranslated import UNTRANSLATED

_SECRET_PART: Final = re.compile(r'"[dk]"\s*:')
"""What only private and shared keys have in a JSON Web Key (RFC 7518, 6.2.2 and 6.4.1)."""


def _public_key(value: str) -> str:
    if "PRIVATE KEY" in value or _SECRET_PART.search(value):
        raise ValueError(
            "this holds a private or shared key, and a public one is needed; keep secrets out of the input"
        )
    return value


class TokenHeader(Model):
    """A header with the token."""

    name: HeaderName
    """Its name."""
    prefix: PlainText = ""
    """What stands before the token, such as `Bearer `."""


class TokenSource(Model):
    """Where the token is."""

    headers: Items[TokenHeader] = ()
    """In these headers."""
    query_params: Items[Text] = ()
    """In these query parameters."""


class JWKSSecret(Model):
    """A Secret with a public key."""

    object_ref: ObjectReference
    """The Secret."""
    key: str
    """The key in it."""


class LocalJWKS(Model):
    """A public key at hand."""

    secret_ref: JWKSSecret | None = None
    """In a Secret."""
    inline: Annotated[str, AfterValidator(_public_key)] | None = None
    """Here: PEM or a JSON Web Key Set."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.secret_ref is None) == (self.inline is None):
            raise ValueError("set either secretRef or inline")
        return self


class RemoteJWKS(Model):
    """A server that has the public keys."""

    url: URL
    """Its URL; host and path of the request."""
    destination_ref: DestinationReference
    """The destination that it is reached through."""
    cache_duration: Duration = "5m"
    """How long keys are kept."""
    timeout: Duration = "5s"
    """How long an answer may take."""
    enable_async_fetch: bool = False
    """Whether keys are fetched before the first request."""


class ClaimToHeader(Model):
    """A claim that goes on in a header."""

    claim: Text
    """The claim."""
    header: StrictHeader
    """The header."""
    append: bool = False
    """Whether it is added to the header's values instead of replacing them."""


class JWTProvider(Model):
    """Who issues tokens, and how they are verified."""

    issuer: str = ""
    """The claim `iss`; not checked when empty."""
    audiences: Items[Text] = ()
    """The claim `aud` must be one of these; not checked without an entry."""
    token_source: TokenSource | None = None
    """Where the token is; `Authorization: Bearer` and `access_token` by default."""
    local: LocalJWKS | None = None
    """A public key at hand."""
    remote: RemoteJWKS | None = None
    """A server that has the public keys."""
    claims_to_headers: Items[ClaimToHeader] = ()
    """Claims that go on in headers."""
    keep_token: bool = False
    """Whether the token goes on to the destination."""
    clock_skew_seconds: UInt32 | None = None
    """How far clocks may differ; 60 seconds by default."""
    output_payload_to_header: ChangedHeader | None = None
    """A header for the whole payload, in base64."""
    custom_delimiter: Annotated[str, UNTRANSLATED] = ""
    """What stands between appended claims; a comma by default."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.local is None) == (self.remote is None):
            raise ValueError("set either local or remote, where the public keys are")
        return self


class ClearRouteCache(enum.StrEnum):
    """When the route is chosen again."""

    AUTO = "AUTO"
    FALSE = "FALSE"
    TRUE = "TRUE"


class ValidationPolicy(enum.StrEnum):
    """Which requests pass."""

    REQUIRE_VALID = "REQUIRE_VALID"
    ALLOW_MISSING = "ALLOW_MISSING"
    ALLOW_MISSING_OR_FAILED = "ALLOW_MISSING_OR_FAILED"


def _claim(value: str) -> str:
    if not value or "[" in value or "]" in value:
        raise ValueError(f"'{value[:80]}' is no claim that Istio can look for: it is empty, or has a bracket in it")
    return value


class ClaimMatcher(Model):
    """A condition on a claim; `*` stands for any characters."""

    key: Annotated[str, AfterValidator(_claim)]
    """The claim."""
    values: Items[Text] = ()
    """Any of these."""
    not_values: Items[Text] = ()
    """None of these."""
    nested_claim_delimiter: str = ""
    """What separates the levels of a nested claim's name."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.values or self.not_values):
            raise ValueError("set values, notValues or both")
        if self.nested_claim_delimiter and not all(self.key.split(self.nested_claim_delimiter)):
            raise ValueError(f"'{self.key[:80]}' has an empty part between two delimiters")
        return self


class JWTConfig(Model):
    """Which tokens are accepted."""

    providers: Annotated[dict[str, JWTProvider], Field(max_length=256)]
    """Who issues them, by any name."""
    phase: PrioritizedPhase | None = None
    """When; before authorization by default."""
    allow_missing_or_failed: bool = False
    """As validationPolicy: ALLOW_MISSING_OR_FAILED, which replaced it."""
    clear_route_cache: Enum[ClearRouteCache] = ClearRouteCache.AUTO
    """When the route is chosen again; AUTO: after claims went to headers."""
    claims: FewItems[ClaimMatcher] = ()
    """Conditions on claims, all of them."""
    required_scopes: FewItems[Text] = ()
    """Scopes that the token must have, all of them."""
    validation_policy: Enum[ValidationPolicy] = ValidationPolicy.REQUIRE_VALID
    """Which requests pass."""

    @model_validator(mode="after")
    def _providers(self) -> Self:
        if not self.providers:
            raise ValueError("providers needs at least one")
        return self


class JWTPolicySpec(Model):
    """The spec of a `JWTPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes; all if applyToDestinations is empty too."""
    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which Services and ExternalServices."""
    config: JWTConfig
    """Which tokens are accepted."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.SERVICE, DestinationKind.EXTERNAL_SERVICE)
        return self
