"""Garbage in the input is findings, never an exception."""

from __future__ import annotations

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.file_text import decode
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source, parse_yaml
from fedlib.diagnostics.templates import gap_before, gap_in
from fedlib.discovery.assemble import assemble
from fedlib.discovery.recorded_objects import read_objects
from tests.discovery import samples
from tests.golden_case import base
from tests.property.routes import worlds
from tests.property.world import World, compile_world

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


WORDS = ["v1", "List", "ConfigMap", "RouteTable", "AccessPolicy", "networking.gloo.solo.io/v2", "gateway.solo.io/v1"]


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


OBJECTS = [
    *(o for objects in base().values() for o in objects),
    samples.rollout("web"),
    samples.replica_set("web-1", "web"),
    samples.made_by(samples.pod("web-1-a", "web"), samples.replica_set("web-1", "web")),
    samples.job("once"),
    samples.cron_job("report"),
]


@given(st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=4), JUNK, st.data())
def test_junk_in_an_inventory(documents: list[dict[str, Any]], junk: Any, data: st.DataObject) -> None:
    """Anything anywhere in a Kubernetes object, among others."""
    place = data.draw(st.sampled_from(paths(documents[0])))
    parts = [*flatten(spoiled(documents[0], place, junk), Origin(Source("x")))]
    parts += [(document, Origin(Source("x"))) for document in documents[1:]]
    report = Report()
    assemble("eu", read_objects("eu", parts, report), report, live=False)


@given(st.dictionaries(st.sampled_from(["apiVersion", "kind", "metadata", "spec", "x"]), JUNK | st.sampled_from(WORDS)))
def test_junk_among_the_resources(document: dict[str, Any]) -> None:
    """Documents of a stack that are something else, or nothing."""
    report = Report()
    read_configuration(StackFile("x", Path("/nowhere"), Source("x"), {"resources": [document]}), report)
    assert len(report)


@given(st.binary(max_size=40), st.text(alphabet="{}$()<>%aA_. -'", max_size=80))
def test_any_bytes_as_text(content: bytes, text: str) -> None:
    """Bytes are text or are refused, and a template is looked for in anything."""
    with suppress(ValueError):
        text += decode(content)
    gap_in(text)
    gap_before(text, 3)


@given(st.text(max_size=200) | st.text(alphabet="[]{}:-,&*!|>'\"#%@ \n\tab1", max_size=200))
def test_any_text_as_yaml(text: str) -> None:
    """Any text is parsed or reported."""
    report = Report()
    documents = parse_yaml(text, Source("x"), report)
    assert isinstance(documents, list)
