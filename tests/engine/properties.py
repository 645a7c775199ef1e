"""Resource properties as Pulumi's protocol carries them, and how the double compares them."""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that a preview cannot know yet."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A message's properties as JSON values: no nulls, whole numbers as int, secrets unwrapped."""
    values: dict[str, Any] = _plain(json_format.MessageToDict(struct))
    return values


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """JSON values as a message."""
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def has_unknown(value: object) -> bool:
    """Whether anything in here is known only after other resources are there."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value == UNKNOWN


def prune(live: Any, shape: Any) -> Any:
    """The part of `live` that has a counterpart in `shape`: what the program speaks about."""
    if isinstance(live, dict) and isinstance(shape, dict):
        return {key: prune(live[key], part) for key, part in shape.items() if key in live}
    if isinstance(live, list) and isinstance(shape, list):
        shapes = [*shape, *live[len(shape) :]]
        return [prune(item, part) for item, part in zip(live, shapes, strict=False)]
    return live


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two values differ: property path and `ADD`, `DELETE` or `UPDATE`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _member(old, new, key, _under(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        olds, news = dict(enumerate(old)), dict(enumerate(new))
        for index in range(max(len(old), len(new))):
            yield from _member(olds, news, index, f"{path}[{index}]")
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path, "UPDATE"


def _member(old: Mapping[Any, Any], new: Mapping[Any, Any], key: object, path: str) -> Iterator[tuple[str, str]]:
    if key not in old:
        yield path, "ADD"
    elif key not in new:
        yield path, "DELETE"
    else:
        yield from differences(old[key], new[key], path)


def _under(path: str, key: str) -> str:
    if any(mark in key for mark in '."[]'):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET_MARK:
            return _plain(value.get("value"))
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
