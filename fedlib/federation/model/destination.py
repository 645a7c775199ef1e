"""The decisions of federation in the product's words, before any Istio object exists."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.gloo import PortSelector
from fedlib.config.resource import Resource
from fedlib.config.selectors import DestinationKind
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.discovery.inventory import Service
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.gateway import EastWestGateway, GatewayListener, VirtualGateway
from fedlib.federation.model.place import Place


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
class Way:
    """How some consumers of a federated host see it from other clusters: by the settings of one workspace.

    Attributes:
        consumers: the workspaces that follow it, sorted.
        ports: the ports that they see, by number.
        gateways: the east-west gateways that they go through; empty when none of them is in another cluster.
        remote: where they are in other clusters.
        federated_by: the entries of settings that federate it for them.
    """

    consumers: tuple[str, ...]
    ports: tuple[FederatedPort, ...]
    gateways: tuple[EastWestGateway, ...]
    remote: tuple[Place, ...] = ()
    federated_by: Causes = NO_CAUSES


@dataclass(frozen=True, slots=True)
class FederatedService:
    """Ungrouped: a Service of one cluster under its federated host.

    Where its owner federates it, all consumers have one way to it; otherwise each importer has its own.

    Attributes:
        host: `<service>.<namespace>.svc.<cluster>[.<suffix>]`.
        service: the Service behind it.
        workspace: the workspace that owns the Service.
        consumers: the workspaces that may call the host, sorted.
        ports: the ports that any of them sees, by number.
        identities: SPIFFE URIs of the pods.
        gateways: the east-west gateways of its cluster that any of them goes through.
        home: where its pods are, seen by its consumers there and by its gateways.
        ways: how its consumers see it from other clusters; each consumer has one.
        versions: the labels of the pods of each workload, distinct and sorted; empty when no workload is known.
        pods: labels that select the pods, in their own cluster alone.
    """

    host: str
    service: Service
    workspace: str
    consumers: tuple[str, ...]
    ports: tuple[FederatedPort, ...]
    identities: tuple[str, ...]
    gateways: tuple[EastWestGateway, ...]
    home: Place
    ways: tuple[Way, ...]
    versions: tuple[Mapping[str, str], ...] = ()
    pods: Mapping[str, str] = field(default_factory=dict)

    @property
    def remote(self) -> tuple[Place, ...]:
        """Where its consumers are in other clusters."""
        return tuple(place for way in self.ways for place in way.remote)

    @property
    def federated_by(self) -> Causes:
        """The entries of settings that federate it, for whomever."""
        return tuple(dict.fromkeys(cause for way in self.ways for cause in way.federated_by))

    def exposes(self, port: int, workspace: str) -> bool:
        """Whether a consumer sees a port of it from other clusters."""
        return any(one.number == port for way in self.ways if workspace in way.consumers for one in way.ports)


@dataclass(frozen=True, slots=True)
class DestinationPort:
    """A port that routes and policies can name. `protocol` is None where a Service's port declares none.

    `originates_tls` is set where proxies take plain requests for the port and make the TLS that it speaks.
    """

    number: int
    name: str = ""
    protocol: Protocol | None = None
    originates_tls: bool = False

    @property
    def entry_name(self) -> str:
        """The port's name in ServiceEntries: `<protocol>-<number>`, the key of endpoints' ports."""
        return f"{(self.protocol or Protocol.TCP).value.lower()}-{self.number}"


@dataclass(frozen=True, slots=True)
class Backing:
    """The Service behind a group in one cluster.

    Attributes:
        service: the Service.
        target_ports: for each port number of the group the container port of the pods.
        identities: SPIFFE URIs of the pods.
        versions: the labels of the pods of each workload, distinct and sorted; empty when no workload is known.
        gateways: the east-west gateways of its cluster; empty when no other cluster needs them.
        gateway_identities: SPIFFE URIs of the gateways' pods, where TLS ends there.
        pods: labels that select the pods, in this cluster alone.
    """

    service: Service
    target_ports: Mapping[int, int]
    identities: tuple[str, ...]
    gateways: tuple[EastWestGateway, ...]
    versions: tuple[Mapping[str, str], ...] = ()
    gateway_identities: tuple[str, ...] = ()
    pods: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemandedLabels:
    """The keys of pods' labels that gateways need as endpoints, and the tables and policies that name them."""

    keys: frozenset[str] = frozenset()
    causes: Causes = NO_CAUSES


