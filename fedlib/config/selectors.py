"""Selectors, references and matchers that Gloo's resources share, as `common.gloo.solo.io/v2` has them."""

from __future__ import annotations

import enum
import re
from collections import Counter
from typing import Annotated, ClassVar, Final, Self, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from fedlib.config.gloo import Labels, ObjectSelector, PortSelector, labels_of_pods
from fedlib.config.model import (
    Enum,
    FewItems,
    Items,
    Model,
    PortNumber,
    SomeItems,
    Text,
    domain_problem,
    label_problem,
)
from fedlib.config.strings.header import HeaderName
from fedlib.config.strings.refused import size
from fedlib.config.strings.regex import Regex, check_regex
from fedlib.config.untranslated import Later

MAX_PARAMETER_BYTES: Final = 1_024


class StringMatch(Model):
    """Matches a string in one of three ways."""

    exact: str | None = None
    """The whole string."""
    prefix: str | None = None
    """Its beginning."""
    regex: Regex | None = None
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

    @property
    def without_case(self) -> str:
        """The expression that matches the same without regard to case, where a match has no flag for that."""
        if self.regex is not None:
            return f"(?i){self.regex}"
        start = re.escape(self.exact if self.exact is not None else self.prefix or "")
        return f"(?i){start}{'' if self.exact is not None else '.*'}"


Matcher = TypeVar("Matcher", bound="HeaderMatcher | QueryParameterMatcher")


def _regex_of(matcher: Matcher, info: ValidationInfo) -> Matcher:
    if matcher.regex and matcher.value:
        check_regex(matcher.value, info.context)
    return matcher


def _parameter(value: str) -> str:
    if not value or size(value) > MAX_PARAMETER_BYTES:
        raise ValueError(f"the name of a query parameter has 1 to {MAX_PARAMETER_BYTES:,} bytes, by Envoy's rules")
    return value


class HeaderMatcher(Model):
    """Matches a header; without a value its presence."""

    name: HeaderName
    """The header's name."""
    value: str = ""
    """The value; empty means any."""
    regex: bool = False
    """Whether the value is an RE2 expression."""
    invert_match: bool = False
    """Whether the result is turned around."""

    _checked = model_validator(mode="after")(_regex_of)


class QueryParameterMatcher(Model):
    """Matches a query parameter."""

    name: Annotated[str, AfterValidator(_parameter)]
    """The parameter's name."""
    value: str = ""
    """The value; empty means any."""
    regex: bool = False
    """Whether the value is an RE2 expression."""

    _checked = model_validator(mode="after")(_regex_of)


class HTTPRequestMatcher(Model):
    """Matches requests; all conditions must hold."""

    shapes_owner: ClassVar[bool] = True

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
    def _rules(self) -> Self:
        if self.uri is not None and self.uri.exact == "":
            raise ValueError("uri.exact is empty, and no path of a request is")
        for what, names in (
            ("headers", [(header.name.lower(), header.invert_match) for header in self.headers]),
            ("queryParameters", [(parameter.name, False) for parameter in self.query_parameters]),
        ):
            twice = next((name for (name, _), count in Counter(names).items() if count > 1), None)
            if twice is not None:
                raise ValueError(f"{what} has two conditions on '{twice}', and Istio can express one; use one regex")
        return self


class TCPRequestMatcher(Model):
    """Matches TCP connections."""

    shapes_owner: ClassVar[bool] = True

    port: PortNumber | None = None
    """The port of the host that is called."""


def _server_name(value: str) -> str:
    problem = "" if value == "*" else domain_problem(value)
    if problem:
        raise ValueError(f"'{value[:80]}' is neither a DNS name nor one that begins with `*.`: {problem}")
    return value


class TLSRequestMatcher(Model):
    """Matches TLS connections by their SNI."""

    shapes_owner: ClassVar[bool] = True

    sni_hosts: SomeItems[Annotated[str, AfterValidator(_server_name)]]
    """Names in the SNI; a wildcard is allowed as the left-most part. They are part of the table's hosts."""
    port: PortNumber | None = None
    """The port of the host that is called."""


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
    subset: dict[str, str] | None = None
    """Labels of the pods to use."""
    weight: Annotated[int, Field(ge=0, le=100)] | None = None
    """The share in percent."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.ref is not None and self.aws_lambda is not None:
            raise ValueError("set only one of ref and awsLambda")
        if self.subset == {}:
            raise ValueError("subset is empty; name labels of the pods, or leave it out")
        problem = next(filter(None, (label_problem(key, value) for key, value in (self.subset or {}).items())), "")
        if problem:
            raise ValueError(f"subset: {problem}")
        return self


class DestinationSelector(Model):
    """Selects destinations."""

    selector: ObjectSelector | None = None
    """Which objects; without one, all that the workspace sees."""
    kind: Enum[DestinationKind] = DestinationKind.SERVICE
    """The destinations' kind."""
    port: PortSelector | None = None
    """Their port; all ports without one."""


class RouteLabelSelector(Model):
    """Selects routes; fields are ANDed."""

    labels: Labels = Field(default_factory=dict)
    """Labels of the route or of its table."""
    namespace: str = ""
    """The table's namespace, exactly."""
    cluster: str = ""
    """The table's cluster, exactly."""
    workspace: str = ""
    """The workspace that owns the table."""


class RouteSelector(Model):
    """Selects routes in one of two ways."""

    route: RouteLabelSelector | None = None
    """By their labels or their table."""
    with_destinations: DestinationSelector | None = None
    """By where they forward requests."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.route is not None and self.with_destinations is not None:
            raise ValueError("set only one of route and withDestinations")
        return self


class RouteDestinationSelector(Model):
    """Selects destinations of routes."""

    route: RouteLabelSelector | None = None
    """Which routes; without one, all."""
    on_destinations: FewItems[DestinationSelector] = ()
    """Which of their destinations."""


class WorkloadKind(enum.StrEnum):
    """Kinds of workloads."""

    KUBE = "KUBE"
    VM = "VM"


def _pods(selector: ObjectSelector | None) -> ObjectSelector | None:
    labels_of_pods({} if selector is None else selector.labels)
    return selector


class WorkloadSelector(Model):
    """Selects workloads by the labels of their pods."""

    selector: Annotated[ObjectSelector | None, AfterValidator(_pods)] = None
    """Only labels are allowed for routes."""
    kind: Enum[WorkloadKind] = WorkloadKind.KUBE
    """Only KUBE is allowed for routes."""
    port: PortSelector | None = None
    """Has no effect for routes."""


class ListenerSelector(Model):
    """Selects listeners of gateways."""

    virtual_gateway: ObjectSelector | None = None
    """Which VirtualGateways."""
    port: PortSelector | None = None
    """Which of their ports."""


class RequestIdentityMatcher(Model):
    """Matches the identity in a request's JWT (`<iss>/<sub>`); fields are ANDed."""

    request_principals: Items[Text] = ()
    """Any of these; all without an entry."""
    not_request_principals: Items[Text] = ()
    """None of these."""


class IdentitySelector(Model):
    """Selects clients by their identity."""

    service_account_selector: ObjectSelector | None = None
    """Service accounts."""
    external_workload_selector: Later = None
    """Workloads outside of Kubernetes."""
    request_identity_matcher: RequestIdentityMatcher | None = None
    """Identities of requests."""
