"""HTTP routes of VirtualServices: matches, and what is done with the requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fedlib.config.route_table import DirectResponse, ForwardTo, Redirect, RedirectResponseCode
from fedlib.config.selectors import HeaderMatcher, HTTPRequestMatcher, StringMatch
from fedlib.federation.model.route import Route
from fedlib.istio.virtual_services.caller import Caller, matches_of
from fedlib.istio.virtual_services.mirror import mirrors
from fedlib.istio.virtual_services.route_destination import Target, targets
from fedlib.istio.virtual_services.route_policies import header_operations, route_policies

REDIRECT_CODES: Final[Mapping[RedirectResponseCode, int]] = {
    RedirectResponseCode.MOVED_PERMANENTLY: 301,
    RedirectResponseCode.FOUND: 302,
    RedirectResponseCode.SEE_OTHER: 303,
    RedirectResponseCode.TEMPORARY_REDIRECT: 307,
    RedirectResponseCode.PERMANENT_REDIRECT: 308,
}


def http_route(route: Route, cluster: str, callers: Sequence[Caller]) -> dict[str, Any] | None:
    """A route as callers in a cluster use it; None where it is for other ports than theirs."""
    translated: dict[str, Any] = {"name": route.name}
    matches: list[dict[str, Any]] = []
    for matcher in route.matchers or (HTTPRequestMatcher(),):
        matches += matches_of(callers, _match(matcher), matcher.port)
    if not matches:
        return None
    if any(matches):
        translated["match"] = matches
    translated.update(_action(route, cluster))
    translated.update(route_policies(route.policies, forwards="route" in translated))
    if "route" in translated:
        translated.update(mirrors(route, cluster))
    return translated


def _action(route: Route, cluster: str) -> dict[str, Any]:
    match route.action:
        case Redirect():
            return {"redirect": _redirect(route.action)}
        case DirectResponse():
            body = {"body": {"string": route.action.body}} if route.action.body else {}
            return {"directResponse": {"status": route.action.status, **body}}
        case ForwardTo():
            found = targets(route.destinations, cluster)
            if found:
                return _forward(route.action, found)
    return {"directResponse": {"status": 500}}


def _redirect(redirect: Redirect) -> dict[str, Any]:
    translated: dict[str, Any] = {"redirectCode": REDIRECT_CODES[redirect.response_code]}
    if redirect.host_redirect is not None:
        translated["authority"] = redirect.host_redirect
    if redirect.path_redirect is not None:
        translated["uri"] = redirect.path_redirect
    return translated


def _forward(forward: ForwardTo, found: Sequence[Target]) -> dict[str, Any]:
    """Sends requests on. Envoy's own automatic rewrite of hosts does nothing for Services, so the host is written."""
    hosts = sorted({target.destination["host"] for target in found})
    own_host = bool(forward.auto_host_rewrite) and len(hosts) > 1
    rewrite: dict[str, Any] = {}
    if forward.host_rewrite is not None:
        rewrite["authority"] = forward.host_rewrite
    elif forward.auto_host_rewrite and not own_host:
        rewrite["authority"] = hosts[0]
    if forward.path_rewrite is not None:
        rewrite["uri"] = forward.path_rewrite
    if forward.regex_rewrite is not None:
        regex = forward.regex_rewrite
        rewrite["uriRegexRewrite"] = {"match": regex.pattern.regex, "rewrite": regex.substitution}
    entries = [_entry(target, own_host=own_host, alone=len(found) == 1) for target in found]
    return {"rewrite": rewrite, "route": entries} if rewrite else {"route": entries}


def _entry(target: Target, *, own_host: bool, alone: bool) -> dict[str, Any]:
    """A destination of a route, with the headers that are changed for it alone."""
    entry = {**target.entry(weighted=not alone), **header_operations(target.policies)}
    if own_host:
        headers = entry.get("headers", {})
        request = {**headers.get("request", {}), "set": {":authority": target.destination["host"]}}
        entry["headers"] = {**headers, "request": request}
    return entry


def _match(matcher: HTTPRequestMatcher) -> dict[str, Any]:
    match: dict[str, Any] = {}
    if matcher.uri is not None:
        match["uri"] = _string_match(matcher.uri)
        if matcher.uri.ignore_case:
            match["ignoreUriCase"] = True
    headers = {h.name.lower(): _header(h) for h in matcher.headers if not h.invert_match}
    without = {h.name.lower(): _header(h) for h in matcher.headers if h.invert_match}
    if headers:
        match["headers"] = headers
    if without:
        match["withoutHeaders"] = without
    if matcher.query_parameters:
        match["queryParams"] = {
            parameter.name: _value(parameter.value, parameter.regex) for parameter in matcher.query_parameters
        }
    if matcher.method:
        match["method"] = {"exact": matcher.method}
    return match


def _string_match(match: StringMatch) -> dict[str, str]:
    found = {"exact": match.exact, "prefix": match.prefix, "regex": match.regex}
    return {key: value for key, value in found.items() if value is not None}


def _header(header: HeaderMatcher) -> dict[str, str]:
    return _value(header.value, header.regex)


def _value(value: str, regex: bool) -> dict[str, str]:  # noqa: FBT001 - the schema's own flag
    """No value means that the header or parameter is present, which Istio writes as an empty match."""
    if not value:
        return {}
    return {"regex" if regex else "exact": value}
