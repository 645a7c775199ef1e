"""Plain data to models: every mistake becomes a finding, and the rest of the input is still read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fedlib.config.duration import DURATION
from fedlib.config.model import Model
from fedlib.config.strings.refused import RefusedError
from fedlib.diagnostics import Code, Location, Ref, Report, catalogue
from fedlib.diagnostics.left_out import LeftOut
from fedlib.diagnostics.source import Step, path_text
from fedlib.diagnostics.suggestion import Suggestion, suggest

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

MOST_MISTAKES: Final = 500
"""How many mistakes of one resource are reported: nobody mends more before looking again."""
MOST_ROUNDS: Final = 20
"""How often a document is read without what was wrong in it: a mistake may hide others, but not many levels of them."""

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
    left_out: LeftOut


def validate(
    model: type[M],
    data: Any,
    subject: Ref,
    locate: Locate,
    report: Report,
    prefix: tuple[Step, ...] = (),
    author: str = "",
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
        author: the workspace that wrote it, where that is known before its namespace is believed.

    Returns:
        The model, or None when nothing of it could be read; and what was left out.
    """
    if data is None:
        data = {}  # `settings:` with nothing behind it is an empty mapping in YAML as people write it
    reading = _Reading(model, data, subject, locate, report, prefix, author)
    removed = LeftOut()
    above: set[tuple[Step, ...]] = set()
    for _ in range(MOST_ROUNDS):
        try:
            read = model.model_validate(_without(data, removed.paths), context=reading)
            return Validated(read, removed)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=True, include_input=False)
        places = [(removed.original(_place(problem)), problem) for problem in errors]
        told = [(path, problem) for path, problem in places if path not in above]  # others follow from what is left out
        listed = report.may_tell(subject, author, min(len(told), MOST_MISTAKES))
        for path, problem in told[:listed]:
            reading.complain(path, problem)
        if len(told) > listed:
            count = len(told) - listed
            report.add(catalogue.MORE_MISTAKES, subject, locate((*prefix, *told[listed][0])), count=count)
        if told and not listed:
            break  # its author has enough to mend, and reading it again and again costs everybody
        paths = _parts_to_remove(model, places)
        if () in paths:
            break
        removed = removed.joined(paths)
        _add_with_parents(above, paths)
    return Validated(None, removed)


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
    author: str
    _counted: dict[str, int] = field(default_factory=dict)

    def count(self, expression: str, steps: int) -> int:
        """How many steps the expressions of the subject's namespace take; each of a resource counts once."""
        if expression not in self._counted:
            self._counted[expression] = self.report.spend(self.subject, steps, self.author)
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
            wrong = Suggestion(
                value if isinstance(value, str) else "", words, f"{told} is not one of the allowed words"
            )
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


def _parts_to_remove(
    model: type[Model], places: Iterable[tuple[tuple[Step, ...], Mapping[str, Any]]]
) -> set[tuple[Step, ...]]:
    """The parts to remove for all mistakes; of many inside of one that goes anyway, each would take its whole path."""
    paths: set[tuple[Step, ...]] = set()
    last: tuple[Step, ...] | None = None
    for path, problem in places:
        if last is None or path[: len(last)] != last:
            last = _part_to_remove(model, path, str(problem["type"]))
            paths.add(last)
    return paths


def _part_to_remove(model: type[Model], path: tuple[Step, ...], kind: str) -> tuple[Step, ...]:
    """The smallest part without which the rest may be valid, and means no more than before."""
    steps = _items_alike(path)
    for end, found in enumerate(_models_along(model, steps)):
        if end > 1 and isinstance(path[end - 1], int) and found is not None and found.shapes_owner:
            return path[: end - 2]
    if kind == "missing":
        return path[:-1]
    parent = _model_below(model, steps[:-1]) if path else None
    fields = parent.model_fields.items() if parent else ()
    required = any(f.is_required() for n, f in fields if path[-1] in (n, f.alias))
    return path[:-1] if required else path


def _add_with_parents(above: set[tuple[Step, ...]], paths: Iterable[tuple[Step, ...]]) -> None:
    """Add paths and all that they are below; the parents of what is there are, too."""
    for path in paths:
        length = len(path)
        while length >= 0 and path[:length] not in above:
            above.add(path[:length])
            length -= 1


def _without(data: Any, paths: frozenset[tuple[Step, ...]]) -> Any:
    """The data without the parts at these paths; what holds none of them is not copied."""
    tree: dict[Step, Any] = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        node[_GONE] = {}
    return _cut(data, tree) if paths else data


_GONE: Final = "\0gone"
"""Marks the end of a path; a field's name cannot have this character in YAML."""


def _cut(data: Any, tree: Mapping[Step, Any]) -> Any:
    """The data without the parts at the marked ends of a tree. A key of a mapping that is wrong itself has no place."""
    if isinstance(data, Mapping):
        kept = ((key, value) for key, value in data.items() if _GONE not in tree.get(key, {}))
        return {key: _cut(value, tree[key]) if key in tree else value for key, value in kept}
    if isinstance(data, list):
        items = ((index, value) for index, value in enumerate(data) if _GONE not in tree.get(index, {}))
        return [_cut(value, tree[index]) if index in tree else value for index, value in items]
    return data


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


def _model_at(model: type[Model], path: tuple[Step, ...]) -> type[Model] | None:
    """The model that stands at `path` below `model`; None for a plain mapping or list."""
    return _model_below(model, _items_alike(path))


def _items_alike(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The path with the same index for all items of a list: thousands of them may have mistakes."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def _model_below(model: type[Model], path: tuple[Step, ...]) -> type[Model] | None:
    return _models_along(model, path)[-1]


@functools.lru_cache(maxsize=4096)
def _models_along(model: type[Model], path: tuple[Step, ...]) -> tuple[type[Model] | None, ...]:
    """The model itself, and what stands behind each step."""
    found: Any = model
    models: list[type[Model] | None] = [model]
    for step in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = next((f.annotation for n, f in found.model_fields.items() if step in (n, f.alias)), None)
        elif get_origin(found) is dict:
            found = get_args(found)[1]
        elif get_origin(found) is tuple:
            found = get_args(found)[0]
        else:
            found = None
        found = _bare(found)
        models.append(found if isinstance(found, type) and issubclass(found, Model) else None)
    return tuple(models)


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
