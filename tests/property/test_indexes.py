"""What is found in an index is what a look at each thing would find: indexes are there for time alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlib.config.gloo import ObjectSelector, ResourceKind, ResourceSelector
from fedlib.config.selectors import HeaderMatcher, HTTPRequestMatcher, QueryParameterMatcher, StringMatch
from fedlib.diagnostics import Ref
from fedlib.diagnostics.left_out import LeftOut
from fedlib.federation.model.host_patterns import host_patterns
from fedlib.federation.routes.earlier_matchers import EarlierMatchers, conditions
from fedlib.federation.routes.matchers import covers_path
from fedlib.snapshot.selection import glob_matches, labels_match, selects
from fedlib.snapshot.selector_index import Owned, SelectorIndex
from fedlib.snapshot.shared_resources import shared_resources

LETTERS = st.sampled_from("ab")
WORDS = st.text(LETTERS, max_size=3)
LABELS = st.dictionaries(st.sampled_from("klm"), LETTERS, max_size=3)
REFS = st.builds(Ref, st.just("Service"), LETTERS, LETTERS, LETTERS)


def matches_slowly(pattern: str, name: str) -> bool:
    """Every place that each star may end at is tried."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(matches_slowly(pattern[1:], name[place:]) for place in range(len(name) + 1))
    return bool(name) and pattern[0] == name[0] and matches_slowly(pattern[1:], name[1:])


@given(st.text("ab*", max_size=7), st.text("ab.?[", max_size=7))
def test_globs(pattern: str, name: str) -> None:
    """A star stands for any characters, two stars for no more than one, and nothing else is special."""
    assert glob_matches(pattern, name) == matches_slowly(pattern, name)
    assert glob_matches(pattern.replace("*", "**"), name) == glob_matches(pattern, name)


@st.composite
def _selectors(draw: st.DrawFn) -> ObjectSelector:
    named = {field: draw(st.sampled_from(["", "a", "b"])) for field in ("name", "namespace", "cluster", "workspace")}
    return ObjectSelector(labels=draw(LABELS), **named)


@given(st.lists(st.tuples(REFS, LABELS, LETTERS), max_size=80), st.lists(_selectors(), max_size=5))
def test_objects_by_selector(things: list[tuple[Ref, dict[str, str], str]], chosen: list[ObjectSelector]) -> None:
    """Objects come in their order, however many there are."""
    objects = tuple(Owned(number, ref, labels, owner) for number, (ref, labels, owner) in enumerate(things))
    index = SelectorIndex(objects)
    for selector in chosen:
        expected = [
            one
            for one in objects
            if selects(
                selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
                cluster=one.ref.cluster, workspace=one.workspace,
            )
        ]  # fmt: skip
        assert list(index.select(selector)) == expected


KINDS = st.sampled_from([ResourceKind.ALL, ResourceKind.SERVICE, ResourceKind.ROUTE_TABLE])


@st.composite
def _resource_selectors(draw: st.DrawFn) -> ResourceSelector:
    named = {field: draw(st.sampled_from(["", "a", "b"])) for field in ("name", "namespace", "cluster")}
    return ResourceSelector(kind=draw(KINDS), labels=draw(LABELS), **named)


@given(st.lists(_resource_selectors(), max_size=8), REFS, LABELS)
def test_what_entries_share(entries: list[ResourceSelector], ref: Ref, labels: dict[str, str]) -> None:
    """A resource is shared when any entry selects it."""
    expected = any(
        one.kind in (ResourceKind.ALL, ResourceKind.SERVICE)
        and labels_match(one.labels, labels)
        and all(not wanted or wanted == given for wanted, given in zip(
            (one.name, one.namespace, one.cluster), (ref.name, ref.namespace, ref.cluster), strict=True
        ))
        for one in entries
    )  # fmt: skip
    assert shared_resources(entries).selects(ResourceKind.SERVICE, labels, ref) == expected


HOSTS = st.builds(
    lambda star, name: ("*." if star else "") + name, st.booleans(), st.text("ab.", min_size=1, max_size=4)
)
HOSTS_OR_ALL = st.one_of(st.just("*"), HOSTS)


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith("*") and host.removeprefix("*").endswith(pattern[1:]))


@given(st.lists(HOSTS_OR_ALL, max_size=8), HOSTS_OR_ALL)
def test_hosts_that_meet(patterns: list[str], host: str) -> None:
    """Two hosts meet when one covers the other; each is found once."""
    index = host_patterns(patterns)
    found = list(index.meeting(host))
    assert sorted(found) == sorted({one for one in patterns if _covers(one, host) or _covers(host, one)})
    assert index.cover(host) == any(_covers(one, host) for one in patterns)


@st.composite
def _documents(draw: st.DrawFn, depth: int = 0) -> Any:
    if depth == 3 or draw(st.booleans()):
        return draw(st.integers(0, 1_000_000))
    return draw(st.lists(_documents(depth + 1), max_size=4))


