"""The matchers of routes that are tried first, found by what they ask for and not one by one."""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fedlib.config.selectors import HTTPRequestMatcher, StringMatch
from fedlib.federation.model.route import SourceLabels
from fedlib.federation.routes.matchers import covers_path, path_beginning

Condition = tuple[Hashable, ...]
"""What a matcher asks for beside the path."""

_PathKey = tuple[str, str]
_Pods = tuple[frozenset[tuple[str, str]], ...]
_ANY: Final = ("any", "")
_EXPRESSIONS: Final = ("expressions", "")
_EXPRESSION_COST: Final = 20
"""Trying an expression on a path takes as long as so many other comparisons."""


def conditions(matcher: HTTPRequestMatcher) -> frozenset[Condition]:
    """What a matcher asks for beside the path."""
    found: set[Condition] = {("header", h.name, h.value, h.regex, h.invert_match) for h in matcher.headers}
    found.update(("parameter", p.name, p.value, p.regex) for p in matcher.query_parameters)
    if matcher.method:
        found.add(("method", matcher.method))
    if matcher.port is not None:
        found.add(("port", matcher.port))
    return frozenset(found)


class _Earlier(NamedTuple):
    """A matcher, and the number of its route."""

    number: int
    uri: StringMatch | None
    wanted: frozenset[Condition]
    source_labels: SourceLabels


@dataclass(slots=True)
class EarlierMatchers:
    """Finds matchers that take all requests of another one.

    They are filed by their path, and below that by the condition that is rarest in the table. `left` is the number of
    comparisons that may still be made; it is negative once they did not suffice.
    """

    counts: Mapping[Condition, int]
    left: int
    _filed: dict[_PathKey, dict[Condition | None, list[_Earlier]]] = field(default_factory=dict)
    _known: set[tuple[_PathKey, frozenset[Condition], _Pods]] = field(default_factory=set)
    _keys_of_pods: dict[int, tuple[SourceLabels, _Pods]] = field(default_factory=dict)
    _lengths: dict[str, list[int]] = field(default_factory=lambda: {"prefix": [], "any-case prefix": []})
    """How long the prefixes are, sorted: so a long path is looked up no more often than there are prefixes."""

    def add(self, number: int, matcher: HTTPRequestMatcher, source_labels: SourceLabels) -> None:
        """Take up a matcher of the route with this number. One that says the same as an earlier one adds nothing."""
        key, wanted = _key(matcher.uri), conditions(matcher)
        same = (key, wanted, self._pods(source_labels))
        if same in self._known:
            return
        self._known.add(same)
        kind, text = key
        lengths = self._lengths.get(kind, [])
        position = bisect.bisect_left(lengths, len(text))
        if lengths[position : position + 1] != [len(text)]:
            lengths.insert(position, len(text))
        rarest = min(wanted, key=lambda one: (self.counts.get(one, 0), repr(one)), default=None)
        for place in (key, _EXPRESSIONS) if kind == "expression" else (key,):
            filed = self._filed.setdefault(place, {}).setdefault(rarest, [])
            filed.append(_Earlier(number, matcher.uri, wanted, source_labels))

    def _pods(self, source_labels: SourceLabels) -> _Pods:
        """A key for the pods that source labels mean; thousands of matchers share one list of labels."""
        known = self._keys_of_pods.get(id(source_labels))
        if known is None:
            known = (source_labels, tuple(frozenset(labels.items()) for labels in source_labels))
            self._keys_of_pods[id(source_labels)] = known
        return known[1]

    def hiding(self, matcher: HTTPRequestMatcher, source_labels: SourceLabels) -> int | None:
        """The number of the first route that takes all requests of a matcher; None also where `left` is too little."""
        given = conditions(matcher)
        first: int | None = None
        for key in self._keys(matcher.uri):
            filed = self._filed.get(key, {})
            self.left -= 1 + (len(given) if filed else 0)
            cost = _EXPRESSION_COST if key == _EXPRESSIONS else 1
            for condition in (None, *given) if filed else ():
                for one in filed.get(condition, ()):
                    if self.left < 0:
                        return None
                    if first is not None and one.number >= first:
                        break
                    self.left -= cost + len(one.source_labels) * len(source_labels)
                    if self._covers(one, matcher.uri, given, source_labels):
                        first = one.number
        return first

    def _keys(self, uri: StringMatch | None) -> Iterator[_PathKey]:
        """Where what covers a path is filed."""
        yield _ANY
        if uri is None:
            return
        begins = path_beginning(uri)
        for kind, text in (("prefix", begins), ("any-case prefix", begins.lower())):
            lengths = self._lengths[kind]
            for length in lengths[: bisect.bisect_right(lengths, len(text))]:
                yield kind, text[:length]
        if uri.exact is not None:
            yield from (("exact", begins), ("any-case exact", begins.lower()), _EXPRESSIONS)
        if uri.regex is not None:
            yield "expression", uri.regex

    def _covers(
        self, one: _Earlier, uri: StringMatch | None, given: frozenset[Condition], source_labels: SourceLabels
    ) -> bool:
        """Whether every request that fits is surely one that the earlier matcher takes."""
        return one.wanted <= given and covers_path(one.uri, uri) and _uses_all(one.source_labels, source_labels)


def _key(uri: StringMatch | None) -> _PathKey:
    if uri is None or uri.prefix in ("", "/"):
        return _ANY
    if uri.regex is not None:
        return "expression", uri.regex
    kind, text = ("exact", uri.exact) if uri.exact is not None else ("prefix", uri.prefix or "")
    return (f"any-case {kind}", text.lower()) if uri.ignore_case else (kind, text)


def _uses_all(outer: SourceLabels, inner: SourceLabels) -> bool:
    """Whether every pod of `inner` is one of `outer`."""
    if not outer or outer is inner:
        return True
    return bool(inner) and all(any(wanted.items() <= labels.items() for wanted in outer) for labels in inner)
