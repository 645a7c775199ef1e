"""What changes for callers, host by host, and the objects that make it so."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from fedlib.diff.access import Access, Accesses, ChangedParts, Destination
from fedlib.diff.objects import ObjectChange, changed_objects
from fedlib.diff.side import Side
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller
from fedlib.reach.proxies import ProxyKind

Place = tuple[str, str]


class Effect(enum.StrEnum):
    """What a change is for callers."""

    LOST = "lost"
    """They were served, and are not any more, or for some requests only."""
    GAINED = "gained"
    """They were not served, or for some requests only, and are now."""
    MOVED = "moved"
    """They are served elsewhere, in another order, or by more or fewer."""
    HANDLED = "handled"
    """They are served by the same, and something on the way, or what their own proxy answers, differs."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that changes for callers.

    Attributes:
        effect: what it is for them.
        workspace: the callers' workspace; empty for none.
        callers: who they are, as `cluster/namespace`, or `cluster/namespace/workload` where not all of it are meant.
        host: what they call.
        ports: on which ports.
        before, after: where they are served.
        why: why they are not served, on the side where they are not.
        parts: what differs on the way (HANDLED).
    """

    effect: Effect
    workspace: str
    callers: tuple[str, ...]
    host: str
    ports: tuple[int, ...]
    before: tuple[Destination, ...] = ()
    after: tuple[Destination, ...] = ()
    why: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changes. `facts` are in the order of `Effect`, then by workspace, host and callers."""

    facts: tuple[Fact, ...]
    objects: tuple[ObjectChange, ...]


def difference(before: Side, after: Side) -> Difference:
    """Compare two sides.

    Callers are the workloads with a sidecar that are on both sides; of a namespace without workloads, a pod of which
    nothing is known. Hosts are those of Services and ServiceEntries that their proxies know.
    """
    return Difference(tuple(_facts(before, after)), changed_objects(before.contents, after.contents))


_ORDER: Final = tuple(Effect)


def _facts(before: Side, after: Side) -> list[Fact]:
    grouped: dict[Fact, dict[Place, list[str]]] = defaultdict(lambda: defaultdict(list))
    sizes: dict[Place, int] = {}
    comparison = _Comparison(before.mesh, after.mesh)
    for place in _places(before.mesh, after.mesh):
        workspace = after.owners.get(place) or before.owners.get(place, "")
        for alike in _callers(before.mesh, after.mesh, place):
            names = [new.workload for _, new in alike]
            sizes[place] = sizes.get(place, 0) + len(names)
            for fact in comparison.changes(*alike[0]):
                grouped[replace(fact, workspace=workspace)][place].extend(names)
    found = [replace(fact, callers=tuple(_named(by_place, sizes))) for fact, by_place in grouped.items()]
    return sorted(
        _joined(found), key=lambda one: (_ORDER.index(one.effect), one.workspace, one.host, one.ports, one.callers)
    )


def _places(before: Mesh, after: Mesh) -> list[Place]:
    """The namespaces of both."""
    clusters = [name for name in after.clusters if name in before.clusters]
    return [
        (name, namespace)
        for name in clusters
        for namespace in after.namespaces(name)
        if namespace in before.namespaces(name)
    ]


def _callers(before: Mesh, after: Mesh, place: Place) -> list[list[tuple[Caller, Caller]]]:
    """The callers of a namespace, as they are on each side, those together that nothing tells apart on either."""
    old = {one.workload: one for one in before.callers(*place) if one.proxy is ProxyKind.SIDECAR}
    together: dict[Hashable, list[tuple[Caller, Caller]]] = defaultdict(list)
    for new in after.callers(*place):
        if new.proxy is ProxyKind.SIDECAR and new.workload in old:
            same = old[new.workload]
            together[before.kin.of(same), after.kin.of(new)].append((same, new))
    return list(together.values())


class _Comparison:
    """Two meshes, compared caller by caller."""

    def __init__(self, before: Mesh, after: Mesh) -> None:
        self._before, self._after = before, after
        self._old, self._new = Accesses(before), Accesses(after)
        self._parts = ChangedParts()

    def changes(self, before: Caller, after: Caller) -> Iterator[Fact]:
        """What changes for a caller, without saying whose it is."""
        for host in sorted({*self._before.hosts(before), *self._after.hosts(after)}):
            for port in sorted({*self._before.ports(before, host), *self._after.ports(after, host)}):
                found = self._fact(self._old.of(before, host, port), self._new.of(after, host, port))
                if found is not None:
                    yield replace(found, host=host, ports=(port,))

    def _fact(self, old: Access, new: Access) -> Fact | None:
        """What changes under a host and port, without saying which."""
        blank = Fact(Effect.HANDLED, "", (), "", (), old.destinations, new.destinations)
        if old.destinations and not new.destinations:
            return replace(blank, effect=Effect.LOST, why=new.why)
        if new.destinations and not old.destinations:
            return replace(blank, effect=Effect.GAINED, why=old.why)
        if old.destinations != new.destinations:
            return _partly(blank) or replace(blank, effect=Effect.MOVED)
        served = bool(new.destinations) or old.answers or new.answers
        parts = self._parts.of(old, new) if served else ()
        return replace(blank, parts=parts) if parts else None


def _partly(fact: Fact) -> Fact | None:
    """Where the same servers serve, and on one side some of them take some requests only."""
    if [replace(one, partly=False) for one in fact.before] != [replace(one, partly=False) for one in fact.after]:
        return None
    before, after = (any(one.partly for one in some) for some in (fact.before, fact.after))
    if before == after:
        return None
    return replace(fact, effect=Effect.LOST if after else Effect.GAINED, why="for some requests only")


def _named(by_place: Mapping[Place, list[str]], sizes: Mapping[Place, int]) -> Iterator[str]:
    for (cluster, namespace), workloads in sorted(by_place.items()):
        if len(workloads) == sizes[cluster, namespace]:
            yield f"{cluster}/{namespace}"
        else:
            yield from (f"{cluster}/{namespace}/{one}" for one in sorted(workloads))


def _joined(facts: Iterable[Fact]) -> list[Fact]:
    """Facts that differ in their port alone are one."""
    ports: dict[Fact, list[int]] = defaultdict(list)
    for fact in facts:
        ports[replace(fact, ports=())].extend(fact.ports)
    return [replace(fact, ports=tuple(sorted(listed))) for fact, listed in ports.items()]
