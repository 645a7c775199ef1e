"""Routes of several tables for one host of a gateway that match the same requests.

Istio joins the VirtualServices of a host on a gateway in the order in which they were created. That does not matter
where no request matches routes of two of them: so teams share a host, each with paths of its own.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.selectors import HeaderMatcher, HTTPRequestMatcher, QueryParameterMatcher, StringMatch
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import path_text
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.routes.binding import Binding
from fedlib.federation.routes.delegation import FlatRoute
from fedlib.federation.routes.matchers import path_beginning, show_path
from fedlib.federation.routes.tables import Table
from fedlib.snapshot.allowance import Allowance

MAX_COMPARED: Final = 200_000
"""Matchers of the tables of a workspace on shared hosts, and pairs of those of two workspaces that are held against
each other. What goes beyond it is reported, as if it matched."""

_INDEXED: Final = 200
"""Characters at the beginning of paths by which the other matchers are found."""

_ANY: Final = (HTTPRequestMatcher(),)

_Shared = dict[tuple[Ref, tuple[int, ...]], list[tuple[str, VirtualGateway]]]
"""By the tables that share them, which are given by their numbers, and the VirtualGateway: hosts and gateways."""


def report_overlaps(
    tables: Sequence[Table],
    bindings: Mapping[Ref, tuple[Binding, ...]],
    routes: Mapping[Ref, tuple[FlatRoute, ...]],
    report: Report,
) -> None:
    """Report the first route of each table that matches requests of another table on a gateway.

    Args:
        tables: the root tables, the oldest first.
        bindings: where each is bound.
        routes: the routes of each.
        report: takes the findings.
    """
    bound: dict[tuple[Ref, str, str], list[tuple[int, VirtualGateway]]] = defaultdict(list)
    for number, table in enumerate(tables):
        for binding in bindings[table.ref]:
            for gateway in binding.gateways:
                for host in binding.hosts:
                    bound[gateway.service.ref, gateway.name, host].append((number, gateway))
    for groups in (_of_one_workspace, _of_several):
        allowed = Allowance(MAX_COMPARED)
        shared: _Shared = defaultdict(list)
        for (_, _, host), listed in sorted(bound.items(), key=lambda item: item[0]):
            gateway = listed[0][1]
            for numbers in groups([number for number, _ in listed], tables):
                shared[gateway.resource.ref, numbers].append((host, gateway))
        for (_, numbers), places in shared.items():
            host, gateway = places[0]
            together = _Together(host, gateway, bindings, allowed, report, across=groups is _of_several)
            for number in numbers:
                together.add(tables[number], routes[tables[number].ref])


def _of_one_workspace(numbers: Iterable[int], tables: Sequence[Table]) -> Iterator[tuple[int, ...]]:
    """The tables of each workspace that has several: what others have there changes no finding of it."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        found[tables[number].workspace].append(number)
    yield from (tuple(listed) for listed in found.values() if len(listed) > 1)


def _of_several(numbers: Iterable[int], tables: Sequence[Table]) -> Iterator[tuple[int, ...]]:
    """All tables, if they are those of several workspaces."""
    listed = tuple(numbers)
    if len({tables[number].workspace for number in listed}) > 1:
        yield listed


@dataclass(frozen=True, slots=True)
class _Matched:
    """A matcher of a route, the table that is bound, and the listeners' ports to which it is limited."""

    table: Table
    route: FlatRoute
    matcher: HTTPRequestMatcher
    ports: tuple[int, ...]


@dataclass(slots=True)
class _Known:
    """The matchers of a workspace's tables."""

    unread: _Matched | None = None
    """Of a table whose matchers are too many."""
    _begins: list[str] = field(default_factory=list)
    """How the paths of all matchers begin, sorted."""
    _by_beginning: dict[str, list[_Matched]] = field(default_factory=lambda: defaultdict(list))

    def add(self, matched: Iterable[_Matched]) -> None:
        """Take matchers up."""
        for one in matched:
            begins = _beginning(one.matcher)
            if begins not in self._by_beginning:
                insort(self._begins, begins)
            self._by_beginning[begins].append(one)

    def candidates(self, begins: str) -> Iterator[_Matched]:
        """The matchers whose paths may begin in the same way: with a part of it, or with it."""
        for length in range(len(begins)):
            yield from self._by_beginning.get(begins[:length], ())
        for place in range(bisect_left(self._begins, begins), len(self._begins)):
            if not self._begins[place].startswith(begins):
                break
            yield from self._by_beginning[self._begins[place]]


