"""Plain data to models: every mistake becomes a finding, and the rest of the input is still read."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fedlib.config.duration import DURATION
from fedlib.config.model import Model
from fedlib.config.strings.refused import RefusedError
from fedlib.diagnostics import Code, Location, Ref, Report, catalogue
from fedlib.diagnostics.source import Step, original_path, path_text

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

_LIMITS: Final = {
    "greater_than_equal": "{shown} is less than {ge}",
    "less_than_equal": "{shown} is more than {le}",
    "string_too_short": "it must not be empty",
    "string_too_long": "it has more than {max_length} characters",
    "too_long": "it has more than {max_length} entries",
}
"""What pydantic says with the names of Python's types, in YAML's words."""


class Validated(NamedTuple, Generic[M]):
    """A model, and the paths of the parts of its data that were left out of it."""

    model: M | None
    left_out: frozenset[tuple[Step, ...]]


def validate(
    model: type[M], data: Any, subject: Ref, locate: Locate, report: Report, prefix: tuple[Step, ...] = ()
) -> Validated[M]:
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
        The model, or None when nothing of it could be read; and what was left out.
    """
    if data is None:
        data = {}  # `settings:` with nothing behind it is an empty mapping in YAML as people write it
    reading = _Reading(model, data, subject, locate, report, prefix)
    removed: set[tuple[Step, ...]] = set()
    for _ in range(100):  # each round removes at least one part; a hundred nested mistakes are enough
        try:
            read = model.model_validate(_without(data, removed) if removed else data, context=reading)
            return Validated(read, frozenset(removed))
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=True, include_input=False)
        places = [(original_path(_place(problem), removed), problem) for problem in errors]
        for path, problem in places:
            if any(one[: len(path)] == path for one in removed):
                continue  # a consequence of what was left out
            reading.complain(path, problem)
        paths = {_part_to_remove(model, path, str(problem["type"])) for path, problem in places}
        if () in paths:
            break
        removed |= paths
    return Validated(None, frozenset(removed))


def suggest(word: str, known: Iterable[str]) -> str:
    """A `did you mean` for `word`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f"; did you mean '{near}'?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to `word`; empty when none is near. Takes about 20 microseconds for each."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read, and what is needed to report a mistake in it: the arguments of `validate`.

    Validators get it as their context, and count the work that expressions take.
    """

    model: type[Model]
    data: Any
    subject: Ref
    locate: Locate
    report: Report
    prefix: tuple[Step, ...]
    _counted: dict[str, int] = field(default_factory=dict)

    def count(self, expression: str, steps: int) -> int:
        """How many steps the expressions of the subject's namespace take; each of a resource counts once."""
        if expression not in self._counted:
            self._counted[expression] = self.report.spend(self.subject, steps)
        return self._counted[expression]

    def complain(self, path: tuple[Step, ...], problem: Mapping[str, Any]) -> None:
        """Report what pydantic says about the value at `path`."""
        kind, value = str(problem["type"]), _value_at(self.data, path)
        refused = problem.get("ctx", {}).get("error")
        if kind == "extra_forbidden":
            allowed = _fields(_model_at(self.model, path[:-1]))
            self._add(
                catalogue.UNKNOWN_FIELD, path, suggestion=suggest(str(path[-1]), allowed), allowed=", ".join(allowed)
            )
        elif isinstance(refused, RefusedError):
            self._add(refused.code, path, problem=str(refused), advice=refused.advice)
        elif kind == "missing":
            self._add(catalogue.MISSING_FIELD, path)
        elif kind in _EXPECTED:
            advice = self._advice(kind, value, path)
            self._add(catalogue.WRONG_TYPE, path, expected=_EXPECTED[kind], actual=describe(value), advice=advice)
        elif kind == "enum":
            words = str(problem.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
            told = f"'{value[:80]}'" if isinstance(value, str) else describe(value)
            near = suggest(value, words) if isinstance(value, str) else ""
            wrong = f"{told} is not one of the allowed words{near}"
            self._add(catalogue.WRONG_VALUE, path, problem=wrong, advice="allowed: " + ", ".join(words))
        else:
            limits = {"shown": value, **problem.get("ctx", {})}
            text = _LIMITS[kind].format_map(limits) if kind in _LIMITS else str(problem["msg"])
            self._add(
                catalogue.WRONG_VALUE, path, problem=text.removeprefix("Value error, "), advice=_reference(self.subject)
            )

    def _add(self, code: Code, path: tuple[Step, ...], **arguments: Any) -> None:
        field = path_text((*self.prefix, *path)) or self.subject.kind
        self.report.add(code, self.subject, self.locate((*self.prefix, *path)), field=field, **arguments)

    def _advice(self, kind: str, value: Any, path: tuple[Step, ...]) -> str:
        if kind == "string_type" and isinstance(value, bool | int | float):
            if _is_duration(_model_at(self.model, path[:-1]), path[-1]):
                return f"write it with its unit, for example {5 if isinstance(value, bool) else value}s"
            return f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
        if isinstance(value, str) and kind in ("int_type", "bool_type"):
            return (
                "remove the quotes" if value.strip("-+").isdigit() or value in ("true", "false") else "mend the value"
            )
        return _reference(self.subject)


def _reference(subject: Ref) -> str:
    return "see `python -m fedlib schema`" if subject.kind == "Stack" else f"see Gloo's API reference of {subject.kind}"


def describe(value: Any) -> str:
    """A value's type in YAML's words. Strings are not shown: they may be secrets."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else "a string"


def _place(problem: Mapping[str, Any]) -> tuple[Step, ...]:
    """Where it is wrong; pydantic adds a step to the place of a mapping's key."""
    place = tuple(problem["loc"])
    return place[:-1] if place[-1:] == ("[key]",) else place


def _part_to_remove(model: type[Model], path: tuple[Step, ...], kind: str) -> tuple[Step, ...]:
    """The smallest part without which the rest may be valid, and means no more than before."""
    for end in range(2, len(path) + 1):
        found = _model_at(model, path[:end])
        listed = isinstance(path[end - 1], int)
        if listed and found is not None and issubclass(found, Model) and found.shapes_owner:
            return path[: end - 2]
    if kind == "missing":
        return path[:-1]
    parent = _model_at(model, path[:-1]) if path else None
    fields = parent.model_fields.items() if parent else ()
    required = any(f.is_required() for n, f in fields if path[-1] in (n, f.alias))
    return path[:-1] if required else path


def _without(data: Any, paths: set[tuple[Step, ...]]) -> Any:
    result = copy.deepcopy(data)
    whole = (path for path in paths if not any(path[:length] in paths for length in range(len(path))))
    for path in sorted(whole, key=_from_the_back):
        with suppress(KeyError, IndexError, TypeError):  # a key of a mapping that is wrong itself has no place in it
            del _value_at(result, path[:-1])[path[-1]]
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


def _is_duration(model: type[BaseModel] | None, field: Step) -> bool:
    found = next((f for n, f in model.model_fields.items() if field in (n, f.alias)), None) if model else None
    return found is not None and (DURATION in found.metadata or _is_marked(found.annotation))


def _is_marked(annotation: Any) -> bool:
    arguments = get_args(annotation)
    return DURATION in arguments if get_origin(annotation) is Annotated else any(map(_is_marked, arguments))


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next((_bare(argument) for argument in get_args(annotation) if argument is not NoneType), None)
    return annotation
