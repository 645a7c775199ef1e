"""The decisions about routes: RouteTables as each consuming workspace uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.config.resource import Resource
from fedlib.config.route_table import DirectResponse, ForwardTo, Redirect, RouteTableSpec
from fedlib.config.selectors import HTTPRequestMatcher, TCPRequestMatcher, TLSRequestMatcher
from fedlib.diagnostics.source import Step
from fedlib.federation.model.destination import Destination, FederatedService
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.place import Place
from fedlib.federation.model.policy import NO_POLICIES, PoliciesByKind


@dataclass(frozen=True, slots=True)
class RouteDestination:
    """A destination of a route.

    A Service is called by its own name in its own cluster, and by its federated host in others (`federated`; None
    where it has none). A group or an ExternalService has one host everywhere. `subset` are labels of pods, `policies`
    those of `applyToRouteDestinations`.
    """

    destination: Destination
    port: int
    weight: int
    federated: FederatedService | None = None
    subset: Mapping[str, str] = field(default_factory=dict)
    policies: PoliciesByKind = NO_POLICIES


@dataclass(frozen=True, slots=True)
class TableLabels:
    """A RouteTable that a route belongs to, and the labels by which policies of its workspace select the route.

    These are the table's labels, those of its route (the delegating one in a parent), and what it inherited.
    """

    table: Resource[RouteTableSpec]
    workspace: str
    labels: Mapping[str, str]


SourceLabels = tuple[Mapping[str, str], ...]
"""Alternatives of labels of the pods that use something; empty means all pods."""


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP route. One without an action answers 500, and so does one without a host to call, per cluster.

    Attributes:
        name: its name in the VirtualService, unique there; EnvoyFilters find it by that.
        path: where it stands in the spec of its own table, which is the last of `tables`.
        tables: the tables it belongs to, from the root to its own.
        matchers: any of them must match; none means all requests.
        action: what it does; None where it cannot be translated.
        destinations: where `forwardTo` sends requests.
        source_labels: the sidecars that use it: its table's workload selectors and those of all tables above.
        policies: the accepted policies.
        mirror: where its MirrorPolicy sends copies of requests.
    """

    name: str
    path: tuple[Step, ...]
    tables: tuple[TableLabels, ...]
    matchers: tuple[HTTPRequestMatcher, ...]
    action: ForwardTo | Redirect | DirectResponse | None = None
    destinations: tuple[RouteDestination, ...] = ()
    source_labels: SourceLabels = ()
    policies: PoliciesByKind = NO_POLICIES
    mirror: RouteDestination | None = None


@dataclass(frozen=True, slots=True)
class ConnectionRoute:
    """A TCP or TLS route: any of the matchers must match; none means all connections."""

    path: tuple[Step, ...]
    matchers: tuple[TCPRequestMatcher, ...] | tuple[TLSRequestMatcher, ...]
    destinations: tuple[RouteDestination, ...]


@dataclass(frozen=True, slots=True)
class RoutedHosts:
    """A RouteTable as one consuming workspace uses it: in its sidecars, or on gateways.

    Attributes:
        table: the root table.
        owner: the workspace that owns it.
        workspace: the workspace whose proxies use it.
        hosts: its hosts that the workspace's proxies take from this table.
        routes: its HTTP routes, in order.
        source_labels: the alternatives of its workload selectors; empty means every sidecar.
        mesh: whether this is for sidecars.
        gateways: the gateways of the workspace that serve it; none where it is for sidecars.
        tcp: its TCP routes, in order.
        tls: its TLS routes, in order.
        suffix: tells its VirtualServices apart from others of the same table and workspace; often empty.
        places: where the sidecars of the workspace are; none where it is for gateways.
        annotations: those of its VirtualServices.
    """

    table: Resource[RouteTableSpec]
    owner: str
    workspace: str
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    source_labels: SourceLabels = ()
    mesh: bool = True
    gateways: tuple[VirtualGateway, ...] = ()
    tcp: tuple[ConnectionRoute, ...] = ()
    tls: tuple[ConnectionRoute, ...] = ()
    suffix: str = ""
    places: tuple[Place, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
