"""`RouteTable` (networking.gloo.solo.io/v2) as Gloo's schema has it.

Every field of the schema is here, so that a misspelled one is told apart from one that is not translated yet:
the latter carry `UNTRANSLATED` and become findings when they are set.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from fedlib.config.gloo import Labels, ObjectSelector
from fedlib.config.model import Enum, FewItems, Host, Items, ManyItems, Model, SomeItems, one_spelling
from fedlib.config.selectors import (
    DestinationReference,
    HTTPRequestMatcher,
    ObjectReference,
    TCPRequestMatcher,
    TLSRequestMatcher,
    WorkloadKind,
    WorkloadSelector,
)
from fedlib.config.strings.annotation import Annotations
from fedlib.config.strings.header import PlainText
from fedlib.config.strings.refused import size
from fedlib.config.strings.regex import Regex, check_substitution
from fedlib.config.untranslated import Later

MAX_BODY_BYTES: Final = 1_048_576
"""What Istio lets a proxy answer by itself."""


class RegexPattern(Model):
    """An expression."""

    regex: Regex
    """In RE2's syntax."""
    google_re2: dict[str, Any] | None = None
    """Names the syntax, which is RE2 anyway."""


class RegexRewrite(Model):
    """Rewrites the path by an expression."""

    pattern: RegexPattern
    """What is replaced."""
    substitution: PlainText = ""
    """What replaces it; `\\1` stands for the first group."""

    @model_validator(mode="after")
    def _groups(self) -> Self:
        check_substitution(self.substitution, self.pattern.regex)
        return self


class ForwardTo(Model):
    """Sends requests to destinations."""

    destinations: Annotated[Items[DestinationReference], Field(max_length=100)] = ()
    """One or several with weights; without any, the table's defaultDestination."""
    path_rewrite: PlainText | None = None
    """Replaces the matched path."""
    regex_rewrite: RegexRewrite | None = None
    """Rewrites the path by an expression."""
    host_rewrite: Host | None = None
    """Replaces the host header."""
    auto_host_rewrite: bool | None = None
    """Replaces the host header by the destination's host."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.path_rewrite is not None and self.regex_rewrite is not None:
            raise ValueError("set only one of pathRewrite and regexRewrite")
        if self.host_rewrite is not None and self.auto_host_rewrite is not None:
            raise ValueError("set only one of hostRewrite and autoHostRewrite")
        return self

    @property
    def rewrites(self) -> bool:
        """Whether a path or a host is rewritten."""
        rewritten = (self.path_rewrite, self.regex_rewrite, self.host_rewrite, self.auto_host_rewrite)
        return any(value is not None for value in rewritten)


class SortMethod(enum.StrEnum):
    """How routes of delegated tables are ordered."""

    TABLE_WEIGHT = "TABLE_WEIGHT"
    ROUTE_SPECIFICITY = "ROUTE_SPECIFICITY"


class Delegate(Model):
    """Leaves the decision to other tables."""

    route_tables: SomeItems[ObjectSelector]
    """Which tables, of this workspace and imported ones; entries are ORed, and the oldest table comes first."""
    allowed_routes: Later = None
    """Restricts routes to functions in a cloud."""
    sort_method: Enum[SortMethod] = SortMethod.TABLE_WEIGHT
    """How their routes are ordered."""


class RedirectResponseCode(enum.StrEnum):
    """Statuses of redirects."""

    MOVED_PERMANENTLY = "MOVED_PERMANENTLY"
    FOUND = "FOUND"
    SEE_OTHER = "SEE_OTHER"
    TEMPORARY_REDIRECT = "TEMPORARY_REDIRECT"
    PERMANENT_REDIRECT = "PERMANENT_REDIRECT"


class Redirect(Model):
    """Answers with a redirect."""

    host_redirect: Host | None = None
    """Replaces the URL's host."""
    path_redirect: PlainText | None = None
    """Replaces the URL's whole path."""
    response_code: Enum[RedirectResponseCode] = RedirectResponseCode.MOVED_PERMANENTLY
    """The status."""

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> Self:
        if self.host_redirect is None and not self.path_redirect:
            raise ValueError("set hostRedirect, pathRedirect or both; without them it leads to itself")
        return self


def _body(value: str) -> str:
    if size(value) > MAX_BODY_BYTES:
        raise ValueError(f"it has {size(value):,} bytes, and proxies answer with {MAX_BODY_BYTES:,} at most")
    return value