def _paths(value: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    inner = enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for index, item in inner for found in _paths(item, (*path, index)))]


def _without(value: Any, gone: frozenset[tuple[int, ...]], path: tuple[int, ...] = ()) -> Any:
    """The value without what is gone, each part with the path at which it stood."""
    if not isinstance(value, list):
        return path
    kept = (index for index in range(len(value)) if (*path, index) not in gone)
    return [_without(value[index], gone, (*path, index)) for index in kept]


@given(_documents(), st.data())
def test_where_parts_stood_before_others_were_left_out(document: Any, data: st.DataObject) -> None:
    """A path in what is left leads back to the path in what was written."""
    inner = _paths(document)[1:]
    gone = frozenset(data.draw(st.sets(st.sampled_from(inner), max_size=4))) if inner else frozenset()
    left = _without(document, gone)
    for path in _paths(left):
        part = left
        for step in path:
            part = part[step]
        if not isinstance(part, list):
            continue
        assert all(_leaf(LeftOut(gone).original((*path, index)), item) for index, item in enumerate(part))


def _leaf(original: tuple[Any, ...], item: Any) -> bool:
    return isinstance(item, list) or original == item


PATHS = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end, st.lists(LETTERS, max_size=2), st.sampled_from(["", "/"])
)
CASES = st.booleans()
URIS = st.one_of(
    st.none(),
    st.builds(lambda path, case: StringMatch(prefix=path, ignore_case=case), PATHS, CASES),
    st.builds(lambda path, case: StringMatch(exact=path, ignore_case=case), PATHS, CASES),
    st.builds(lambda path: StringMatch(prefix=path.upper(), ignore_case=True), PATHS),
    st.sampled_from([StringMatch(regex=text) for text in ("/a.*", "/a/b", "/(a|b)", "/a|/b", "/b/?")]),
)
HEADERS = st.builds(
    lambda name, value, inverted: HeaderMatcher(name=name, value=value, invert_match=inverted),
    LETTERS, st.sampled_from(["", "x"]), st.booleans(),
)  # fmt: skip
MATCHERS = st.builds(
    lambda uri, headers, parameters, method, port: HTTPRequestMatcher(
        uri=uri, headers=tuple(headers), query_parameters=tuple(parameters), method=method, port=port
    ),
    URIS, st.lists(HEADERS, max_size=2, unique_by=lambda one: (one.name, one.invert_match)),
    st.lists(st.builds(lambda name: QueryParameterMatcher(name=name), LETTERS), max_size=1),
    st.sampled_from(["", "GET"]), st.sampled_from([None, 80]),
)  # fmt: skip
PODS = st.sampled_from([(), ({"k": "v"},), ({"k": "v"}, {"k": "w"}), ({"k": "v", "l": "v"},)])
ROUTES = st.lists(st.tuples(st.lists(MATCHERS, min_size=1, max_size=2), PODS), min_size=1, max_size=8)


def _hides(outer: HTTPRequestMatcher, inner: HTTPRequestMatcher) -> bool:
    return (
        covers_path(outer.uri, inner.uri)
        and outer.method in ("", inner.method)
        and outer.port in (None, inner.port)
        and all(header in inner.headers for header in outer.headers)
        and all(parameter in inner.query_parameters for parameter in outer.query_parameters)
    )


def _uses_all(outer: tuple[dict[str, str], ...], inner: tuple[dict[str, str], ...]) -> bool:
    return not outer or (bool(inner) and all(any(labels_match(one, labels) for one in outer) for labels in inner))


@given(ROUTES)
def test_matchers_that_earlier_ones_hide(
    routes: list[tuple[list[HTTPRequestMatcher], tuple[dict[str, str], ...]]],
) -> None:
    """The first route that takes all requests of a matcher is found, in less than all comparisons."""
    counts = {one: 1 for matchers, _ in routes for matcher in matchers for one in conditions(matcher)}
    earlier = EarlierMatchers(counts, 1_000_000)
    for number, (matchers, pods) in enumerate(routes):
        for matcher in matchers:
            expected = next(
                (
                    other
                    for other, (listed, theirs) in enumerate(routes[:number])
                    if any(_uses_all(theirs, pods) and _hides(one, matcher) for one in listed)
                ),
                None,
            )
            assert earlier.hiding(matcher, pods) == expected
        for matcher in matchers:
            earlier.add(number, matcher, pods)


@given(st.integers(0, 200))
def test_no_more_comparisons_than_are_left(left: int) -> None:
    """Matchers that ask for different headers on one path are compared up to the limit, and then no more."""
    wanted = [HTTPRequestMatcher(headers=(HeaderMatcher(name=f"h{number}"),)) for number in range(50)]
    earlier = EarlierMatchers({}, left)
    given_ = HTTPRequestMatcher(headers=tuple(header for one in wanted for header in one.headers))
    for number, matcher in enumerate(wanted):
        earlier.add(number, matcher, ())
    found = earlier.hiding(given_, ())
    assert (found is None) == (earlier.left < 0)
    assert earlier.left >= -60
