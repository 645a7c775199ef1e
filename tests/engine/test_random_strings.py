"""Whatever a tenant writes: what we take, Envoy and Istio take.

One process checks many strings at a time, so an example is a list. `HYPOTHESIS_PROFILE=explore` looks at many more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fedlib.config.strings.header import HeaderText, PlainText
from fedlib.config.strings.refused import RefusedError
from fedlib.config.strings.regex import Regex, check_substitution
from tests.engine.changed_cases import Changed, changes, new_objects
from tests.engine.envoy_config import EnvoyConfig
from tests.engine.envoy_objects import Object
from tests.engine.validators import Envoy, Istioctl, culprits
from tests.engine.written_strings import EXPRESSIONS, HEADER_VALUES, SUBSTITUTIONS
from tests.placed import Placed

pytestmark = pytest.mark.engine

EXPLORE: Final = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
searched = settings(
    derandomize=not EXPLORE,
    database=None,
    deadline=None,
    max_examples=300 if EXPLORE else 15,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    print_blob=False,
)
"""Without shrinking: what is refused in a list is found by halving it."""

ROUTE: Final = {"route": [{"destination": {"host": "catalog.shop-backend.svc.cluster.local"}}]}


def taken(kind: Any, values: Iterable[str]) -> list[str]:
    """The values that are of a type."""
    adapter = TypeAdapter(kind)
    found = []
    for value in values:
        try:
            found.append(adapter.validate_python(value))
        except ValidationError:
            continue
    return found


def fits(expression: str, substitution: str) -> bool:
    """Whether a substitution is one for an expression, as a RouteTable takes it."""
    if not taken(PlainText, [substitution]):
        return False
    try:
        check_substitution(substitution, expression)
    except RefusedError:
        return False
    return True


def routed(name: str, **parts: Any) -> Object:
    """A VirtualService with one route."""
    return name, "VirtualService", {"hosts": ["shop.example.com"], "http": [{**ROUTE, **parts}]}


@searched
@given(st.lists(HEADER_VALUES, min_size=100, max_size=200))
def test_header_values(envoy: Envoy, values: list[str]) -> None:
    """The formatter of Envoy takes what passes, and whatever needs no formatter is fine as a path and as a host."""
    formatted = taken(HeaderText, [*values, "%REQ(x?y)% 100%%"])
    plain = taken(PlainText, [*values, "/%41"])
    assert formatted
    assert plain
    changed = [
        routed(f"{side}: {one}", headers={side: {"add": {"x-a": one}}})
        for one in formatted
        for side in ("request", "response")
    ]
    redirected = [routed(f"redirect: {one}", redirect={"uri": one, "authority": one}) for one in plain]
    rewritten = [routed(f"rewrite: {one}", rewrite={"uri": one, "authority": one}) for one in plain]
    assert envoy.refused([*changed, *redirected, *rewritten]) == {}


@searched
@given(st.lists(st.tuples(EXPRESSIONS, SUBSTITUTIONS), min_size=100, max_size=200))
def test_expressions(envoy: Envoy, pairs: list[tuple[str, str]]) -> None:
    """Envoy compiles what passes, wherever expressions stand."""
    good = set(taken(Regex, [*(expression for expression, _ in pairs), "/(a)(b)"]))
    matched = [
        routed(f"match: {one}", match=[{"uri": {"regex": one}, "headers": {"x-a": {"regex": one}}}]) for one in good
    ]
    rewritten = [
        routed(f"rewrite: {one} -> {into}", rewrite={"uriRegexRewrite": {"match": one, "rewrite": into}})
        for one, into in [*pairs, ("/(a)(b)", "\\2\\0")]
        if one in good and fits(one, into)
    ]
    assert rewritten
    assert envoy.refused([*matched, *rewritten]) == {}


@searched
@given(changes(30))
def test_changed_cases(envoy: Envoy, some: list[Changed]) -> None:
    """Any string or number of any case: what still becomes an object is one that Envoy takes."""
    found = {change: new_objects(change) for change in some}
    objects = [
        (f"{change}: {one.kind} {one.name}", one.kind, one.spec)
        for change, changed in found.items()
        for one in changed
        if one.kind != "EnvoyFilter"
    ]
    assert envoy.refused(objects) == {}
    patched = {str(change): patches(envoy, changed) for change, changed in found.items()}
    assert {change: refusal for change, refusal in patched.items() if refusal} == {}


@searched
@given(changes(30))
def test_changed_cases_in_istio(istioctl: Istioctl, some: list[Changed]) -> None:
    """And one that the admission webhook of Istio takes."""
    manifests = [(change, next(one.manifests())) for change in some for one in new_objects(change)]
    refused = culprits(manifests, lambda part: istioctl.refusal([manifest for _, manifest in part]))
    assert {str(change): refusal for (change, _), refusal in refused} == {}


def patches(envoy: Envoy, objects: Iterable[Placed]) -> str:
    """What Envoy has against EnvoyFilters that meet in one proxy; empty if nothing."""
    specs = [one.spec for one in objects if one.kind == "EnvoyFilter"]
    config = EnvoyConfig()
    config.apply(specs)
    return envoy.refusal(config) if specs else ""
