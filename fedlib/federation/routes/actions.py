"""Actions of routes that Istio cannot express as they are written.

Source: the field comments of `ForwardToAction` and `DirectResponseAction`, and Istio's validation of VirtualServices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fedlib.config.route_table import DirectResponse, ForwardTo, HTTPRoute, Redirect
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics.source import Step

Problem = tuple[tuple[Step, ...], str, str]
"""Where something is wrong below the route, what, and what to do."""


def route_action(route: HTTPRoute) -> ForwardTo | Redirect | DirectResponse | None:
    """What a route does; None where that is not translated."""
    return route.forward_to or route.redirect or route.direct_response


def action_problems(route: HTTPRoute) -> Iterator[Problem]:
    """What is wrong with a route's action."""
    if route.forward_to is not None:
        yield from _rewrites(route.forward_to)
    answer = route.direct_response
    if answer is not None and answer.status < 200:
        problem = f"a proxy cannot answer with the status {answer.status}, which is an interim one"
        yield ("directResponse", "status"), problem, "use a status from 200 to 599"


def _rewrites(forward: ForwardTo) -> Iterator[Problem]:
    if forward.path_rewrite == "":
        problem = "pathRewrite is empty, which rewrites nothing"
        yield ("forwardTo", "pathRewrite"), problem, "write / to cut a prefix off, or leave it out"
    if forward.regex_rewrite is not None and not forward.regex_rewrite.substitution:
        problem = "regexRewrite without a substitution, which Istio refuses"
        yield ("forwardTo", "regexRewrite"), problem, r"keep a part of the path with a group, such as \1"


def replaces_whole_path(forward: ForwardTo, matchers: Iterable[HTTPRequestMatcher]) -> bool:
    """Whether pathRewrite meets a matcher by regex: Envoy then replaces the whole path."""
    return bool(forward.path_rewrite) and any(m.uri is not None and m.uri.regex is not None for m in matchers)


def doubtful_rewrite(forward: ForwardTo, matchers: Iterable[HTTPRequestMatcher]) -> tuple[str, str] | None:
    """A path and what pathRewrite makes of it, where a slash is doubled or lost between the two parts."""
    rewrite = forward.path_rewrite
    for prefix in (matcher.uri.prefix for matcher in matchers if matcher.uri is not None):
        if rewrite and prefix and prefix != "/" and prefix.endswith("/") != rewrite.endswith("/"):
            rest = "x" if prefix.endswith("/") else "/x"
            return prefix + rest, rewrite + rest
    return None
