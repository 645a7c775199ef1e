"""Golden cases with one string or number of their resources replaced by another one."""

from __future__ import annotations

import copy
import functools
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from tests.engine.written_strings import EXPRESSIONS, HEADER_VALUES, SUBSTITUTIONS
from tests.golden_case import GOLDEN, cases, compile_case
from tests.placed import Placed, placed

DURATION: Final = re.compile(r"-?[0-9.]+(ms|us|ns|[hms])")
DURATIONS: Final = (
    "0s",
    "1ns",
    "0.5ms",
    "1ms",
    "0.25s",
    "59s",
    "32768s",
    "24h",
    "4294967296s",
    "876001h",
    "-1s",
    "1e3s",
)
NUMBERS: Final = (
    0, 1, 2, 4, 99, 100, 101, 127, 128, 199, 200, 204, 299, 418, 599, 600, 999, 1000, 32767, 32768, 65535, 65536,
    2**20, 2**29, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, -1, 0.00001, 0.5, 99.99999, 1e9, float("inf"),
)  # fmt: skip
WORDS: Final = (
    "", "*", "/", "/*", "*/a", "a/*", "a", ".", "..", "-", "a.b", "*.a.example.com", "a.example.com.", "A.Example.COM",
    "http://a.example.com", "https://a.example.com:8443/a?b=%41#c", "https://a.example.com:0/", "10.0.0.1",
    "10.0.0.1/8", "10.1/16", "::1", "::/0", "[::1]:80", "0.0.0.0", ":path", "host", "x-a", "X A", "a:b", "a,b", "a;b",
    "a=b", "{a}", "{*}", "/{*}/{**}", "5xx,503", "503, retriable-4xx", "a" * 64, "a" * 254, "a" * 1100, "a" * 17_000,
    "%", "%41", "\\", "spiffe://a/ns/b/sa/c", "a\nb", "a\x00b", "\x7f", "\u00e4", "\u202e", "\U0001f600", " a ",
    "ECDHE-RSA-AES128-SHA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """A place in a case, and what stands there now; a place that ends in `None` is the key before it."""

    case: str
    place: tuple[str | int | None, ...]
    value: str | float

    def __str__(self) -> str:
        """What a failing test shows."""
        return f"{self.case} {'.'.join(map(str, self.place))}: {self.value!r}"


@st.composite
def changes(draw: st.DrawFn, count: int) -> list[Changed]:
    """This many changes of cases, all in different places: the new values choose them, so that examples differ."""
    values = draw(st.lists(_VALUES, min_size=count, max_size=count))
    places = Random(repr(values)).sample(_places(), count)
    return [
        Changed(case, way, _suitable(_value(case, way), some)) for (case, way), some in zip(places, values, strict=True)
    ]


@functools.lru_cache(maxsize=4096)
def new_objects(changed: Changed) -> tuple[Placed, ...]:
    """The objects that only the changed case has."""
    document = copy.deepcopy(_document(changed.case))
    part = document["config"]["federation:resources"]
    *way, last = changed.place if changed.place[-1] is not None else changed.place[:-1]
    for step in way:
        part = part[step]
    if changed.place[-1] is None:
        part[changed.value] = part.pop(last)
    else:
        part[last] = changed.value
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "changed.in.yaml"
        file.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=False), encoding="utf-8")
        found = placed(compile_case(file).plan)
    before = _objects(changed.case)
    return tuple(one for one in found if one.spec not in before)


_STRINGS: Final = st.sampled_from(WORDS) | HEADER_VALUES | EXPRESSIONS | SUBSTITUTIONS | st.text(max_size=12)
_VALUES: Final = st.tuples(st.sampled_from(NUMBERS), st.sampled_from(DURATIONS), st.booleans(), _STRINGS)


def _suitable(before: Any, some: tuple[float, str, bool, str]) -> str | float:
    """The one of some values for a place with this one."""
    number, duration, longer, string = some
    if not isinstance(before, str):
        return number
    if DURATION.fullmatch(before):
        return duration
    return before + string if longer else string


@functools.cache
def _documents() -> dict[str, dict[str, Any]]:
    found = {}
    for path in cases():
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            continue
        config = document.get("config")
        if isinstance(config, dict) and "federation:resources" in config and "federation:files" not in config:
            found[path.relative_to(GOLDEN).as_posix()] = document
    return found


def _document(case: str) -> dict[str, Any]:
    return _documents()[case]


@functools.cache
def _objects(case: str) -> list[Any]:
    return [one.spec for one in placed(compile_case(GOLDEN / case).plan)]


@functools.cache
def _places() -> list[tuple[str, tuple[str | int | None, ...]]]:
    return [
        (case, (index, "spec", *way))
        for case, document in _documents().items()
        for index, resource in enumerate(document["config"]["federation:resources"] or ())
        if isinstance(resource, dict)
        for way in _ways(resource.get("spec"))
    ]


def _ways(value: Any) -> Iterator[tuple[str | int | None, ...]]:
    """The ways to all strings, numbers and keys."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, None
            yield from ((key, *way) for way in _ways(item))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((index, *way) for way in _ways(item))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield ()


def _value(case: str, way: tuple[str | int | None, ...]) -> Any:
    part = _document(case)["config"]["federation:resources"]
    for step in way:
        part = part if step is None else part[step]
    return str(way[-2]) if way[-1] is None else part
