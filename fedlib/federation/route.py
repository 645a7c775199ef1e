"""The decisions about routes: RouteTables as each consuming workspace uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.config.resource import Resource
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics.source import Step
from fedlib.federation.listener import IngressGateway
from fedlib.federation.model import Destination, FederatedService
from fedlib.federation.policies.model import Policy


@dataclass(frozen=True, slots=True)
class RouteDestination:
    """A destination of a route.

    A Service is called by its own name in its own cluster, and by its federated host in others (`federated`; None
    where it has none). A group or an ExternalService has one host everywhere. `subset` are labels of pods, `policies`
    those of `applyToRouteDestinations` by kind.
    """

    destination: Destination
    port: int
    weight: int
    federated: FederatedService | None = None
    subset: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableLabels:
    """A RouteTable that a route belongs to, and the labels by which policies of its workspace select the route.

    These are the table's labels, those of its route (the delegating one in a parent), and what it inherited.
    """

    table: Resource
    workspace: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP route. A `broken` one answers 500, and so does one without a host to call, per cluster.

    Attributes:
        name: its name in the VirtualService, unique there; EnvoyFilters find it by that.
        path: where it stands in the spec of its own table, which is the last of `tables`.
        tables: the tables it belongs to, from the root to its own.
        matchers: any of them must match; none means all requests.
        destinations: where `forwardTo` sends requests.
        policies: the accepted policies by kind.
        broken: whether it cannot be translated.
    """

    name: str
    path: tuple[Step, ...]
    tables: tuple[TableLabels, ...]
    matchers: tuple[HTTPRequestMatcher, ...]
    destinations: tuple[RouteDestination, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class RoutedHosts:
    """A RouteTable as one consuming workspace uses it.

    Attributes:
        table: the root table.
        owner: the workspace that owns it.
        workspace: the workspace whose proxies use it.
        hosts: its hosts that the workspace's proxies take from this table.
        routes: its HTTP routes, in order.
        source_labels: the alternatives of its workload selectors; empty means every sidecar.
        mesh: whether sidecars use it.
        gateways: the gateways of the workspace that serve it.
    """

    table: Resource
    owner: str
    workspace: str
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    source_labels: tuple[Mapping[str, str], ...]
    mesh: bool = True
    gateways: tuple[IngressGateway, ...] = ()
