"""Gateways as decided: east-west ones, and VirtualGateways with their listeners and whom each lets in.

Source: `RouteTableFilter` and `ExternalServiceFilter` of Gloo's VirtualGateway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.gloo import ObjectSelector
from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.virtual_gateway import ExternalServiceFilter, Listener, RouteTableFilter, VirtualGatewaySpec
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.discovery.inventory import Service
from fedlib.federation.model.host_patterns import HostPatterns, host_patterns
from fedlib.snapshot.selection import selects

GatewayPort = tuple[Ref, int]
"""A port of the pods behind a gateway's Service."""


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

    @property
    def key(self) -> GatewayPort:
        """Where it listens."""
        return self.service.ref, self.listener_port


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
        return self.letting_in(table, owner).serving(host)

    def letting_in(self, table: Resource[RouteTableSpec], owner: str) -> ListenersByHost:
        """The listeners that let a RouteTable in, by the hosts that they serve for it; see `allows`."""
        return ListenersByHost.of(
            (listener, self._admitted(listener.spec.allowed_route_tables, table, owner, listener))
            for listener in self.listeners
        )

    @property
    def extent(self) -> int:
        """How many listeners and filters there are, which is how long it takes to see whom they let in."""
        specs = [listener.spec for listener in self.listeners]
        return sum(1 + len(one.allowed_route_tables) + len(one.exposed_external_services) for one in specs)

    def restricts(self, table: Resource[RouteTableSpec], owner: str, hosts: Iterable[str]) -> tuple[int, ...]:
        """The ports to which routes for these hosts must be limited, by a `port` in each match of the VirtualService.

        Istio binds a VirtualService to all servers of a Gateway that have its hosts; when some of these listeners do
        not let the table in, its routes match the ports of the others. Empty when there is nothing to limit.
        """
        wanted = tuple(hosts)
        serving = ListenersByHost.of((one, one.hosts) for one in self.listeners).ports(wanted)
        allowed = self.letting_in(table, owner).ports(wanted)
        return tuple(sorted(allowed)) if allowed < serving else ()

    def exposing(self, external: Resource[ExternalServiceSpec], owner: str) -> ListenersByHost:
        """The listeners that lead to an ExternalService that `owner` owns, by the hosts that they serve for it.

        A host must be both one of the listener's and one of a filter's.
        """
        return ListenersByHost.of(
            (listener, self._admitted(listener.spec.exposed_external_services, external, owner, listener))
            for listener in self.listeners
        )

    def exposes(self, external: Resource[ExternalServiceSpec], owner: str, host: str) -> tuple[GatewayListener, ...]:
        """The listeners that lead to a host of an ExternalService that `owner` owns."""
        return self.exposing(external, owner).serving(host)

    def _admitted(
        self,
        filters: Sequence[RouteTableFilter | ExternalServiceFilter],
        guest: Resource[Model],
        owner: str,
        listener: GatewayListener,
    ) -> Iterable[str]:
        """The hosts of the filters that admit a guest; without any filter those of the listener."""
        hosts = [_host(one.host) for one in filters if self._admits(one, guest, owner)]
        return hosts if filters else listener.hosts

    def _admits(self, one: RouteTableFilter | ExternalServiceFilter, guest: Resource[Model], owner: str) -> bool:
        """Whether a filter admits a guest, whatever the host.

        One without a selector admits every guest: Solo's workshops show it, though the API says the opposite. An empty
        selector admits those of this workspace.
        """
        namespace = one.host.rpartition("/")[0].replace(".", self.resource.ref.namespace)
        if namespace not in ("", "*", guest.ref.namespace):
            return False
        if one.selector == ObjectSelector() and owner != self.workspace:
            return False
        ref = guest.ref
        return selects(
            one.selector or ObjectSelector(), labels=guest.labels, name=ref.name, namespace=ref.namespace,
            cluster=ref.cluster, workspace=owner,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListenersByHost:
    """Listeners of a gateway by the hosts that they serve."""

    listeners: tuple[GatewayListener, ...]
    _patterns: HostPatterns
    _places: Mapping[str, list[int]]
    """The places in `listeners` by host."""

    @classmethod
    def of(cls, listeners: Iterable[tuple[GatewayListener, Iterable[str]]]) -> ListenersByHost:
        """Index listeners by their hosts."""
        listed: list[GatewayListener] = []
        places: dict[str, list[int]] = {}
        for place, (listener, hosts) in enumerate(listeners):
            listed.append(listener)
            for host in dict.fromkeys(host.lower() for host in hosts):
                places.setdefault(host, []).append(place)
        return cls(tuple(listed), host_patterns(places), places)

    def serving(self, host: str) -> tuple[GatewayListener, ...]:
        """The listeners that serve a host, which may have a wildcard, in their order."""
        places = {place for pattern in self._patterns.meeting(host) for place in self._places[pattern]}
        return tuple(self.listeners[place] for place in sorted(places))

    def first(self, host: str) -> GatewayListener | None:
        """The first listener that serves a host."""
        places = (self._places[pattern][0] for pattern in self._patterns.meeting(host))
        place = min(places, default=None)
        return None if place is None else self.listeners[place]

    def serves(self, host: str) -> bool:
        """Whether any listener serves a host."""
        return next(self._patterns.meeting(host), None) is not None

    def ports(self, hosts: Iterable[str]) -> set[int]:
        """The ports of the gateway's pods on which any of the hosts is served."""
        meeting = {pattern for host in hosts for pattern in self._patterns.meeting(host)}
        return {self.listeners[place].target_port for pattern in meeting for place in self._places[pattern]}


def _host(value: str) -> str:
    return value.rpartition("/")[2].lower()
