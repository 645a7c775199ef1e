"""Routes that no request reaches, because earlier ones of the same VirtualService take them all.

Source: `istioctl analyze` reports the same for VirtualServices (IST0130 and IST0131); here it names the RouteTables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.routes.delegation import FlatRoute
from fedlib.federation.routes.earlier_matchers import EarlierMatchers, conditions
from fedlib.snapshot.allowance import Allowance

MAX_COMPARISONS: Final = 400_000
"""Of all root tables of one workspace."""

_ANY = (HTTPRequestMatcher(),)


@dataclass(slots=True)
class UnreachableRoutes:
    """Reports routes, or single matchers of them, that earlier routes hide; of one root table after the other."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_COMPARISONS))

    def check(self, routes: Sequence[FlatRoute]) -> None:
        """Check the routes of a root table, as far as its workspace may have them compared."""
        owner = routes[0].tables[0].workspace if routes else ""
        counts = Counter(one for route in routes for matcher in route.matchers for one in conditions(matcher))
        earlier = EarlierMatchers(counts, self._allowed.left(owner))
        for number, route in enumerate(routes):
            matchers = route.matchers or _ANY
            hidden = [earlier.hiding(matcher, route.source_labels) for matcher in matchers]
            if earlier.left < 0:
                self._report_stop(route)
                break
            for matcher in matchers:
                earlier.add(number, matcher, route.source_labels)
            first = next((one for one in hidden if one is not None), None)
            if first is not None:
                self._report_hidden(route, routes[first], None if None not in hidden else 1 + hidden.index(first))
        self._allowed.take(owner, self._allowed.left(owner) - max(earlier.left, 0))

    def _report_hidden(self, route: FlatRoute, earlier: FlatRoute, number: int | None) -> None:
        """Report a route, or one of its matchers by its number from 1."""
        location, subject = route.table.resource.at(*route.path), route.table.ref
        report = route.told(self.report)
        if number is None:
            report.add(
                catalogue.ROUTE_UNREACHABLE, subject, location,
                route=route.name, earlier=earlier.name,
            )  # fmt: skip
        else:
            report.add(
                catalogue.ROUTE_MATCHER_HIDDEN, subject, location,
                route=route.name, earlier=earlier.name, number=number,
            )  # fmt: skip

    def _report_stop(self, route: FlatRoute) -> None:
        root = route.tables[0].table
        self.report.add(
            catalogue.NOT_COMPARED, root.ref, root.at("http"),
            what=f"the routes from '{route.name}' on", workspace=route.tables[0].workspace, limit=self._allowed.limit,
            advice="let routes differ in their paths: those that share one are compared by everything else",
        )  # fmt: skip
