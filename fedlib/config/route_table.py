"""`RouteTable` (networking.gloo.solo.io/v2) as Gloo's schema has it.

Every field of the schema is here, so that a misspelled one is told apart from one that is not translated yet:
the latter carry `UNTRANSLATED` and become findings when they are set.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from fedlib.config.gloo import Labels, ObjectSelector, PortSelector
from fedlib.config.model import Enum, Items, Model, PortNumber
from fedlib.diagnostics.source import Step

UNTRANSLATED: Final = "not translated yet"

Later = Annotated[Any, UNTRANSLATED]


class StringMatch(Model):
    """Matches a string in one of three ways."""

    exact: str | None = None
    """The whole string."""
    prefix: str | None = None
    """Its beginning."""
    regex: str | None = None
    """An RE2 expression for the whole string."""
    suffix: str | None = None
    """Its end; Gloo does not support it for routes."""
    ignore_case: bool = False
    """Whether case is ignored, for exact and prefix."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.suffix is not None:
            raise ValueError("suffix is not supported here; use regex")
        if sum(value is not None for value in (self.exact, self.prefix, self.regex)) != 1:
            raise ValueError("set one of exact, prefix and regex")
        return self


class HeaderMatcher(Model):
    """Matches a header; without a value its presence."""

    name: str
    """The header's name."""
    value: str = ""
    """The value; empty means any."""
    regex: bool = False
    """Whether the value is an RE2 expression."""
    invert_match: bool = False
    """Whether the result is turned around."""


class QueryParameterMatcher(Model):
    """Matches a query parameter."""

    name: str
    """The parameter's name."""
    value: str = ""
    """The value; empty means any."""
    regex: bool = False
    """Whether the value is an RE2 expression."""


class HTTPRequestMatcher(Model):
    """Matches requests; all conditions must hold."""

    name: str = ""
    """A name; Gloo does not use it."""
    uri: StringMatch | None = None
    """The path."""
    headers: Items[HeaderMatcher] = ()
    """Headers, all of them."""
    query_parameters: Items[QueryParameterMatcher] = ()
    """Query parameters, all of them."""
    method: str = ""
    """The HTTP method."""
    port: PortNumber | None = None
    """The port of the host that is called."""

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        for what, names in (
            ("headers", [(header.name.lower(), header.invert_match) for header in self.headers]),
            ("queryParameters", [(parameter.name, False) for parameter in self.query_parameters]),
        ):
            twice = next((name for (name, _), count in Counter(names).items() if count > 1), None)
            if twice is not None:
                raise ValueError(f"{what} has two conditions on '{twice}', and Istio can express one; use one regex")
        return self


class DestinationKind(enum.StrEnum):
    """Kinds of destinations."""

    SERVICE = "SERVICE"
    VIRTUAL_DESTINATION = "VIRTUAL_DESTINATION"
    EXTERNAL_SERVICE = "EXTERNAL_SERVICE"


class ObjectReference(Model):
    """A reference; namespace and cluster default to those of the resource that refers."""

    name: str
    """The object's name."""
    namespace: str = ""
    """The object's namespace."""
    cluster: str = ""
    """The object's cluster."""


class DestinationReference(Model):
    """Where a route sends requests."""

    ref: ObjectReference | None = None
    """The destination object."""
    aws_lambda: Later = None
    """A function in AWS."""
    function: Later = None
    """A function in a cloud, as the API had it before awsLambda."""
    kind: Enum[DestinationKind] = DestinationKind.SERVICE
    """The destination's kind."""
    port: PortSelector | None = None
    """The destination's port; required when it has several."""
    subset: Later = None
    """Labels of the pods to use."""
    weight: Annotated[int, Field(ge=0, le=100)] | None = None
    """The share in percent."""


