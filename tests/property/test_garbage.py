"""Garbage in the input is findings, never an exception."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source, parse_yaml
from fedlib.discovery.objects import parse_object
from tests.golden_case import base
from tests.property.routes import worlds
from tests.property.world import World, compile_world

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """All places in plain data."""
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += paths(child, (*path, key))
    return found


def spoiled(value: Any, path: tuple[str | int, ...], junk: Any) -> Any:
    """The value with junk in one place."""
    value = copy.deepcopy(value)
    part = value
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = junk
    return value


@given(worlds(), JUNK, st.data())
def test_junk_in_the_stack_config(world: World, junk: Any, data: st.DataObject) -> None:
    """Anything anywhere in the stack config: the compile ends, and what was wrong is in the report."""
    places = [path for path in paths(world.config) if path[0] != "clusters"]
    place = data.draw(st.sampled_from(places))
    compile_world(World(spoiled(world.config, place, junk), world.objects))


@given(st.dictionaries(st.sampled_from(["clusters", "workspaces", "resources", "files", "x"]), JUNK, max_size=4))
def test_junk_instead_of_a_stack_config(values: dict[str, Any]) -> None:
    """Nothing but junk."""
    report = Report()
    read_configuration(StackFile("x", Path("/nowhere"), Source("x"), values), report)
    assert report.has_errors or values


@given(st.sampled_from([o for objects in base().values() for o in objects]), JUNK, st.data())
def test_junk_in_an_inventory(document: dict[str, Any], junk: Any, data: st.DataObject) -> None:
    """Anything anywhere in a Kubernetes object."""
    place = data.draw(st.sampled_from(paths(document)))
    for part, origin in flatten(spoiled(document, place, junk), Origin(Source("x"))):
        parse_object(part, "eu", origin, Report())


@given(st.text(max_size=200) | st.text(alphabet="[]{}:-,&*!|>'\"#%@ \n\tab1", max_size=200))
def test_any_text_as_yaml(text: str) -> None:
    """Any text is parsed or reported."""
    report = Report()
    documents = parse_yaml(text, Source("x"), report)
    assert isinstance(documents, list)
