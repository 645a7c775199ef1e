"""Routes that no request reaches, because earlier ones of the same VirtualService take them all.

Source: `istioctl analyze` reports the same for VirtualServices (IST0130 and IST0131); here it names the RouteTables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fedlib.config.selectors import HTTPRequestMatcher, StringMatch
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.model.route import SourceLabels
from fedlib.federation.routes.delegation import FlatRoute
from fedlib.federation.routes.matchers import covers_path, path_beginning

_ANY = (HTTPRequestMatcher(),)


def report_unreachable(routes: Sequence[FlatRoute], report: Report) -> None:
    """Report routes, or single matchers of them, that earlier routes hide."""
    earlier = _Earlier()
    for route in routes:
        hidden = [earlier.hiding(route, matcher) for matcher in route.matchers or _ANY]
        earlier.add(route)
        first = next((one for one in hidden if one is not None), None)
        if first is None:
            continue
        location = route.table.resource.at(*route.path)
        subject = route.table.ref
        if all(hidden):
            report.add(
                catalogue.ROUTE_UNREACHABLE, subject, location,
                route=route.name, earlier=first.name,
            )  # fmt: skip
        else:
            report.add(
                catalogue.ROUTE_MATCHER_HIDDEN, subject, location,
                route=route.name, earlier=first.name, number=1 + hidden.index(first),
            )  # fmt: skip


@dataclass(slots=True)
class _Earlier:
    """The matchers of earlier routes by path, so that a table of thousands of routes is checked in little time.

    `plain` holds those by a prefix or an exact path in which case matters, `others` the rest.
    """

    plain: dict[tuple[bool, str], list[tuple[int, FlatRoute, HTTPRequestMatcher]]] = field(default_factory=dict)
    others: list[tuple[int, FlatRoute, HTTPRequestMatcher]] = field(default_factory=list)
    count: int = 0

    def add(self, route: FlatRoute) -> None:
        """Take a route up."""
        self.count += 1
        for matcher in route.matchers or _ANY:
            uri = matcher.uri or StringMatch(prefix="")
            found = self.others
            if uri.regex is None and not uri.ignore_case:
                found = self.plain.setdefault((uri.exact is not None, uri.exact or uri.prefix or ""), [])
            found.append((self.count, route, matcher))

    def hiding(self, route: FlatRoute, matcher: HTTPRequestMatcher) -> FlatRoute | None:
        """The first earlier route that takes all requests of a matcher of `route`."""
        begins = path_beginning(matcher.uri) if matcher.uri else ""
        keys = [(False, begins[:length]) for length in range(len(begins) + 1)] + [(False, "/"), (True, begins)]
        listed = [*self.others, *(entry for key in dict.fromkeys(keys) for entry in self.plain.get(key, ()))]
        found = (
            (number, one)
            for number, one, outer in listed
            if _uses_all(one.source_labels, route.source_labels) and _covers(outer, matcher)
        )
        return min(found, key=lambda entry: entry[0], default=(0, None))[1]


def _uses_all(outer: SourceLabels, inner: SourceLabels) -> bool:
    """Whether every pod of `inner` is one of `outer`."""
    return not outer or (bool(inner) and all(any(_subset(wanted, labels) for wanted in outer) for labels in inner))


def _subset(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in wanted.items())


def _covers(outer: HTTPRequestMatcher, inner: HTTPRequestMatcher) -> bool:
    """Whether every request that `inner` matches is surely one that `outer` matches."""
    return (
        covers_path(outer.uri, inner.uri)
        and outer.method in ("", inner.method)
        and outer.port in (None, inner.port)
        and all(header in inner.headers for header in outer.headers)
        and all(parameter in inner.query_parameters for parameter in outer.query_parameters)
    )
