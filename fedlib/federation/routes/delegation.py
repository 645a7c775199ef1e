"""Delegation: the routes of a root RouteTable and of all tables below it, in one list.

Source: the field comments of Gloo's `DelegateAction`. Istio's own delegation does not nest and does not cross
`exportTo`, so the tables become one VirtualService.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from fedlib.config.resource import Resource
from fedlib.config.route_table import Delegate, HTTPRoute, RouteTableSpec, SortMethod
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.config.untranslated import untranslated_below
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.model.route import SourceLabels, TableLabels
from fedlib.federation.routes import delegation_size
from fedlib.federation.routes.delegation_size import Delegates
from fedlib.federation.routes.matchers import ConflictError, combine_matchers
from fedlib.federation.routes.names import route_names, table_suffix
from fedlib.federation.routes.tables import RouteTables, Table, both_labels, source_labels
from fedlib.snapshot.allowance import Allowance

Through = tuple[Resource[RouteTableSpec], tuple[Step, ...]]
"""A table, and where a delegating route stands in its spec."""


@dataclass(frozen=True, slots=True)
class FlatRoute:
    """A route with what it has from the tables above it. A `broken` one answers 500.

    Attributes:
        name: its name in the VirtualService.
        table: its own table.
        path: where it stands in that table's spec.
        route: the route as it is written.
        tables: the tables from the root to its own, with the labels by which policies select it.
        matchers: its own and those above, ANDed.
        source_labels: the sidecars that use it.
        broken: whether it cannot be translated.
        through: where the root's workspace delegates to the route's own one; None where that is the same.
    """

    name: str
    table: Table
    path: tuple[Step, ...]
    route: HTTPRoute
    tables: tuple[TableLabels, ...]
    matchers: tuple[HTTPRequestMatcher, ...]
    source_labels: SourceLabels
    broken: bool = False
    through: Through | None = None

    def told(self, report: Report) -> Report:
        """The report for the route as a part of its root: whoever delegates to others is told about theirs."""
        return _told(self.through, report)


@dataclass(frozen=True, slots=True)
class _Above:
    """What a table has from the delegating route above it."""

    tables: tuple[TableLabels, ...] = ()
    matchers: tuple[HTTPRequestMatcher, ...] = ()
    source_labels: SourceLabels = ()
    broken: bool = False
    through: Through | None = None


@dataclass(slots=True)
class Delegation:
    """Flattens one root table after the other; what cannot be is reported."""

    tables: RouteTables
    report: Report
    used: set[Ref] = field(default_factory=set)
    """The tables that any other delegates to."""
    seen: set[Ref] = field(default_factory=set)
    """The tables that roots of their own workspace lead to; their owners were told what is wrong."""
    _delegates: Delegates = field(init=False)
    _allowed: Allowance = field(default_factory=lambda: Allowance(delegation_size.MAX_DELEGATED))
    """What the root tables of each workspace may have by delegation, all together."""
    _left: int = 0
    """How many more matches of routes the root table may have."""

    def __post_init__(self) -> None:
        """Selections of tables are kept: many routes may delegate to one table that delegates on."""
        self._delegates = Delegates(self.tables, self.report)

    def flatten(self, root: Table) -> tuple[FlatRoute, ...]:
        """All routes of a root table, in the order in which they are tried, each with a name of its own."""
        self._left = delegation_size.MAX_ROUTES
        routes = self._expand(root, _Above()) or []
        counts: Counter[str] = Counter()
        named = []
        for route in routes:
            counts[route.name] += 1
            count = counts[route.name] - 1
            named.append(replace(route, name=f"duplicate-{route.name}-{count}") if count else route)
        return tuple(named)

    def _expand(self, table: Table, above: _Above) -> list[FlatRoute] | None:
        """The routes of a table; None where one of them contradicts what is above, which is reported."""
        report = _told(above.through, self.report)
        if above.through is None:
            self.seen.add(table.ref)
        if not self._is_within_limits(table, above):
            self._pass_over(table)
            return None
        above = self._with_own_labels(table, above)
        inherited = above.tables[-1].labels if above.tables else {}
        suffix = table_suffix([*(one.table.ref for one in above.tables), table.ref])
        names = route_names(table, report)
        expanded: list[FlatRoute] = []
        fits = True
        for index, route in enumerate(table.spec.http):
            path: tuple[Step, ...] = ("http", index)
            try:
                matchers = combine_matchers(above.matchers, route.matchers)
            except ConflictError as problem:
                report.add(
                    catalogue.DELEGATE_MATCHER_CONFLICT, table.ref, table.resource.at(*path, "matchers"),
                    related=(above.tables[-1].table.ref,),
                    route=route.name or f"http[{index}]", parent=above.tables[-1].table.ref, problem=problem,
                )  # fmt: skip
                fits = False
                continue
            labels = {**inherited, **table.resource.labels, **route.labels}
            chain = (*above.tables, TableLabels(table.resource, table.workspace, labels))
            name = f"{names[index]}-{suffix}" if names[index] else suffix
            flat = FlatRoute(
                name, table, path, route, chain, matchers, above.source_labels, above.broken, above.through
            )  # fmt: skip
            expanded += [flat] if route.delegate is None else self._delegate(flat, route.delegate)
        return expanded if fits else None

    def _is_within_limits(self, table: Table, above: _Above) -> bool:
        """Whether a table may be part of its root; what is too much is reported there."""
        root = above.tables[0].table if above.tables else table.resource
        count = delegation_size.count_routes(table, delegation_size.ways(above.matchers))
        self._left -= count
        problem = ""
        if len(above.tables) >= delegation_size.MAX_DEPTH:
            problem = f"is more than {delegation_size.MAX_DEPTH} tables deep"
        elif self._left < 0 and above.tables:
            problem = f"gives more than {delegation_size.MAX_ROUTES} routes"
        if problem:
            self.report.add(catalogue.DELEGATION_TOO_LARGE, root.ref, root.at("http"), root=root.ref, problem=problem)
            return False
        if not above.tables or self._allowed.take(above.tables[0].workspace, count):
            return True
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, root.ref, root.at("http"),
            problem="the table has too many routes by delegation", workspace=above.tables[0].workspace,
            limit=self._allowed.limit, advice="let one root table with all hosts delegate, in place of several",
        )  # fmt: skip
        return False

    def _with_own_labels(self, table: Table, above: _Above) -> _Above:
        both = both_labels(above.source_labels, source_labels(table.spec))
        if both is not None:
            return replace(above, source_labels=both)
        _told(above.through, self.report).add(
            catalogue.DELEGATE_WORKLOAD_CONFLICT, table.ref, table.resource.at("workloadSelectors"),
            parent=above.tables[-1].table.ref,
        )  # fmt: skip
        return replace(above, broken=True)

    def _delegate(self, flat: FlatRoute, delegate: Delegate) -> list[FlatRoute]:
        """The routes that a delegating route stands for: those of the tables that it selects, in their order."""
        if not self._is_translated(flat):
            return [replace(flat, broken=True)]
        chosen = self._delegates.below(flat.table, flat.path, flat.route)
        above = _Above(flat.tables, flat.matchers, flat.source_labels, flat.broken)
        expanded: list[FlatRoute] = []
        fits = chosen is not None
        for table in chosen or ():
            self.used.add(table.ref)
            if any(table.ref == one.table.ref for one in flat.tables):
                flat.told(self.report).add(
                    catalogue.DELEGATE_CYCLE, flat.table.ref, flat.table.resource.at(*flat.path, "delegate"),
                    tables=" -> ".join(f"{one.table.ref}" for one in flat.tables), table=table.ref,
                )  # fmt: skip
                fits = False
                continue
            below = replace(above, through=_through(flat, table))
            routes = self._expand(table, below) if self._is_small_enough(table, flat) else None
            fits = fits and routes is not None
            expanded += routes or ()
        if not fits:
            return [replace(flat, broken=True)]
        if delegate.sort_method is SortMethod.ROUTE_SPECIFICITY:
            expanded.sort(key=lambda route: _specificity(route.matchers))
        return expanded

    def _is_small_enough(self, table: Table, flat: FlatRoute) -> bool:
        """Whether no table below gives too many routes by itself: that is reported to whoever wrote it."""
        found = self._delegates.too_large(table)
        root = flat.tables[0]
        if found is None:
            return True
        problem = f"gives more than {delegation_size.MAX_ROUTES} routes"
        where = root.table if found.workspace == root.workspace else found.resource
        self.report.add(catalogue.DELEGATION_TOO_LARGE, where.ref, where.at("http"), root=where.ref, problem=problem)
        self._pass_over(table)
        return False

    def _pass_over(self, table: Table) -> None:
        """Count a table and all of its workspace below it as seen: that they are too many was reported."""
        self.seen.add(table.ref)
        found = [table]
        while found:
            children = (child for _, child in self._delegates.children(found.pop()))
            new = {one.ref: one for one in children if one.workspace == table.workspace and one.ref not in self.seen}
            self.seen.update(new)
            found += new.values()

    def _is_translated(self, flat: FlatRoute) -> bool:
        """Whether all fields of a delegating route are."""
        return not any(untranslated_below(flat.route))


def _through(flat: FlatRoute, child: Table) -> Through | None:
    """Where the root's workspace delegates to a table of another one."""
    if child.workspace == flat.tables[0].workspace:
        return None
    return flat.through or (flat.table.resource, (*flat.path, "delegate"))


def _told(through: Through | None, report: Report) -> Report:
    return report if through is None else report.told_to((through[0].ref, partial(through[0].at, *through[1])))


def _specificity(matchers: Iterable[HTTPRequestMatcher]) -> tuple[int, int]:
    """Sorts routes by their most specific path: exact, regex, prefix; longer ones first, but for a regex."""
    ranks = []
    for matcher in matchers:
        uri = matcher.uri
        if uri is not None and uri.exact is not None:
            ranks.append((0, -len(uri.exact)))
        elif uri is not None and uri.regex is not None:
            ranks.append((1, 0))
        else:
            ranks.append((2, -len(uri.prefix or "") if uri is not None else 0))
    return min(ranks, default=(2, 0))
