"""In which fields two pieces of plain data differ; never with their values, which may be secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.diagnostics.source import Step, path_text

MOST_SHOWN: Final = 5
"""Fields that are named; more are counted."""


def difference_text(one: Any, other: Any) -> str:
    """The fields that differ, as people write them: `spec.hosts[0], metadata.labels.app`."""
    paths = [path_text(path) for path in _differences(one, other, ())]
    more = f" and {len(paths) - MOST_SHOWN} more fields" if len(paths) > MOST_SHOWN else ""
    return ", ".join(paths[:MOST_SHOWN]) + more


def _differences(one: Any, other: Any, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}, key=str):
            if key not in one or key not in other:
                yield (*path, key)
            else:
                yield from _differences(one[key], other[key], (*path, key))
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, (*path, index))
    elif one != other:
        yield path