class DirectResponse(Model):
    """Answers directly."""

    status: Annotated[int, Field(ge=100, le=599)]
    """The HTTP status."""
    body: Annotated[str, AfterValidator(_body)] = ""
    """The body."""


class HTTPRoute(Model):
    """A route: matchers (ORed) and one action."""

    name: str = ""
    """The route's name, unique in the table."""
    labels: Labels = Field(default_factory=dict)
    """Labels that policies select."""
    matchers: ManyItems[HTTPRequestMatcher] = ()
    """Any of them must match; none means all requests."""
    forward_to: ForwardTo | None = None
    """Send requests to destinations."""
    delegate: Delegate | None = None
    """Leave the decision to other tables."""
    redirect: Redirect | None = None
    """Answer with a redirect."""
    direct_response: DirectResponse | None = None
    """Answer directly."""
    graphql: Later = None
    """Resolve a GraphQL query."""

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        actions = (self.forward_to, self.delegate, self.redirect, self.direct_response, self.graphql)
        if sum(action is not None for action in actions) != 1:
            raise ValueError("set exactly one action: forwardTo, delegate, redirect, directResponse or graphql")
        return self


class TCPRoute(Model):
    """A route of TCP connections, for sidecars only."""

    matchers: ManyItems[TCPRequestMatcher] = ()
    """Any of them must match; none means all connections."""
    forward_to: ForwardTo
    """Where connections go."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not self.forward_to.destinations:
            raise ValueError("forwardTo of a TCP route needs at least one destination")
        if self.forward_to.rewrites:
            raise ValueError("a TCP route cannot rewrite paths or hosts")
        return self


class TLSForwardTo(Model):
    """Sends TLS connections to destinations."""

    destinations: Annotated[SomeItems[DestinationReference], Field(max_length=100)]
    """One or several with weights."""


class TLSRoute(Model):
    """A route of TLS connections by their SNI; TLS is not terminated."""

    matchers: ManyItems[TLSRequestMatcher] = ()
    """Any of them must match."""
    forward_to: TLSForwardTo
    """Where connections go."""


class FailureMode(enum.StrEnum):
    """What a bad route does to its table."""

    ROUTE_REPLACEMENT = "ROUTE_REPLACEMENT"
    FREEZE_CONFIG = "FREEZE_CONFIG"


class RouteTableSpec(Model):
    """The spec of a `RouteTable`."""

    hosts: Items[Annotated[str, AfterValidator(one_spelling)]] = ()
    """The hosts whose requests are routed; a wildcard is allowed as the left-most part."""
    virtual_gateways: FewItems[ObjectReference] = ()
    """Gateways that serve the table; without any, sidecars do."""
    workload_selectors: FewItems[WorkloadSelector] = ()
    """Sidecars that use the table, by labels; all without an entry."""
    apply_to_destinations: Later = None
    """Destinations whose waypoints apply the table."""
    default_destination: DestinationReference | None = None
    """Where forwardTo routes without destinations send requests."""
    http: ManyItems[HTTPRoute] = ()
    """HTTP routes, in order."""
    tcp: ManyItems[TCPRoute] = ()
    """TCP routes."""
    tls: ManyItems[TLSRoute] = ()
    """TLS routes by SNI."""
    weight: int = 0
    """Sorts delegated tables."""
    portal_metadata: Any = None
    """For developer portals; no effect on routing."""
    failure_mode: Enum[FailureMode] = FailureMode.ROUTE_REPLACEMENT
    """What a bad route does to its table."""
    virtual_service_annotations: Annotations = Field(default_factory=dict)
    """Annotations of the VirtualService."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not (self.http or self.tcp or self.tls):
            raise ValueError("set at least one of http, tcp and tls")
        if not self.hosts:
            root_only = ("virtual_gateways", "apply_to_destinations", "failure_mode", "virtual_service_annotations")
            for name in root_only:
                if name in self.model_fields_set and getattr(self, name):
                    raise ValueError(f"{to_camel(name)} is for tables with hosts; a delegated table has its parent's")
        if self.default_destination is not None and not any(route.forward_to for route in self.http):
            raise ValueError("defaultDestination is for http routes that forward; there is none")
        for selector in self.workload_selectors:
            chosen = selector.selector
            if chosen and (chosen.name or chosen.namespace or chosen.cluster or chosen.workspace):
                raise ValueError(
                    "workloadSelectors select by labels only, not by name, namespace, cluster or workspace"
                )
            if selector.kind is not WorkloadKind.KUBE:
                raise ValueError("workloadSelectors select the kind KUBE only")
        return self
