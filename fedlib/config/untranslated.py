"""Marks fields of Gloo's schema that are known and not translated, so that they can be refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fedlib.config.model import Model
from fedlib.diagnostics.source import Step

UNTRANSLATED: Final = "not translated yet"

Later = Annotated[Any, UNTRANSLATED]
"""A known field whose content is not read."""


def untranslated(model: Model) -> Iterator[tuple[Step, ...]]:
    """Paths of the fields of this model (not of nested ones) that are set and not translated yet."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        default = field.get_default(call_default_factory=True, validated_data={})
        if UNTRANSLATED in field.metadata and value not in (default, []):
            yield (field.alias or name,)


def untranslated_below(model: Model, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """As `untranslated`, for this model and for all models in it; `path` is where the model stands."""
    for found in untranslated(model):
        yield (*path, *found)
    for name, field in type(model).model_fields.items():
        if UNTRANSLATED not in field.metadata:
            yield from _below(getattr(model, name), (*path, field.alias or name))


def _below(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, Model):
        yield from untranslated_below(value, path)
    elif isinstance(value, Mapping | tuple):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _below(item, (*path, key))
