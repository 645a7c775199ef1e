"""`RouteTable` (networking.gloo.solo.io/v2) as Gloo's schema has it.

Every field of the schema is here, so that a misspelled one is told apart from one that is not translated yet:
the latter carry `UNTRANSLATED` and become findings when they are set.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from fedlib.config.gloo import Labels
from fedlib.config.model import Enum, Items, Model
from fedlib.config.selectors import DestinationReference, HTTPRequestMatcher, WorkloadKind, WorkloadSelector
from fedlib.config.untranslated import Later


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
