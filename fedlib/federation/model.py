"""The decisions of federation in the product's words, before any Istio object exists."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from fedlib.config.resource import Resource
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service


class Protocol(enum.StrEnum):
    """Protocols of a federated port, as Istio spells them."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"
    HTTP2 = "HTTP2"
    GRPC = "GRPC"
    GRPC_WEB = "GRPC-Web"
    MONGO = "MONGO"
    TCP = "TCP"
    TLS = "TLS"


@dataclass(frozen=True, slots=True, order=True)
class GatewayEndpoint:
    """An address under which other clusters reach an east-west gateway; `locality` is `region[/zone[/subzone]]`."""

    address: str
    port: int
    locality: str = ""


@dataclass(frozen=True, slots=True)
class EastWestGateway:
    """An east-west gateway of a cluster. `listener_port` is the port on which its pods listen."""

    service: Service
    listener_port: int
    endpoints: tuple[GatewayEndpoint, ...]


@dataclass(frozen=True, slots=True)
class FederatedPort:
    """A port of a federated host: the Service's number, and the number of the container port behind it."""

    number: int
    protocol: Protocol
    target_port: int

    @property
    def name(self) -> str:
        """The port's name in ServiceEntries: `<protocol>-<number>`, the key of endpoints' ports."""
        return f"{self.protocol.value.lower()}-{self.number}"


@dataclass(frozen=True, slots=True)
class FederatedService:
    """A Service of one cluster under its federated host.

    Attributes:
        host: `<service>.<namespace>.svc.<cluster>[.<suffix>]`.
        name_stem: what object names are made of: the host, unless another host gives the same name.
        service: the Service behind it.
        workspace: the workspace that owns the Service.
        consumers: the workspaces that may call the host, sorted.
        ports: the exposed ports by number.
        identities: SPIFFE URIs of the pods.
        gateways: the east-west gateways of its cluster; empty when no other cluster needs them.
        virtual_ips: one address for each IP family, `IPv4` and `IPv6`.
    """

    host: str
    name_stem: str
    service: Service
    workspace: str
    consumers: tuple[str, ...]
    ports: tuple[FederatedPort, ...]
    identities: tuple[str, ...]
    gateways: tuple[EastWestGateway, ...]
    virtual_ips: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RouteDestination:
    """A destination of a route: the Service itself in its own cluster, the federated host in others."""

    service: Service
    port: int
    weight: int
    federated: FederatedService | None


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a RouteTable. A `broken` one answers 500, and so does one without a host to call, per cluster."""

    name: str
    matchers: tuple[HTTPRequestMatcher, ...]
    destinations: tuple[RouteDestination, ...]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class RoutedHosts:
    """A RouteTable as one consuming workspace uses it.

    `source_labels` are the alternatives of its workload selectors; empty means every sidecar.
    """

    table: Resource
    workspace: str
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    source_labels: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What federation decided: the input of the translation."""

    services: tuple[FederatedService, ...]
    routes: tuple[RoutedHosts, ...]
    suffixes: Mapping[Ref, tuple[str, ...]]
    """For each east-west gateway's Service the sorted host patterns that pass through it."""
