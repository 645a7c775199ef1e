"""Compiles and evaluates the CEL rules of a CRD (`x-kubernetes-validations`)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import celpy
import celpy.evaluation
import lark
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from .cel_functions import FUNCTIONS

Schema: TypeAlias = dict[str, Any]

_MACROS = frozenset({"has", "dyn", "all", "exists", "exists_one", "map", "filter"})
_CALLABLE = _MACROS | set(celpy.evaluation.base_functions) | set(FUNCTIONS)
# `has(self.x)`, but not `has(self.x.y)`, which reads x.
_PRESENCE = re.compile(r"\bhas\(self\.(\w+)\)")
_FIELD = re.compile(r"\bself\.(\w+)(?!\w|\()")
_WHOLE = re.compile(r"\bself\b(?!\.\w+(?!\w|\())")
_OLD_SELF = re.compile(r"\boldSelf\b")
# Kubernetes escapes property names that CEL reserves (`__namespace__`): not implemented here.
_ESCAPED = re.compile(r"\bself\b.*\.__\w+__")
_ENVIRONMENT = celpy.Environment()


class UnsupportedRuleError(ValueError):
    """A rule that this oracle cannot evaluate faithfully; the message says why."""


def is_transition(text: str) -> bool:
    """Say whether a rule compares with the object's former state, which an emitter has not."""
    return _OLD_SELF.search(text) is not None


@cache
def program(text: str) -> celpy.Runner:
    """Compile a rule once, or raise `UnsupportedRuleError`."""
    try:
        tree = _ENVIRONMENT.compile(text)
    except CELParseError as failure:
        raise UnsupportedRuleError(f"does not parse: {failure}") from failure
    # cel-python notices an unknown function only when it is called, the API server before.
    unknown = sorted(set(_called(tree)) - _CALLABLE)
    if unknown:
        raise UnsupportedRuleError(f"calls unknown {', '.join(unknown)}")
    if _ESCAPED.search(text):
        raise UnsupportedRuleError("uses an escaped property name")
    return _ENVIRONMENT.program(tree, functions=FUNCTIONS)


def _called(tree: lark.Tree[Any]) -> Iterator[str]:
    """Yield the name of each function, method and macro that an expression calls."""
    for node in tree.iter_subtrees():
        if node.data in ("ident_arg", "member_dot_arg"):
            yield str(node.children[0 if node.data == "ident_arg" else 1])


@dataclass
class BoundRule:
    """A rule at a place in a schema, with the verdicts it has given so far."""

    text: str
    message: str
    schema: Schema
    fields: frozenset[str] | None  # what the rule reads of `self`; None: all of it
    presence: frozenset[str]  # what it only asks the presence of
    _verdicts: dict[str, str | None] = field(default_factory=dict)

    def fault(self, value: Any) -> str | None:
        """Return the rule's message and text if `value` breaks it, and why if CEL failed."""
        reduced = value if self.fields is None else self._reduced(value)
        key = json.dumps(reduced)
        if key not in self._verdicts:
            self._verdicts[key] = self._evaluate(reduced)
        return self._verdicts[key]

    def _reduced(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what the rule can see, so that objects alike in that share a verdict.

        cel-python takes about a millisecond for a rule: this is what makes the oracle quick.
        """
        assert self.fields is not None
        seen = {name: value[name] for name in sorted(self.fields) if value.get(name) is not None}
        present = {name: True for name in sorted(self.presence) if value.get(name) is not None}
        return present | seen

    def _evaluate(self, value: Any) -> str | None:
        said = f"{self.message} (rule: {self.text})"
        try:
            verdict = program(self.text).evaluate({"self": cel_value(self.schema, value)})
        except CELEvalError as failure:
            return f"{said} (CEL: {failure.args[0]})"
        return None if isinstance(verdict, celtypes.BoolType) and verdict else said


def bind(rule: Mapping[str, Any], schema: Schema) -> BoundRule:
    """Return `rule` bound to the schema node that carries it."""
    text = rule["rule"]
    message = rule.get("message") or "failed rule"
    if "properties" not in schema or _WHOLE.search(text):
        return BoundRule(text, message, schema, None, frozenset())
    presence = frozenset(_PRESENCE.findall(text))
    fields = frozenset(_FIELD.findall(_PRESENCE.sub("", text)))
    only_presence = presence - fields
    properties = {name: schema["properties"].get(name, {}) for name in fields}
    properties |= {name: {"type": "boolean"} for name in only_presence}
    reduced = {"type": "object", "properties": properties}
    return BoundRule(text, message, reduced, fields, only_presence)


def cel_value(schema: Mapping[str, Any], value: Any) -> Any:
    """Convert a JSON value to the CEL type that its schema gives it."""
    if value is None:
        return None
    match schema.get("type"):
        case "object":
            return celtypes.MapType(dict(_members(schema, value)))
        case "array":
            items = schema.get("items", {})
            return celtypes.ListType([cel_value(items, item) for item in value])
        case "integer":
            return celtypes.IntType(int(value))
        case "number":
            return celtypes.DoubleType(float(value))
        case "string":
            return _cel_string(schema.get("format"), value)
        case _:
            return json_to_cel(value)


def _members(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    properties = schema.get("properties")
    extra = schema.get("additionalProperties")
    for name, member in value.items():
        # A null property counts as absent for the API server; a null map value does not.
        if properties is not None and member is None:
            continue
        child = (properties or {}).get(name) or (extra if isinstance(extra, dict) else {})
        yield celtypes.StringType(name), cel_value(child, member)


def _cel_string(form: str | None, value: str) -> Any:
    if form == "date-time":
        return celtypes.TimestampType(value)
    if form == "byte":
        return celtypes.BytesType(base64.b64decode(value))
    return celtypes.StringType(value)
