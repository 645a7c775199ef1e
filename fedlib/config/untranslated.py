"""Marks fields of Gloo's schema that are known and not translated, so that they can be refused by name."""

from __future__ import annotations

import functools
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fedlib.config.model import Model
from fedlib.diagnostics.source import Step

UNTRANSLATED: Final = "not translated yet"

Later = Annotated[Any, UNTRANSLATED]
"""A known field whose content is not read."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a model: its name in Python and in YAML, whether it is translated, and its value when it is unset."""

    name: str
    alias: str
    translated: bool
    default: Any


@functools.cache
def _fields(model: type[Model]) -> tuple[_Field, ...]:
    """The fields of a model. Each model is asked for once: thousands of routes have the same ones."""
    return tuple(
        _Field(
            name,
            field.alias or name,
            UNTRANSLATED not in field.metadata,
            field.get_default(call_default_factory=True, validated_data={}),
        )
        for name, field in model.model_fields.items()
    )


def untranslated(model: Model) -> Iterator[tuple[Step, ...]]:
    """Paths of the fields of this model (not of nested ones) that are set and not translated yet."""
    given = model.model_fields_set
    for field in _fields(type(model)):
        if not field.translated and field.name in given and getattr(model, field.name) not in (field.default, []):
            yield (field.alias,)


def untranslated_below(model: Model, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """As `untranslated`, for this model and for all models in it; `path` is where the model stands."""
    if not _has_untranslated(type(model)):
        return
    for found in untranslated(model):
        yield (*path, *found)
    given = model.model_fields_set
    for field in _fields(type(model)):
        value = getattr(model, field.name) if field.translated and field.name in given else None
        if isinstance(value, _NESTING):
            yield from _below(value, (*path, field.alias))


@functools.cache
def _has_untranslated(model: type[Model]) -> bool:
    """Whether a model, or one that its fields can hold, has such a field: most have none, and need no look."""
    return any(not field.translated for one in _reachable(model) for field in _fields(one))


def _reachable(model: type[Model]) -> Iterator[type[Model]]:
    waiting, known = [model], {model}
    while waiting:
        one = waiting.pop()
        yield one
        for field in one.model_fields.values():
            found = set(_models(field.annotation)) - known
            known |= found
            waiting += found


def _models(annotation: Any) -> Iterator[type[Model]]:
    """The models that an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)


_NESTING: Final = (Model, Mapping, tuple)


def _below(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, Model):
        yield from untranslated_below(value, path)
    elif isinstance(value, Mapping | tuple):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _below(item, (*path, key))
