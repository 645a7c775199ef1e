"""A difference as text for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from fedlib.diagnostics.finding import printable
from fedlib.diff.access import Destination
from fedlib.diff.difference import Difference, Effect, Fact
from fedlib.diff.objects import Change, ObjectChange

MOST_LINES: Final = 20
"""Lines of a section, unless all are asked for."""

_TITLES: Final = {
    Effect.LOST: "What callers lose",
    Effect.GAINED: "What callers gain",
    Effect.MOVED: "Where requests go elsewhere",
    Effect.HANDLED: "What else changes on the way",
}
_MARKS: Final = {Change.ADDED: "+", Change.CHANGED: "~", Change.REMOVED: "-"}


def difference_lines(found: Difference, *, every: bool = False) -> Iterator[str]:
    """The lines: first what callers lose, last the objects.

    Args:
        found: what changes.
        every: whether all lines are wanted, and not the first of each section alone.
    """
    if not found.facts and not found.objects:
        yield "Nothing changes."
        return
    for effect, title in _TITLES.items():
        facts = [one for one in found.facts if one.effect is effect]
        if facts:
            lines = list(_fact_lines(facts))
            yield from _section(title, lines, every=every)
    if not found.facts:
        yield "Nothing changes for callers."
    if found.objects:
        yield from _counts(found.objects)
        yield from _section("Objects", [_object_line(one) for one in found.objects], every=every)


def _section(title: str, lines: Sequence[str], *, every: bool) -> Iterator[str]:
    yield f"{title} ({len(lines)})"
    shown = len(lines) if every or len(lines) <= MOST_LINES + 1 else MOST_LINES
    yield from (f"  {printable(line)}" for line in lines[:shown])
    if shown < len(lines):
        yield f"  and {len(lines) - shown} more, shown with --all"


def _fact_lines(facts: Iterable[Fact]) -> Iterator[str]:
    """A line for all who have the same to read of a host."""
    together: dict[tuple[str, str, tuple[int, ...], str], list[Fact]] = defaultdict(list)
    for one in facts:
        simple = one.effect in (Effect.LOST, Effect.GAINED)
        together[one.workspace, one.host, one.ports, one.why if simple else _what(one)].append(one)
    for (workspace, host, ports, what), listed in together.items():
        owner = f"workspace {workspace}" if workspace else "no workspace"
        callers = _grouped(caller for one in listed for caller in one.callers)
        said = _served(listed) if listed[0].effect in (Effect.LOST, Effect.GAINED) else what
        yield f"{owner}: {callers} -> {host}:{','.join(map(str, ports))}: {said}"


def _grouped(callers: Iterable[str]) -> str:
    """`shop-web, shop-backend (eu, us)`: each namespace or workload, those of the same clusters together."""
    clusters: dict[str, set[str]] = defaultdict(set)
    for one in callers:
        cluster, _, rest = one.partition("/")
        clusters[rest].add(cluster)
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for rest, found in sorted(clusters.items()):
        together[tuple(sorted(found))].append(rest)
    return ", ".join(f"{', '.join(listed)} ({', '.join(found)})" for found, listed in together.items())


def _served(facts: Sequence[Fact]) -> str:
    """By whom callers were served, or are; the ways of single ones are in the JSON."""
    places = sorted({each.place for one in facts for each in (*one.before, *one.after)})
    if facts[0].effect is Effect.LOST:
        return f"was served by {', '.join(places)}; now {facts[0].why}"
    return f"is served by {', '.join(places)}; before {facts[0].why}"


def _what(fact: Fact) -> str:
    if fact.effect is Effect.HANDLED:
        return ", ".join(fact.parts)
    gone = [one for one in fact.before if one not in fact.after]
    new = [one for one in fact.after if one not in fact.before]
    return "; ".join(f"{word} {_listed(some)}" for word, some in (("no longer", gone), ("now", new)) if some)


def _listed(destinations: Iterable[Destination]) -> str:
    return " and ".join(map(str, destinations))


def _counts(objects: Iterable[ObjectChange]) -> Iterator[str]:
    """How many objects come, change and go, by cluster, namespace and workspace."""
    yield "Objects by place"
    for (cluster, namespace, workspace), changes in groupby(sorted(objects, key=_place), key=_place):
        kinds = [one.change for one in changes]
        numbers = ", ".join(f"{kinds.count(kind)} {kind.value}" for kind in Change if kind in kinds)
        owner = f" (workspace {workspace})" if workspace else ""
        yield f"  {printable(f'{cluster}/{namespace}{owner}')}: {numbers}"


def _place(one: ObjectChange) -> tuple[str, str, str]:
    return one.ref.cluster, one.ref.namespace, one.workspace


def _object_line(one: ObjectChange) -> str:
    fields = f": {', '.join(one.fields)}" if one.fields else ""
    return f"{_MARKS[one.change]} {one.ref}{fields}"
