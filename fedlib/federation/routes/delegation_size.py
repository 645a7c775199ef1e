"""How many routes a table stands for with all below it, known before any of them is made.

Tables that each delegate twice to the next double with each step, so counting must not walk every way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.model import Model
from fedlib.config.route_table import HTTPRoute
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.config.untranslated import untranslated_below
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.source import Step
from fedlib.federation.routes.delegates import select_delegates
from fedlib.federation.routes.tables import RouteTables, Table
from fedlib.snapshot.allowance import Allowance

MAX_DEPTH: Final = 32
MAX_ROUTES: Final = 10_000
"""Of one root table, with all below it: a route counts for each of its matchers and for each 200 bytes that it has, and
each table as one more. Routes below a matcher by an expression count ten times: that takes longer to combine."""
MAX_DELEGATED: Final = 20_000
"""Of all root tables of one workspace, without the routes that are written in them."""
MAX_SELECTED: Final = 50_000
"""Tables that all delegating routes of one workspace select together; one that two select counts twice."""


@dataclass(slots=True)
class Delegates:
    """The tables that delegating routes select, each asked for once, and the number of routes below a table."""

    tables: RouteTables
    report: Report
    _chosen: dict[tuple[Ref, tuple[Step, ...]], list[Table] | None] = field(default_factory=dict)
    _children: dict[Ref, list[tuple[HTTPRoute, Table]]] = field(default_factory=dict)
    _sizes: dict[Ref, int] = field(default_factory=dict)
    _selected: Allowance = field(default_factory=lambda: Allowance(MAX_SELECTED))

    def below(self, table: Table, path: tuple[Step, ...], route: HTTPRoute) -> list[Table] | None:
        """The tables that a delegating route selects, see `select_delegates`."""
        assert route.delegate is not None
        key = (table.ref, path)
        if key not in self._chosen:
            self._chosen[key] = select_delegates(
                table, path, route.delegate, self.tables, self._selected, self.report
            )  # fmt: skip
        return self._chosen[key]

    def too_large(self, table: Table) -> Table | None:
        """The innermost table, `table` or one below, that alone stands for more routes than a root may have."""
        if self._size(table, 0) <= MAX_ROUTES:
            return None
        for _ in range(MAX_DEPTH):
            large = (child for _, child in self.children(table) if self._size(child, 0) > MAX_ROUTES)
            inner = next(large, None)
            if inner is None:
                break
            table = inner
        return table

    def _size(self, table: Table, depth: int) -> int:
        """The number of routes, or one that is more than `MAX_ROUTES`; of tables in a circle, each counts once."""
        if depth > MAX_DEPTH:
            return 1  # nothing is made of it, whatever is below
        if table.ref not in self._sizes:
            self._sizes[table.ref] = 1
            found = count_routes(table, 1)
            for route, child in self.children(table):
                found += ways(route.matchers) * self._size(child, depth + 1)
                if found > MAX_ROUTES:
                    break
            self._sizes[table.ref] = found
        return self._sizes[table.ref]

    def children(self, table: Table) -> list[tuple[HTTPRoute, Table]]:
        """The routes of a table that delegate and can be translated, with each of the tables that they select."""
        if table.ref not in self._children:
            self._children[table.ref] = [
                (route, child)
                for index, route in enumerate(table.spec.http)
                if route.delegate is not None and next(untranslated_below(route), None) is None
                for child in self.below(table, ("http", index), route) or ()
            ]
        return self._children[table.ref]


def count_routes(table: Table, times: int) -> int:
    """What a table counts below so many ways to it."""
    return 1 + times * sum(max(1, len(route.matchers)) + _weight(route) for route in table.spec.http)


def ways(matchers: Sequence[HTTPRequestMatcher]) -> int:
    """How often what is below a route with these matchers counts."""
    expressions = sum(1 for one in matchers if one.uri is not None and one.uri.regex is not None)
    return max(1, len(matchers)) + 9 * expressions + sum(map(_weight, matchers))


def _weight(model: Model) -> int:
    return len(model.model_dump_json(exclude_defaults=True)) // 200