NO_LABELS: Final = DemandedLabels()


class ClientMode(enum.StrEnum):
    """How clients of other clusters reach a group. `auto` and `sniRouting` are the same on the wire."""

    SNI_ROUTING = "sniRouting"
    TLS_TERMINATION = "tlsTermination"


class Passage(enum.Enum):
    """How requests from other clusters pass the gateway of a group's cluster (docs/decisions/0007)."""

    LOCAL_ONLY = "local-only"
    """By the SNI of a host that stands for the pods of one cluster only."""
    NATIVE = "native"
    """By the SNI of the group's own host, as Gloo has it."""
    TERMINATED = "terminated"
    """TLS ends at the gateway."""


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """Where objects of a group stand, in clusters where they may be equal.

    Attributes:
        place: the clusters and namespaces.
        consumers: the workspaces whose proxies see it there, sorted.
        remote: whether these reach pods of other clusters through east-west gateways.
        backing: the Service in these clusters, of which its selector and its container ports are the same in all.
    """

    place: Place
    consumers: tuple[str, ...]
    remote: bool
    backing: Backing | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Grouped: a VirtualDestination. Each of its hosts stands for all backing Services of all clusters.

    Attributes:
        resource: the VirtualDestination.
        workspace: the workspace that owns it.
        consumers: the workspaces that may call it, the owner included, sorted.
        hosts: its hosts that were accepted, in the order of the resource.
        callers: the consumers that call it by these hosts, sorted; they may call it by others too.
        ports: its ports by number.
        backings: the backing Service by cluster, sorted.
        externals: the ExternalServices behind it, for clients of all clusters.
        passage: how requests from other clusters pass the gateways.
        places: where clients see it.
        behind_gateways: where gateways see its pods under local-only hosts.
    """

    resource: Resource[VirtualDestinationSpec]
    workspace: str
    consumers: tuple[str, ...]
    hosts: tuple[str, ...]
    ports: tuple[DestinationPort, ...]
    backings: Mapping[str, Backing]
    externals: tuple[ExternalBacking, ...] = ()
    callers: tuple[str, ...] = ()
    passage: Passage = Passage.LOCAL_ONLY
    places: tuple[GroupPlace, ...] = ()
    behind_gateways: tuple[GroupPlace, ...] = ()

    @property
    def identities(self) -> tuple[str, ...]:
        """The SPIFFE URIs of all that may answer, sorted: every ServiceEntry of the host must list the same."""
        found = ((*backing.identities, *backing.gateway_identities) for backing in self.backings.values())
        return tuple(sorted(set(itertools.chain.from_iterable(found))))

    def remote(self, cluster: str) -> tuple[Backing, ...]:
        """The backings that a client in `cluster` reaches through an east-west gateway, sorted by cluster."""
        return tuple(backing for name, backing in self.backings.items() if name != cluster and backing.gateways)


class Resolution(enum.StrEnum):
    """How a proxy finds the addresses behind a host, as Istio spells it. NONE: the address that the client called."""

    NONE = "NONE"
    STATIC = "STATIC"
    DNS = "DNS"


@dataclass(frozen=True, slots=True)
class ExternalAddress:
    """An ExternalEndpoint as one ExternalService uses it; `ports` maps the ExternalService's ports to its own."""

    ref: Ref
    address: str
    ports: Mapping[int, int]
    labels: Mapping[str, str]
    locality: str = ""


@dataclass(frozen=True, slots=True)
class EgressRoute:
    """The way of a host's port through one egress gateway: clients call `port_match`, the gateway calls `port`.

    `gateway_host` is the name under which clients of its cluster call the gateway.
    """

    host: str
    port: int
    port_match: int
    gateway: VirtualGateway
    listener: GatewayListener
    gateway_host: str


