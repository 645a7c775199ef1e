"""What a caller reaches under a host and port, in a form that can be compared and read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from fedlib.reach.arrivals import Arrival
from fedlib.reach.gates import Admission, Verdict
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller, ConnectionRule, Knowledge, Reached, Rule, Server, Upstream, Way


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """Where requests are served.

    Attributes:
        place: `cluster/namespace/workload`, or the address and port outside.
        via: the gateways on the way, in the same form.
        rank: 0 is preferred; others follow when all before them are unhealthy. Where pods of a workload have several,
            because they are in several localities, the first.
        partly: whether the server takes only some of the requests.
    """

    place: str
    via: tuple[str, ...] = ()
    rank: int = 0
    partly: bool = False

    def __str__(self) -> str:
        """For people."""
        gateways = "".join(f" through {one}" for one in self.via)
        order = f" (fallback {self.rank})" if self.rank > 1 else " (fallback)" if self.rank else ""
        return f"{self.place}{gateways}{order}{' (some requests only)' if self.partly else ''}"


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller reaches.

    Attributes:
        destinations: where its requests are served, sorted; none: nowhere.
        why: why they are served nowhere, or nowhere that the mesh knows; empty otherwise.
        reached: what its proxy does with them.
        admissions: what servers let through, without repetition.
    """

    destinations: tuple[Destination, ...]
    why: str
    reached: Reached
    admissions: frozenset[Admission]

    @property
    def answers(self) -> bool:
        """Whether the caller's own proxy answers some requests: with a redirect, or directly."""
        return any(rule.redirect or rule.response for rule in self.reached.rules)


AnyRules = Sequence[Rule | ConnectionRule]


class Accesses:
    """What callers reach in a mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._ends: dict[tuple[Hashable, ...], Access] = {}

    def of(self, caller: Caller, host: str, port: int) -> Access:
        """What a caller reaches under a host and port."""
        reached = self._mesh.reach(caller, host, port)
        if reached.knowledge is not Knowledge.KNOWN:
            return Access((), _UNKNOWN[reached.knowledge], reached, frozenset())
        key = (host, self._mesh.kin.identity(caller.identity), _leading(reached))
        found = self._ends.get(key)
        if found is None:  # it keeps `reached` and so its upstreams, so that nothing else gets their ids
            found = self._ends[key] = self._follow(caller, host, reached)
        return found if found.reached is reached else replace(found, reached=reached)

    def _follow(self, caller: Caller, host: str, reached: Reached) -> Access:
        arrivals = list(self._mesh.arrivals(caller, reached, host))
        destinations = tuple(_destinations(one for one in arrivals if one.arrives))
        why = "" if destinations else _why(arrivals)
        found = Access(destinations, why, reached, frozenset(one.admission for one in arrivals if one.admission))
        return replace(found, why="its own proxy answers") if found.answers and not arrivals else found


def _leading(reached: Reached) -> Hashable:
    """Where rules lead, and whether any answer: all that decides about the ends."""
    rules: AnyRules = (*reached.rules, *reached.connections)
    return tuple(
        (
            isinstance(rule, Rule) and bool(rule.redirect or rule.response),
            *((way.host, way.port, way.subset, way.weight, id(way.upstream)) for way in rule.ways),
        )
        for rule in rules
    )


_UNKNOWN = {
    Knowledge.PASSED_ON: "unknown to its proxy: requests go where DNS says",
    Knowledge.REFUSED: "unknown to its proxy, which lets nothing through",
}


def _destinations(arrivals: Iterable[Arrival]) -> list[Destination]:
    """The ends of ways, each once, with ranks that leave out none."""
    first: dict[Destination, int] = {}
    for one in arrivals:
        found = _destination(one)
        first[found] = min(one.priority, first.get(found, one.priority))
    ranks = {priority: rank for rank, priority in enumerate(sorted(set(first.values())))}
    return sorted(replace(one, rank=ranks[priority]) for one, priority in first.items())


def _destination(arrival: Arrival) -> Destination:
    outside = f"{arrival.address}:{arrival.port}" if arrival.address else f"the address called, port {arrival.port}"
    place = _place(arrival.server) if arrival.server else outside
    partly = arrival.admission is not None and arrival.admission.verdict is Verdict.DEPENDS
    return Destination(place, tuple(_place(hop.gateway) for hop in arrival.via), partly=partly)


def _place(server: Server) -> str:
    return f"{server.cluster}/{server.namespace}/{server.workload or 'pods of no known workload'}"


def _why(arrivals: Iterable[Arrival]) -> str:
    found = {one.obstacle.value if one.obstacle else f"refused by {_place(one.server)}" if one.server else ""
             for one in arrivals}  # fmt: skip
    return ", ".join(sorted(found - {""})) or "no endpoints"


class ChangedParts:
    """What differs on the way to the same destinations. Upstreams, which many share, are compared once."""

    def __init__(self) -> None:
        self._upstreams: dict[tuple[int, int], tuple[tuple[Upstream, Upstream], tuple[str, ...]]] = {}

    def of(self, before: Access, after: Access) -> tuple[str, ...]:
        """The names of parts, sorted."""
        old, new = before.reached, after.reached
        found = set(self._rules(old.rules, new.rules)) | set(self._rules(old.connections, new.connections))
        if (old.addresses, old.allocated) != (new.addresses, new.allocated):
            found.add("addresses")
        if before.admissions != after.admissions:
            found.add("admission")
        return tuple(sorted(found))

    def _rules(self, before: AnyRules, after: AnyRules) -> Iterator[str]:
        """`routes` where there are more or fewer rules."""
        if len(before) != len(after):
            yield "routes"
            return
        for old, new in zip(before, after, strict=True):
            for name in _PARTS[type(old)]:
                if getattr(old, name) != getattr(new, name):
                    yield name
            yield from self._ways(old.ways, new.ways, "routes")
            if isinstance(old, Rule) and isinstance(new, Rule):
                if [share for _, share in old.mirrors] != [share for _, share in new.mirrors]:
                    yield "mirrors"
                yield from self._ways([way for way, _ in old.mirrors], [way for way, _ in new.mirrors], "mirrors")

    def _ways(self, before: Sequence[Way], after: Sequence[Way], whole: str) -> Iterator[str]:
        """The hosts and shares, or what proxies do on the way; `whole` where they lead to others."""
        if [(one.host, one.port, one.subset) for one in before] != [(one.host, one.port, one.subset) for one in after]:
            yield whole
            return
        for old, new in zip(before, after, strict=True):
            if old.weight != new.weight:
                yield "weights"
            if old.headers != new.headers:
                yield "headers"
            if old.upstream is not None and new.upstream is not None:
                yield from self._upstream(old.upstream, new.upstream)
            elif old.upstream is not new.upstream:
                yield "endpoints"

    def _upstream(self, old: Upstream, new: Upstream) -> tuple[str, ...]:
        key = (id(old), id(new))
        if key not in self._upstreams:  # both are kept, so that nothing else gets their ids
            parts = [one.name for one in fields(old) if getattr(old, one.name) != getattr(new, one.name)]
            self._upstreams[key] = ((old, new), tuple(parts))
        return self._upstreams[key][1]


_LED = ("ways", "mirrors")
_PARTS = {kind: tuple(one.name for one in fields(kind) if one.compare and one.name not in _LED)
          for kind in (Rule, ConnectionRule)}  # fmt: skip
