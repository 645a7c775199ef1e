"""Routes that no request reaches, because earlier ones of the same VirtualService take them all.

Source: `istioctl analyze` reports the same for VirtualServices (IST0130 and IST0131); here it names the RouteTables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.delegation import FlatRoute
from fedlib.federation.matchers import covers_path
from fedlib.federation.route import SourceLabels

_ANY = (HTTPRequestMatcher(),)


def report_unreachable(routes: Sequence[FlatRoute], report: Report) -> None:
    """Report routes, or single matchers of them, that earlier routes hide."""
    for index, route in enumerate(routes):
        matchers = route.matchers or _ANY
        hidden = [_hiding(routes[:index], route, matcher) for matcher in matchers]
        first = next((one for one in hidden if one is not None), None)
        if first is None:
            continue
        location = route.table.resource.at(*route.path)
        subject = route.table.ref
        related = () if first.table.ref == subject else (first.table.ref,)
        if all(hidden):
            report.add(
                catalogue.ROUTE_UNREACHABLE, subject, location, related=related,
                route=route.name, earlier=first.name,
            )  # fmt: skip
        else:
            report.add(
                catalogue.ROUTE_MATCHER_HIDDEN, subject, location, related=related,
                route=route.name, earlier=first.name, number=1 + hidden.index(first),
            )  # fmt: skip


def _hiding(earlier: Sequence[FlatRoute], route: FlatRoute, matcher: HTTPRequestMatcher) -> FlatRoute | None:
    """The first earlier route that takes all requests of a matcher of `route`."""
    for one in earlier:
        if _uses_all(one.source_labels, route.source_labels) and any(_covers(m, matcher) for m in one.matchers or _ANY):
            return one
    return None


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