@dataclass(frozen=True, slots=True)
class External:
    """An ExternalService with what it resolves to.

    Attributes:
        resource: the ExternalService.
        workspace: the workspace that owns it.
        consumers: the workspaces that may call it, the owner included, sorted.
        hosts: its hosts that were accepted; one that is made up when it has addresses.
        ports: its ports by number, which are also the ports of its specification.
        addresses: its addresses and blocks of addresses, when it has no hosts.
        places: where its callers are.
        callers: the consumers to whom the same of its hosts are shared ones, sorted.
        shared: hosts that its callers have from another ExternalService: nothing is written for them.
        endpoints: the addresses behind it, from ExternalEndpoints.
        egress: the ways through egress gateways.
    """

    resource: Resource[ExternalServiceSpec]
    workspace: str
    consumers: tuple[str, ...]
    hosts: tuple[str, ...]
    ports: tuple[DestinationPort, ...]
    places: tuple[Place, ...] = ()
    callers: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    endpoints: tuple[ExternalAddress, ...] = ()
    egress: tuple[EgressRoute, ...] = ()
    _named: bool = field(init=False, default=False, compare=False, repr=False)
    """Whether any endpoint has a DNS name."""

    def __post_init__(self) -> None:
        """Look at the endpoints once: each host asks about them."""
        object.__setattr__(self, "_named", any(is_hostname(endpoint.address) for endpoint in self.endpoints))

    @property
    def written(self) -> tuple[str, ...]:
        """The hosts that objects are written for."""
        return tuple(host for host in self.hosts if host not in self.shared)

    @property
    def entry_ports(self) -> tuple[DestinationPort, ...]:
        """Its ports, and those that clients call to be led through egress gateways, by number."""
        known = {port.number: port for port in self.ports}
        for route in self.egress:
            known.setdefault(route.port_match, DestinationPort(route.port_match, protocol=Protocol.HTTP))
        return tuple(port for _, port in sorted(known.items()))

    def own_port(self, number: int) -> int:
        """The port of its specification that an entry port leads to."""
        known = {port.number for port in self.ports}
        return number if number in known else next(r.port for r in self.egress if r.port_match == number)

    def resolution(self, host: str) -> Resolution:
        """How the addresses of a host are found."""
        if self.endpoints:
            return Resolution.DNS if self._named else Resolution.STATIC
        return Resolution.NONE if self.addresses or host.startswith("*") else Resolution.DNS


@dataclass(frozen=True, slots=True)
class ExternalBacking:
    """An ExternalService behind a group.

    `ports` maps the group's ports to those of the ExternalService; those of `addresses` are by the group's ports too.
    """

    external: External
    ports: Mapping[int, int]
    addresses: tuple[ExternalAddress, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """Whatever a route or a policy can name.

    Attributes:
        kind: Gloo's kind.
        ref: the identity of the Service, VirtualDestination or ExternalService.
        labels: its labels.
        workspace: the workspace that owns it; empty for a Service in a namespace of no workspace.
        consumers: the workspaces that may use it, the owner included, sorted.
        ports: its TCP ports.
        decision: what stands behind it.
        own_host: a Service's own name in the DNS of its cluster; empty for others.
    """

    kind: DestinationKind
    ref: Ref
    labels: Mapping[str, str]
    workspace: str
    consumers: tuple[str, ...]
    ports: tuple[DestinationPort, ...]
    decision: Service | Group | External = field(compare=False)
    own_host: str = ""
    _by_key: dict[int | str, list[DestinationPort]] = field(default_factory=dict, compare=False, repr=False)

    def matching(self, selector: PortSelector) -> Sequence[DestinationPort]:
        """The ports that a selector means."""
        if not self._by_key:
            for port in self.ports:
                for key in (port.number, port.name):
                    self._by_key.setdefault(key, []).append(port)
        return self._by_key.get(selector.key, ())