class ForwardTo(Model):
    """Sends requests to destinations."""

    destinations: Annotated[Items[DestinationReference], Field(max_length=100)] = ()
    """One or several with weights; without any, the table's defaultDestination."""
    path_rewrite: Later = None
    """Replaces the matched path."""
    regex_rewrite: Later = None
    """Rewrites the path by an expression."""
    host_rewrite: Later = None
    """Replaces the host header."""
    auto_host_rewrite: Later = None
    """Replaces the host header by the destination's host."""


class HTTPRoute(Model):
    """A route: matchers (ORed) and one action."""

    name: str = ""
    """The route's name, unique in the table."""
    labels: Labels = Field(default_factory=dict)
    """Labels that policies select."""
    matchers: Items[HTTPRequestMatcher] = ()
    """Any of them must match; none means all requests."""
    forward_to: ForwardTo | None = None
    """Send requests to destinations."""
    delegate: Later = None
    """Leave the decision to other tables."""
    redirect: Later = None
    """Answer with a redirect."""
    direct_response: Later = None
    """Answer directly."""
    graphql: Later = None
    """Resolve a GraphQL query."""

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        actions = (self.forward_to, self.delegate, self.redirect, self.direct_response, self.graphql)
        if sum(action is not None for action in actions) != 1:
            raise ValueError("set exactly one action: forwardTo, delegate, redirect, directResponse or graphql")
        return self


class WorkloadKind(enum.StrEnum):
    """Kinds of workloads."""

    KUBE = "KUBE"
    VM = "VM"


class WorkloadSelector(Model):
    """Selects workloads by the labels of their pods."""

    selector: ObjectSelector | None = None
    """Only labels are allowed for routes."""
    kind: Enum[WorkloadKind] = WorkloadKind.KUBE
    """Only KUBE is allowed for routes."""
    port: PortSelector | None = None
    """Has no effect for routes."""


class FailureMode(enum.StrEnum):
    """What a bad route does to its table."""

    ROUTE_REPLACEMENT = "ROUTE_REPLACEMENT"
    FREEZE_CONFIG = "FREEZE_CONFIG"


class RouteTableSpec(Model):
    """The spec of a `RouteTable`."""

    hosts: Items[str] = ()
    """The hosts whose requests are routed; a wildcard is allowed as the left-most part."""
    virtual_gateways: Later = None
    """Gateways that serve the table; without any, sidecars do."""
    workload_selectors: Items[WorkloadSelector] = ()
    """Sidecars that use the table, by labels; all without an entry."""
    apply_to_destinations: Later = None
    """Destinations whose waypoints apply the table."""
    default_destination: DestinationReference | None = None
    """Where forwardTo routes without destinations send requests."""
    http: Items[HTTPRoute] = ()
    """HTTP routes, in order."""
    tcp: Later = None
    """TCP routes."""
    tls: Later = None
    """TLS routes by SNI."""
    weight: int = 0
    """Sorts delegated tables."""
    portal_metadata: Any = None
    """For developer portals; no effect on routing."""
    failure_mode: Enum[FailureMode] = FailureMode.ROUTE_REPLACEMENT
    """What a bad route does to its table."""
    virtual_service_annotations: Labels = Field(default_factory=dict)
    """Annotations of the VirtualService."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if not (self.http or self.tcp or self.tls):
            raise ValueError("set at least one of http, tcp and tls")
        for selector in self.workload_selectors:
            chosen = selector.selector
            if chosen and (chosen.name or chosen.namespace or chosen.cluster or chosen.workspace):
                raise ValueError(
                    "workloadSelectors select by labels only, not by name, namespace, cluster or workspace"
                )
            if selector.kind is not WorkloadKind.KUBE:
                raise ValueError("workloadSelectors select the kind KUBE only")
        return self


def untranslated(model: Model) -> Iterator[tuple[Step, ...]]:
    """Paths of the fields of this model (not of nested ones) that are set and not translated yet."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if UNTRANSLATED in field.metadata and value is not None and value != []:
            yield (field.alias or name,)
