"""`ExtAuthPolicy` (security.policy.gloo.solo.io/v2) and its `ExtAuthServer` (admin.gloo.solo.io/v2)."""

from __future__ import annotations

import enum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.duration import Duration
from fedlib.config.gloo import Labels
from fedlib.config.model import Enum, FewItems, Items, KnownStatus, Model, Section, SomeItems, UInt32
from fedlib.config.policies.attachment import require_kinds
from fedlib.config.selectors import (
    DestinationKind,
    DestinationReference,
    DestinationSelector,
    ObjectReference,
    RouteSelector,
)
from fedlib.config.strings.header import MAX_HEADERS, ChangedHeader, HeaderText, PlainText
from fedlib.config.strings.url import URL
from fedlib.config.untranslated import Later

Headers = Annotated[Section[dict[ChangedHeader, HeaderText]], Field(max_length=MAX_HEADERS)]
"""Headers that proxies add for the server; Envoy's formatter reads their values."""


class PassThroughGRPC(Model):
    """A server that speaks Envoy's authorization protocol."""

    address: PlainText
    """`<host>:<port>`."""
    connection_timeout: Duration = "5s"
    """How long an answer may take."""
    tls_config: Later = None
    """TLS to the server."""
    retry_policy: Later = None
    """Retries."""


class PassThroughRequest(Model):
    """What an HTTP server is told."""

    allowed_headers: Items[str] = ()
    """Headers of the request that are copied."""
    headers_to_add: Headers = Field(default_factory=dict)
    """Headers that are added."""
    pass_through_state: Later = None
    """State that Solo's server shares."""
    pass_through_filter_metadata: Later = None
    """Metadata of filters."""
    pass_through_body: bool = False
    """Whether the body is sent too."""


class PassThroughResponse(Model):
    """What comes from an HTTP server's answer."""

    allowed_upstream_headers: Items[str] = ()
    """Headers that go to the destination, added to those of the request."""
    allowed_upstream_headers_to_overwrite: Items[str] = ()
    """Headers that go to the destination, instead of those of the request."""
    allowed_client_headers_on_denied: Items[str] = ()
    """Headers that go to the client when it is refused."""
    read_state_from_response: Later = None
    """State that Solo's server shares."""


class PassThroughHTTP(Model):
    """A server that answers with a status."""

    url: URL
    """Its URL."""
    request: PassThroughRequest | None = None
    """What it is told."""
    response: PassThroughResponse | None = None
    """What comes from its answer."""
    connection_timeout: Duration = "5s"
    """How long an answer may take."""


class PassThroughAuth(Model):
    """Another server decides."""

    grpc: PassThroughGRPC | None = None
    """One that speaks Envoy's authorization protocol."""
    http: PassThroughHTTP | None = None
    """One that answers with a status."""
    config: Later = None
    """What it is told with each request."""
    failure_mode_allow: bool = False
    """Whether requests pass when there is no answer."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.grpc is None) == (self.http is None):
            raise ValueError("set either grpc or http")
        return self


class GlooAuthStep(Model):
    """A step of authorization; all but passThroughAuth need Solo's server."""

    name: str = ""
    """Its name in booleanExpr."""
    basic_auth: Later = None
    """User names and passwords."""
    oauth: Later = None
    """OAuth, as it was before oauth2."""
    oauth2: Later = None
    """OAuth 2 and OpenID Connect."""
    api_key_auth: Later = None
    """API keys."""
    plugin_auth: Later = None
    """A plugin."""
    opa_auth: Later = None
    """Rules of the Open Policy Agent."""
    opa_server_auth: Later = None
    """An Open Policy Agent server."""
    ldap: Later = None
    """LDAP."""
    jwt: Later = None
    """Stands for a JWTPolicy."""
    hmac_auth: Later = None
    """HMAC signatures."""
    portal_auth: Later = None
    """Keys of a developer portal."""
    pass_through_auth: PassThroughAuth | None = None
    """Another server decides."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        kinds = [getattr(self, name) is not None for name in type(self).model_fields if name != "name"]
        if sum(kinds) != 1:
            raise ValueError("set one kind of authorization, such as passThroughAuth")
        return self


class GlooAuth(Model):
    """Authorization by Solo's server."""

    configs: SomeItems[GlooAuthStep]
    """Its steps, ANDed unless booleanExpr says otherwise."""
    boolean_expr: Later = None
    """How the steps are combined."""
    fail_on_redirect: Later = None
    """Whether a redirect of an issuer becomes 401."""


