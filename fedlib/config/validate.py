"""Plain data to models: every mistake becomes a finding, and the rest of the input is still read."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fedlib.config.model import Model
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.source import Step, path_text

M = TypeVar("M", bound=Model)
Locate = Callable[[tuple[Step, ...]], Location]

_EXPECTED: Final = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "float_type": "a number",
}


def validate(
    model: type[M], data: Any, subject: Ref, locate: Locate, report: Report, prefix: tuple[Step, ...] = ()
) -> M | None:
    """Read `data` as `model`.

    A part with a mistake is reported and left out (an unknown field, a value of the wrong type), and the rest is
    read again, so that later stages can report theirs in the same run.

    Args:
        model: the model to read.
        data: plain data, as YAML or JSON gave it.
        subject: what the findings are about.
        locate: turns a path below the document into a location.
        report: takes the findings.
        prefix: where `data` stands in the document.

    Returns:
        The model, or None when nothing of it could be read.
    """
    if data is None:
        data = {}  # `settings:` with nothing behind it is an empty mapping in YAML as people write it
    removed: set[tuple[Step, ...]] = set()
    for _ in range(100):  # each round removes at least one part; a hundred nested mistakes are enough
        try:
            return model.model_validate(data)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=True, include_input=False)
        for problem in errors:
            if any(path[: len(problem["loc"])] == problem["loc"] for path in removed):
                continue  # a consequence of what was left out
            _report(model, data, problem, subject, locate, report, prefix)
        paths = {_part_to_remove(model, problem) for problem in errors}
        if () in paths:
            return None
        removed |= paths
        data = _without(data, paths)
    return None


def suggest(word: str, known: Iterable[str]) -> str:
    """A `did you mean` for `word`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f"; did you mean '{near}'?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to `word`; empty when none is near. Takes about 20 microseconds for each."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def _report(
    model: type[Model],
    data: Any,
    problem: Mapping[str, Any],
    subject: Ref,
    locate: Locate,
    report: Report,
    prefix: tuple[Step, ...],
) -> None:
    path: tuple[Step, ...] = tuple(problem["loc"])
    location = locate((*prefix, *path))
    name = path_text((*prefix, *path)) or subject.kind
    kind = str(problem["type"])
    if kind == "extra_forbidden":
        allowed = _fields(_model_at(model, path[:-1]))
        field = str(path[-1])
        report.add(
            catalogue.UNKNOWN_FIELD, subject, location,
            field=name, suggestion=suggest(field, allowed), allowed=", ".join(allowed),
        )  # fmt: skip
    elif kind == "missing":
        report.add(catalogue.MISSING_FIELD, subject, location, field=name)
    elif kind in _EXPECTED:
        value = _value_at(data, path)
        report.add(
            catalogue.WRONG_TYPE, subject, location,
            field=name, expected=_EXPECTED[kind], actual=describe(value), advice=_advice(kind, value, subject),
        )  # fmt: skip
    elif kind == "enum":
        words = str(problem.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        value = str(_value_at(data, path))
        report.add(
            catalogue.WRONG_VALUE, subject, location,
            field=name, problem=f"'{value[:80]}' is not one of the allowed words{suggest(value, words)}",
            advice="allowed: " + ", ".join(words),
        )  # fmt: skip
    else:
        text = str(problem["msg"]).removeprefix("Value error, ")
        report.add(
            catalogue.WRONG_VALUE, subject, location,
            field=name, problem=text, advice=_reference(subject),
        )  # fmt: skip


def _reference(subject: Ref) -> str:
    return "see `python -m fedlib schema`" if subject.kind == "Stack" else f"see Gloo's API reference of {subject.kind}"


def _advice(kind: str, value: Any, subject: Ref) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    if isinstance(value, str) and kind in ("int_type", "bool_type"):
        return "remove the quotes" if value.strip("-+").isdigit() or value in ("true", "false") else "mend the value"
    return _reference(subject)


def describe(value: Any) -> str:
    """A value's type in YAML's words. Strings are not shown: they may be secrets."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else "a string"


def _part_to_remove(model: type[Model], problem: Mapping[str, Any]) -> tuple[Step, ...]:
    """The smallest part without which the rest may be valid."""
    path = tuple(problem["loc"])
    if problem["type"] == "missing":
        return path[:-1]
    parent = _model_at(model, path[:-1]) if path else None
    fields = parent.model_fields.items() if parent else ()
    required = any(f.is_required() for n, f in fields if path[-1] in (n, f.alias))
    return path[:-1] if required else path


def _without(data: Any, paths: set[tuple[Step, ...]]) -> Any:
    result = copy.deepcopy(data)
    for path in sorted(paths, key=_from_the_back):
        parent = _value_at(result, path[:-1])
        try:
            del parent[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # a part above it went first
    return result


def _from_the_back(path: tuple[Step, ...]) -> list[tuple[int, str]]:
    """Higher list indexes first, so that removing an item does not move another one that is to go."""
    return [(-step, "") if isinstance(step, int) else (0, step) for step in path]


def _value_at(data: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _fields(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: tuple[Step, ...]) -> type[BaseModel] | None:
    """The model that stands at `path` below `model`; None for a plain mapping or list."""
    found: Any = model
    for step in path:
        found = _bare(found)
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = next((f.annotation for n, f in found.model_fields.items() if step in (n, f.alias)), None)
        elif get_origin(found) is dict:
            found = get_args(found)[1]
        elif get_origin(found) is tuple:
            found = get_args(found)[0]
        else:
            return None
    found = _bare(found)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next((_bare(argument) for argument in get_args(annotation) if argument is not NoneType), None)
    return annotation