@dataclass(slots=True)
class _Together:
    """The tables of a host, one after the other: of one workspace, or (`across`) each against those of others."""

    host: str
    gateway: VirtualGateway
    bindings: Mapping[Ref, tuple[Binding, ...]]
    allowed: Allowance
    report: Report
    across: bool
    _known: dict[str, _Known] = field(default_factory=lambda: defaultdict(_Known))

    def add(self, table: Table, routes: Sequence[FlatRoute]) -> None:
        """Hold a table against those before it."""
        ports = next(
            binding.ports
            for binding in self.bindings[table.ref]
            if self.host in binding.hosts and self.gateway in binding.gateways
        )
        matched = [_Matched(table, route, matcher, ports) for route in routes for matcher in route.matchers or _ANY]
        if not matched:
            return
        self._check(table.workspace, matched)
        known = self._known[table.workspace]
        if self.allowed.take(table.workspace, len(matched)):
            known.add(matched)
        else:
            known.unread = known.unread or matched[0]

    def _check(self, workspace: str, matched: Iterable[_Matched]) -> None:
        before = [(name, known) for name, known in self._known.items() if self.across == (name != workspace)]
        for one in matched:
            for name, known in before:
                if known.unread is not None:
                    self._report(one, known.unread)
                    return
                pair = "/".join(sorted((workspace, name)))
                for other in known.candidates(_beginning(one.matcher)):
                    if not self.allowed.take(pair) or _meet(one, other):
                        self._report(one, other)
                        return

    def _report(self, one: _Matched, other: _Matched) -> None:
        """Report two routes: to their workspace if both tables are its own, and otherwise to that of the gateway."""
        subject, location = self.gateway.resource.ref, self.gateway.resource.at()
        if one.table.workspace == other.table.workspace:
            index = one.table.spec.hosts.index(self.host)
            subject, location = one.table.ref, one.table.resource.at("hosts", index)
        self.report.add(
            catalogue.ROUTE_GATEWAY_SHARED, subject, location,
            host=self.host, route=_shown(other), table=other.table.ref, other=_shown(one), other_table=one.table.ref,
            gateway=self.gateway.resource.ref,
        )  # fmt: skip


def _shown(matched: _Matched) -> str:
    route, uri = matched.route, matched.matcher.uri
    return f"'{route.route.name or path_text(route.path)}' ({show_path(uri) if uri else 'any path'})"


def _beginning(matcher: HTTPRequestMatcher) -> str:
    return path_beginning(matcher.uri)[:_INDEXED].lower() if matcher.uri else ""


def _meet(one: _Matched, other: _Matched) -> bool:
    """Whether some request may match both."""
    a, b = one.matcher, other.matcher
    limited = one.ports and other.ports and not set(one.ports) & set(other.ports)
    return (
        not limited
        and (not a.method or not b.method or a.method == b.method)
        and (a.port is None or b.port is None or a.port == b.port)
        and _paths_meet(a.uri, b.uri)
        and not any(_exclude(x, y) for x in a.headers for y in b.headers if x.name.lower() == y.name.lower())
        and not any(_exclude(x, y) for x in a.query_parameters for y in b.query_parameters if x.name == y.name)
    )


def _paths_meet(one: StringMatch | None, other: StringMatch | None) -> bool:
    """Whether some path may match both; of an expression only the beginning is looked at."""
    if one is None or other is None:
        return True
    first, second = path_beginning(one), path_beginning(other)
    if one.ignore_case or other.ignore_case:
        first, second = first.lower(), second.lower()
    if one.exact is not None:
        return first == second if other.exact is not None else first.startswith(second)
    if other.exact is not None:
        return second.startswith(first)
    return first.startswith(second) or second.startswith(first)


def _exclude(one: HeaderMatcher | QueryParameterMatcher, other: HeaderMatcher | QueryParameterMatcher) -> bool:
    """Whether no request can satisfy two conditions on one header or query parameter."""
    if one.regex or other.regex:
        return False
    inverted = [isinstance(each, HeaderMatcher) and each.invert_match for each in (one, other)]
    if inverted[0] != inverted[1]:
        wanted, unwanted = (other, one) if inverted[0] else (one, other)
        return not unwanted.value or wanted.value == unwanted.value
    return not inverted[0] and bool(one.value and other.value) and one.value != other.value