class CustomAuth(Model):
    """Authorization by a server of one's own."""

    context_extensions: Labels = Field(default_factory=dict)
    """What it is told with each request."""


class ExtAuthConfig(Model):
    """Who decides."""

    disable: bool = False
    """Nobody: turns authorization off."""
    gloo_auth: GlooAuth | None = None
    """Solo's server."""
    custom_auth: CustomAuth | None = None
    """A server of one's own."""
    server: ObjectReference | None = None
    """The ExtAuthServer."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if sum((self.disable, self.gloo_auth is not None, self.custom_auth is not None)) != 1:
            raise ValueError("set one of glooAuth, customAuth and `disable: true`")
        return self


class ExtAuthPolicySpec(Model):
    """The spec of an `ExtAuthPolicy`."""

    apply_to_routes: FewItems[RouteSelector] = ()
    """Which routes."""
    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Which Services; all if applyToRoutes is empty too."""
    config: ExtAuthConfig
    """Who decides."""

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        require_kinds(self.apply_to_destinations, DestinationKind.SERVICE)
        return self


class ExtAuthHTTPRequest(Model):
    """What an HTTP server is told."""

    allowed_headers: Items[str] = ()
    """Headers of the request that are copied."""
    headers_to_add: Headers = Field(default_factory=dict)
    """Headers that are added."""


class ExtAuthHTTPResponse(Model):
    """What comes from an HTTP server's answer."""

    allowed_upstream_headers: Items[str] = ()
    """Headers that go to the destination."""
    allowed_client_headers: Items[str] = ()
    """Headers that go to the client when it is refused; all by default."""


def _path_prefix(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError(f"'{value[:80]}' does not begin with a slash, which Envoy asks for")
    return value


class ExtAuthHTTPService(Model):
    """A server that answers with a status, instead of gRPC."""

    path_prefix: Annotated[PlainText, AfterValidator(_path_prefix)] = ""
    """Stands before the request's path."""
    request: Section[ExtAuthHTTPRequest] = ExtAuthHTTPRequest()
    """What it is told."""
    response: Section[ExtAuthHTTPResponse] = ExtAuthHTTPResponse()
    """What comes from its answer."""


class BufferSettings(Model):
    """The body of requests."""

    max_request_bytes: UInt32 = 4096
    """How much of it is kept; requests with more are answered with 413."""
    allow_partial_message: bool = False
    """Whether a part of it will do."""
    pack_as_bytes: bool = False
    """Whether it is sent as bytes."""


class TransportAPIVersion(enum.StrEnum):
    """Versions of Envoy's authorization protocol; V3 is the only one left."""

    GLOO_MESH_AUTO = "GLOO_MESH_AUTO"
    ENVOY_AUTO = "ENVOY_AUTO"
    V3 = "V3"


class ExtAuthServerSpec(Model):
    """The spec of an `ExtAuthServer`."""

    destination_server: DestinationReference | None = None
    """A Service or VirtualDestination; by default Solo's server."""
    http_service: ExtAuthHTTPService | None = None
    """The server answers with a status, instead of gRPC."""
    request_timeout: Duration = "2s"
    """How long an answer may take."""
    failure_mode_allow: bool = False
    """Whether requests pass when there is no answer."""
    request_body: BufferSettings | None = None
    """Whether the body is sent too."""
    clear_route_cache: bool = False
    """Whether the route is chosen again after the answer."""
    status_on_error: KnownStatus = 403
    """The status when there is no answer."""
    transport_api_version: Enum[TransportAPIVersion] = TransportAPIVersion.GLOO_MESH_AUTO
    """The version of Envoy's authorization protocol."""
    stat_prefix: str = ""
    """Tells statistics apart."""

    @model_validator(mode="after")
    def _no_external_service(self) -> Self:
        server = self.destination_server
        if server is not None and server.kind is DestinationKind.EXTERNAL_SERVICE:
            raise ValueError("destinationServer is a SERVICE or VIRTUAL_DESTINATION, not an EXTERNAL_SERVICE")
        return self
