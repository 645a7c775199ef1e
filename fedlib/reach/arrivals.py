"""Where requests arrive: ways followed to their ends, with who the servers see, and whether they admit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from fedlib.reach.control_plane import ControlPlane
from fedlib.reach.gates import Admission, Gate, Verdict
from fedlib.reach.model import ConnectionRule, Endpoint, Obstacle, Passage, Rule, Server, TlsMode, Upstream, Way
from fedlib.reach.passages import DIRECT, Passages
from fedlib.reach.peer_authentication import MutualTls
from fedlib.reach.protocols import may_be_http
from fedlib.reach.proxies import ProxyKind


@dataclass(frozen=True, slots=True)
class Hop:
    """A gateway on the way. `opens` is whether TLS ends there, so that the next one sees the gateway's identity."""

    gateway: Server
    port: int
    sni: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """An end of a way.

    Attributes:
        host, destination_port, subset: the destination of the route.
        weight: its share among the destinations of the route.
        priority: 0 is preferred; of gateways on the way, the first one's.
        server: the pods; None for an address outside, or where nothing is reached.
        address: the address that is called; empty for pods that are called directly.
        port: the port of the server, or of the address.
        via: the gateways on the way.
        identity: who the server sees; empty without mTLS.
        mtls: whether the last connection is mTLS.
        obstacle: why nothing arrives.
        admission: whether the server takes the requests; None where nothing stands before it, or nothing arrives.
    """

    host: str
    destination_port: int
    subset: str = ""
    weight: int = 1
    priority: int = 0
    server: Server | None = None
    address: str = ""
    port: int = 0
    via: tuple[Hop, ...] = ()
    identity: str = ""
    mtls: bool = False
    obstacle: Obstacle | None = None
    admission: Admission | None = field(default=None)

    @property
    def arrives(self) -> bool:
        """Whether at least some requests are served."""
        return self.obstacle is None and (self.admission is None or self.admission.verdict is not Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of the way on which one client makes the TLS.

    Attributes:
        identity: the client's.
        upstream: what it calls, with the identities that it accepts.
        authority: the host that requests are for.
        arrival: what is known of the end so far.
        mtls: whether the client makes mTLS.
    """

    identity: str
    upstream: Upstream
    authority: str
    arrival: Arrival
    mtls: bool = False


class Followed:
    """Ways, followed to their ends."""

    def __init__(self, planes: Callable[[str], ControlPlane], passages: Passages) -> None:
        self._planes, self._passages = planes, passages
        self._admissions: dict[tuple[int, str, bool], tuple[Gate, Admission]] = {}

    def of(self, rule: Rule | ConnectionRule, identity: str, authority: str) -> tuple[Arrival, ...]:
        """The ends of a rule's ways, each once.

        Args:
            rule: the rule.
            identity: the SPIFFE ID of the client.
            authority: the host that requests are for.
        """
        found = (
            arrival
            for way in rule.ways
            for arrival in self._way(way, identity, authority, Arrival(way.host, way.port, way.subset, way.weight))
        )
        return tuple(dict.fromkeys(found))

    def _way(self, way: Way, identity: str, authority: str, arrival: Arrival) -> Iterator[Arrival]:
        if way.upstream is None:
            yield replace(arrival, obstacle=Obstacle.NO_SUCH_DESTINATION)
            return
        if not way.upstream.endpoints:
            if way.upstream.original:
                yield replace(arrival, port=way.port)
            else:
                yield replace(arrival, obstacle=Obstacle.NO_ENDPOINTS)
            return
        for endpoint in way.upstream.endpoints:
            priority = arrival.priority if arrival.via else endpoint.priority
            first = replace(arrival, priority=priority, address=endpoint.address, mtls=endpoint.mtls)
            yield from self._endpoint(endpoint, _Leg(identity, way.upstream, authority, first, endpoint.mtls))

    def _endpoint(self, endpoint: Endpoint, leg: _Leg) -> Iterator[Arrival]:
        leg = replace(leg, arrival=replace(leg.arrival, port=endpoint.port))
        if endpoint.behind:
            for passage in endpoint.behind:
                yield from self._passage(passage, leg)
        elif endpoint.server is None:
            yield leg.arrival
        else:
            yield self._arrive(endpoint.server, endpoint.port, leg)

    def _passage(self, passage: Passage, leg: _Leg) -> Iterator[Arrival]:
        if passage.mode == DIRECT:
            yield self._arrive(passage.gateway, passage.port, leg)
            return
        if any(hop.gateway is passage.gateway and (hop.port, hop.sni) == (passage.port, passage.sni)
               for hop in leg.arrival.via):  # fmt: skip
            yield replace(leg.arrival, obstacle=Obstacle.CIRCLE)
            return
        if passage.upstream is None and leg.authority != leg.upstream.host:  # its routes are those for the authority
            passage = self._passages.through(passage.gateway, passage.port, passage.sni, leg.authority)
        opens = bool(passage.rules or passage.connections)
        hop = Hop(passage.gateway, passage.port, passage.sni, opens)
        arrival = replace(leg.arrival, via=(*leg.arrival.via, hop))
        if passage.obstacle is not None:
            yield replace(arrival, obstacle=passage.obstacle)
        elif passage.upstream is not None:
            if not passage.upstream.endpoints:
                yield replace(arrival, obstacle=Obstacle.NO_ENDPOINTS)
            for endpoint in passage.upstream.endpoints:
                yield from self._endpoint(endpoint, replace(leg, arrival=arrival))
        else:
            yield from self._opened(passage, replace(leg, arrival=arrival))

    def _opened(self, passage: Passage, leg: _Leg) -> Iterator[Arrival]:
        """Beyond a gateway where TLS ends: it must be one that the client accepts, and it admits for itself."""
        arrived = self._arrive(passage.gateway, passage.port, leg)
        if not arrived.arrives:
            yield arrived
            return
        rules: tuple[Rule | ConnectionRule, ...] = (*passage.rules, *passage.connections)
        for way in (way for rule in rules for way in rule.ways):
            onward = replace(leg.arrival, weight=leg.arrival.weight * way.weight)
            yield from self._way(way, passage.gateway.identity, leg.authority, onward)

    def _arrive(self, server: Server, port: int, leg: _Leg) -> Arrival:
        identity = leg.identity if leg.mtls else ""
        arrival = replace(leg.arrival, server=server, port=port, identity=identity)
        if server.proxy is ProxyKind.NONE:
            return replace(arrival, obstacle=Obstacle.TAKES_NO_MUTUAL_TLS if leg.mtls else None)
        gate = self._planes(server.cluster).gates.of(server, port)
        obstacle = _obstacle(server, gate, leg)
        if obstacle is not None:
            return replace(arrival, obstacle=obstacle)
        return replace(arrival, admission=self._admission(gate, identity, leg.upstream.protocol))

    def _admission(self, gate: Gate, identity: str, protocol: str) -> Admission:
        key = (id(gate), identity, may_be_http(protocol))
        if key not in self._admissions:
            self._admissions[key] = (gate, gate.admission(identity, http=may_be_http(protocol)))
        return self._admissions[key][1]


def _obstacle(server: Server, gate: Gate, leg: _Leg) -> Obstacle | None:
    """Why the two sides' TLS does not fit; a gateway's servers say themselves what they take."""
    taken = MutualTls.PERMISSIVE if server.proxy is ProxyKind.GATEWAY else gate.mutual_tls
    if not leg.mtls:
        plain = leg.upstream.tls.mode in (TlsMode.AUTO, TlsMode.DISABLE)
        return Obstacle.NEEDS_MUTUAL_TLS if taken is MutualTls.STRICT and plain else None
    if taken is MutualTls.DISABLE:
        return Obstacle.TAKES_NO_MUTUAL_TLS
    names = leg.upstream.tls.names
    if names and server.identity and server.identity not in names:
        return Obstacle.WRONG_IDENTITY
    domain = leg.identity.removeprefix("spiffe://").partition("/")[0]
    if gate.domains is not None and domain and domain not in gate.domains:
        return Obstacle.UNTRUSTED_DOMAIN
    return None
