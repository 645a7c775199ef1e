"""Matchers of delegating and delegated routes, ANDed into one that Istio can express.

Source: the field comment of Gloo's `HTTPRoute.matchers`: a delegated route matches what both its own and the parent's
matchers match, and a conflict is the delegating route's. A VirtualService has one condition for the path and one for
each header, so some combinations that are no contradiction cannot be written either.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import re2

from fedlib.config.selectors import HeaderMatcher, HTTPRequestMatcher, QueryParameterMatcher, StringMatch

Condition = TypeVar("Condition", HeaderMatcher, QueryParameterMatcher)

_SPECIAL: Final = frozenset(".^$*+?()[]{}|\\")
_OPTIONAL: Final = frozenset("*?{")

LONGEST_REGEX: Final = 256
LONGEST_PATH: Final = 512
REGEX_MEMORY: Final = 1 << 20
"""Characters of an expression and of a path up to which one is tried on the other, and bytes for that. RE2 takes at the
worst as many steps as the product of both; of what is longer it is not known whether it matches."""


class ConflictError(Exception):
    """Why two matchers have no combination."""


def combine_matchers(
    parents: Sequence[HTTPRequestMatcher], children: Sequence[HTTPRequestMatcher]
) -> tuple[HTTPRequestMatcher, ...]:
    """What matches one of the parents and one of the children; none at all stands for all requests.

    Raises:
        ConflictError: when one of the children fits none of the parents.
    """
    if not parents or not children:
        return tuple(parents or children)
    combined: dict[HTTPRequestMatcher, None] = {}
    for child in children:
        found, problems = [], []
        for parent in parents:
            try:
                found.append(_combine(parent, child))
            except ConflictError as problem:
                problems.append(str(problem))
        if not found:
            raise ConflictError(problems[0])
        combined.update(dict.fromkeys(found))
    return tuple(combined)


def _combine(parent: HTTPRequestMatcher, child: HTTPRequestMatcher) -> HTTPRequestMatcher:
    return HTTPRequestMatcher(
        uri=_paths(parent.uri, child.uri),
        headers=_conditions("header", parent.headers, child.headers),
        query_parameters=_conditions("query parameter", parent.query_parameters, child.query_parameters),
        method=_same("method", parent.method, child.method) or "",
        port=_same("port", parent.port, child.port),
    )


Value = TypeVar("Value", str, int | None)


def _same(what: str, parent: Value, child: Value) -> Value:
    if parent and child and parent != child:
        raise ConflictError(f"the {what} {child} is not the delegating route's {parent}")
    return child or parent


def _conditions(what: str, parents: Iterable[Condition], children: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions by name: the stricter one of two that ask for presence and for a value; others must be equal."""
    combined = {_key(condition): condition for condition in parents}
    for child in children:
        parent = combined.setdefault(_key(child), child)
        _, inverted = _key(child)
        if parent.value and child.value and (parent.value, parent.regex) != (child.value, child.regex):
            raise ConflictError(f"the {what} '{child.name}' has another value in the delegating route")
        if bool(child.value) != inverted:
            combined[_key(child)] = child
    return tuple(combined.values())


def _key(condition: HeaderMatcher | QueryParameterMatcher) -> tuple[str, bool]:
    if isinstance(condition, HeaderMatcher):
        return condition.name.lower(), condition.invert_match
    return condition.name, False


def _paths(parent: StringMatch | None, child: StringMatch | None) -> StringMatch | None:
    if parent is None or child is None or parent == child:
        return child or parent
    if covers_path(parent, child):
        return child
    if covers_path(child, parent):
        return parent
    raise ConflictError(f"the path {show_path(child)} is not within the delegating route's {show_path(parent)}")


def covers_path(outer: StringMatch | None, inner: StringMatch | None) -> bool:
    """Whether every path that `inner` matches is surely one that `outer` matches."""
    if outer is None or outer.prefix in ("", "/"):
        return True
    if inner is None:
        return False
    if outer == inner:
        return True
    if outer.regex is not None:
        return inner.exact is not None and not inner.ignore_case and _regex_matches(outer.regex, inner.exact)
    if inner.ignore_case and not outer.ignore_case:
        return False
    wanted, given = outer.exact if outer.prefix is None else outer.prefix, path_beginning(inner)
    if wanted is None:
        return False
    if outer.ignore_case:
        wanted, given = wanted.lower(), given.lower()
    return given.startswith(wanted) if outer.prefix is not None else inner.exact is not None and given == wanted


def show_path(match: StringMatch) -> str:
    """A path condition in a few words."""
    for kind, value in (("exact", match.exact), ("prefix", match.prefix), ("regex", match.regex)):
        if value is not None:
            return f"{kind} {value}"
    return "any"


def path_beginning(match: StringMatch) -> str:
    """With what every path that matches surely begins."""
    return (match.exact or match.prefix or "") if match.regex is None else _literal_beginning(match.regex)


@functools.lru_cache(maxsize=1024)
def _literal_beginning(regex: str) -> str:
    """The characters before the first special one; nothing where the whole is a choice of several."""
    plain = regex.removeprefix("^")
    end = next((index for index, character in enumerate(plain) if character in _SPECIAL), len(plain))
    optional = end < len(plain) and plain[end] in _OPTIONAL
    return "" if _has_alternatives(regex) else plain[: max(end - 1, 0) if optional else end]


def _has_alternatives(regex: str) -> bool:
    """Whether there is a `|` outside of groups and classes."""
    depth, within, escaped = 0, False, False
    for character in regex:
        if escaped or character == "\\":
            escaped = not escaped
        elif within:
            within = character != "]"
        elif character == "[":
            within = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth <= 0:
            return True
    return False


def _regex_matches(regex: str, path: str) -> bool:
    """Whether RE2, which the proxies use and which never backtracks, matches the whole path."""
    if len(regex) > LONGEST_REGEX or len(path) > LONGEST_PATH:
        return False
    options = re2.Options()
    options.log_errors, options.max_mem = False, REGEX_MEMORY
    try:
        return re2.fullmatch(regex, path, options) is not None
    except re2.error:
        return False
