"""A request, and whether matchers of routes and tests of AuthorizationPolicies hold for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fedlib.reach.access_rules import AccessRule, Test
from fedlib.reach.model import Condition, Match


@dataclass(frozen=True, slots=True)
class Request:
    """A request as proxies see it.

    Attributes:
        method: its method.
        path: its path with the query.
        host: its authority.
        headers: its headers by lower-case name.
        claims: the claims of its verified token; None: it has none.
        scheme: `http` or `https`.
    """

    method: str = "GET"
    path: str = "/"
    host: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    claims: Mapping[str, object] | None = field(default=None, hash=False)
    scheme: str = "http"


def matches(match: Match, request: Request) -> bool:
    """Whether a request meets all conditions of a rule."""
    return all(_meets(one, request, ignore_case=match.ignore_case) for one in match.conditions)


def _meets(condition: Condition, request: Request, *, ignore_case: bool) -> bool:
    path, _, query = request.path.partition("?")
    found: str | None
    if condition.part == "header":
        found = request.headers.get(condition.name)
        if found is None and condition.inverted and condition.operator != "present":
            found = ""  # `treat_missing_header_as_empty`
    elif condition.part == "query":
        found = next(iter(parse_qs(query, keep_blank_values=True).get(condition.name, ())), None)
    else:
        parts = {"uri": path, "method": request.method, "authority": request.host, "scheme": request.scheme}
        found = parts[condition.part]
    folded = ignore_case and condition.part == "uri"
    return (found is not None and _compare(condition, found, ignore_case=folded)) != condition.inverted


def _compare(condition: Condition, found: str, *, ignore_case: bool) -> bool:
    value = condition.value
    if condition.operator == "regex":
        return _fits(value, found, re.IGNORECASE if ignore_case else re.NOFLAG)
    if ignore_case:
        value, found = value.lower(), found.lower()
    comparisons: Mapping[str, Callable[[], bool]] = {
        "present": lambda: True,
        "exact": lambda: found == value,
        "prefix": lambda: found.startswith(value),
    }
    return comparisons[condition.operator]()


def _fits(expression: str, value: str, flags: re.RegexFlag) -> bool:
    """RE2 and Python agree on what people write; an expression that Python does not take fits nothing."""
    try:
        return re.fullmatch(expression, value, flags) is not None
    except re.error:
        return False


def holds(rule: AccessRule, request: Request) -> bool:
    """Whether what is left of a rule holds for a request."""
    return all(
        not groups or any(all(_passes(test, request) for test in group) for group in groups)
        for groups in (rule.peers, rule.operations)
    )


def _passes(test: Test, request: Request) -> bool:
    """An attribute that the request does not tell has no value."""
    found = _values(test.attribute, request)
    if test.values and not any(_like(value, one) for value in test.values for one in found):
        return False
    return not any(_like(value, one) for value in test.excluded for one in found)


def _values(attribute: str, request: Request) -> list[str]:
    claims = request.claims or {}
    if attribute == "path":
        return [request.path.partition("?")[0]]
    if attribute == "method":
        return [request.method]
    if attribute == "host":
        return [request.host]
    if attribute == "request.auth.principal":
        return [f"{claims['iss']}/{claims['sub']}"] if {"iss", "sub"} <= claims.keys() else []
    name = attribute.partition("[")[2].rstrip("]")
    if attribute.startswith("request.headers"):
        value = request.headers.get(name.lower())
        return [value] if value is not None else []
    if attribute.startswith("request.auth"):
        return _claim(claims, {"request.auth.audiences": "aud", "request.auth.presenter": "azp"}.get(attribute, name))
    return []


def _claim(claims: Mapping[str, object], name: str) -> list[str]:
    found: object = claims
    for part in name.split("]["):
        found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return [str(one) for one in listed]


def _like(pattern: str, value: str) -> bool:
    """`*` alone is any value; at one end it stands for any characters. Paths may have `{*}` and `{**}`."""
    if "{*" in pattern:
        return re.fullmatch(_template(pattern), value) is not None
    if pattern == "*":
        return bool(value)
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return value == pattern


def _template(pattern: str) -> str:
    parts = re.split(r"(\{\*\*?\})", pattern)
    return "".join({"{*}": "[^/]+", "{**}": ".*"}.get(part, re.escape(part)) for part in parts)
