"""Fields of objects that anybody may have written: what has another type than Istio's schema says is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

_NOTHING: Mapping[str, Any] = {}


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one. Objects come from JSON, YAML or the compiler: all are dicts."""
    return value if isinstance(value, dict) else _NOTHING


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else list(value) if isinstance(value, tuple) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings in a list."""
    return [one for one in listed(value) if isinstance(one, dict)]


def texts(value: Any) -> tuple[str, ...]:
    """The strings in a list."""
    return tuple(one for one in listed(value) if isinstance(one, str))


def text(value: Any) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int:
    """The value if it is a whole number, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def labels(value: Any) -> Mapping[str, str]:
    """The entries of a mapping that are strings."""
    found = as_mapping(value)
    if all(isinstance(one, str) for one in found.values()):
        return found
    return {key: one for key, one in found.items() if isinstance(one, str)}


def canonical(value: Any) -> str:
    """A field that is carried as it is written, as JSON with sorted keys: equal texts say the same; empty for none."""
    if value is None or value == {}:
        return ""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
