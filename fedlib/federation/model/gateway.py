"""Gateways as decided: east-west ones, and VirtualGateways with their listeners and whom each lets in.

Source: `RouteTableFilter` and `ExternalServiceFilter` of Gloo's VirtualGateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.gloo import ObjectSelector
from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.virtual_gateway import ExternalServiceFilter, Listener, RouteTableFilter, VirtualGatewaySpec
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.discovery.inventory import Service
from fedlib.snapshot.selection import selects


@dataclass(frozen=True, slots=True, order=True)
class GatewayEndpoint:
    """An address under which other clusters reach an east-west gateway; `locality` is `region[/zone[/subzone]]`."""

    address: str
    port: int
    locality: str = ""


@dataclass(frozen=True, slots=True)
class EastWestGateway:
    """An east-west gateway of a cluster.

    Attributes:
        service: its Service.
        workspace: the workspace that owns its namespace; empty for none.
        network: the Istio network of its cluster.
        listener_port: the port on which its pods listen.
        endpoints: the addresses under which other clusters reach it.
        chosen_by: the entry of the settings that selects it.
    """

    service: Service
    workspace: str
    network: str
    listener_port: int
    endpoints: tuple[GatewayEndpoint, ...]
    chosen_by: Causes = field(default=NO_CAUSES, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GatewayListener:
    """A listener of a VirtualGateway on one gateway Service.

    Attributes:
        index: its position in the VirtualGateway.
        spec: the listener as written.
        port: the number of the Service's port, which clients call.
        target_port: the number of the port on which the gateway's pods listen; Istio's Gateway has this one.
    """

    index: int
    spec: Listener
    port: int
    target_port: int

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that it serves."""
        return self.spec.hosts


@dataclass(frozen=True, slots=True)
class VirtualGateway:
    """A VirtualGateway on one gateway Service of one cluster.

    `name` is what the name of its Istio Gateway object is made of, by `object_name`; the object stands in the Service's
    namespace. `workspace` owns both.
    """

    resource: Resource[VirtualGatewaySpec]
    workspace: str
    service: Service
    name: str
    listeners: tuple[GatewayListener, ...]

    def allows(self, table: Resource[RouteTableSpec], owner: str, host: str) -> tuple[GatewayListener, ...]:
        """The listeners that serve a host of a RouteTable; none when the table may not use the gateway for it.

        Args:
            table: the root RouteTable. That it names this gateway, and that `workspace` owns or imports it, is for the
                caller to see to.
            owner: the workspace that owns the table.
            host: one of its hosts, which may have a wildcard.
        """
        return tuple(listener for listener in self.listeners if self._lets_in(listener, table, owner, host))

    def restricts(self, table: Resource[RouteTableSpec], owner: str, hosts: Iterable[str]) -> tuple[int, ...]:
        """The ports to which routes for these hosts must be limited, by a `port` in each match of the VirtualService.

        Istio binds a VirtualService to all servers of a Gateway that have its hosts; when some of these listeners do
        not let the table in, its routes match the ports of the others. Empty when there is nothing to limit.
        """
        wanted = tuple(hosts)
        serving = {one.target_port for host in wanted for one in self.listeners if _covers_any(one.hosts, host)}
        allowed = {one.target_port for host in wanted for one in self.allows(table, owner, host)}
        return tuple(sorted(allowed)) if allowed < serving else ()

    def exposes(self, external: Resource[ExternalServiceSpec], owner: str, host: str) -> tuple[GatewayListener, ...]:
        """The listeners that lead to a host of an ExternalService that `owner` owns."""
        return tuple(
            listener
            for listener in self.listeners
            if _covers_any(listener.hosts, host)
            and (
                not listener.spec.exposed_external_services
                or any(self._admits(one, external, owner, host) for one in listener.spec.exposed_external_services)
            )
        )

    def _lets_in(self, listener: GatewayListener, table: Resource[RouteTableSpec], owner: str, host: str) -> bool:
        if not listener.spec.allowed_route_tables:
            return _covers_any(listener.hosts, host)
        return any(self._admits(one, table, owner, host) for one in listener.spec.allowed_route_tables)

    def _admits(
        self, one: RouteTableFilter | ExternalServiceFilter, guest: Resource[Model], owner: str, host: str
    ) -> bool:
        """A filter without a selector admits every guest: Solo's workshops show it, though the API says the opposite.

        An empty selector admits those of this workspace.
        """
        namespace = one.host.rpartition("/")[0].replace(".", self.resource.ref.namespace)
        if namespace not in ("", "*", guest.ref.namespace):
            return False
        if one.selector == ObjectSelector() and owner != self.workspace:
            return False
        ref = guest.ref
        return _overlap(_host(one.host), host.lower()) and selects(
            one.selector or ObjectSelector(), labels=guest.labels, name=ref.name, namespace=ref.namespace,
            cluster=ref.cluster, workspace=owner,
        )  # fmt: skip


def _host(value: str) -> str:
    return value.rpartition("/")[2].lower()


def _covers_any(patterns: Iterable[str], host: str) -> bool:
    return any(_overlap(pattern, host.lower()) for pattern in patterns)


def _overlap(one: str, other: str) -> bool:
    """Whether some name matches both; Istio serves what two hosts have in common."""
    return _covers(one, other) or _covers(other, one)


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith("*") and host.removeprefix("*").endswith(pattern[1:]))
