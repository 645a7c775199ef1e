"""The JSON Schema of stack files, for editors. The docstrings of the models' fields are its descriptions."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from typing import Any, get_args

from fedlib.config.model import Model
from fedlib.config.stack import StackConfig
from fedlib.config.stack_file import PROJECT


def stack_schema() -> dict[str, Any]:
    """The schema of a whole `Pulumi.<stack>.yaml`; keys of other Pulumi packages are free."""
    schema = StackConfig.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs")
    for model in dict.fromkeys(_models(StackConfig)):
        _describe(model, (schema if model is StackConfig else definitions[model.__name__])["properties"])
    properties = {f"{PROJECT}:{key}": value for key, value in schema["properties"].items()}
    encrypted = {
        "description": "A secret that `pulumi config set --secret` wrote, such as a kubeconfig.",
        "type": "object",
        "required": ["secure"],
        "properties": {"secure": {"type": "string"}},
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack config of the federation program",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "patternProperties": {rf"^(?!{PROJECT}:)": True},
                "additionalProperties": encrypted,
            }
        },
        "$defs": definitions,
    }


def _models(annotation: Any) -> Iterator[type[Model]]:
    """The models in a type, and those of their fields."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for argument in get_args(annotation):
        yield from _models(argument)


def _describe(model: type[Model], properties: dict[str, dict[str, Any]]) -> None:
    """Add the docstrings. Pydantic can do this, but for every model at each start, which takes half a second."""
    docstrings = _docstrings(model)
    for name, field in model.model_fields.items():
        described = {**properties[field.alias or name], "description": docstrings[name]}
        properties[field.alias or name] = dict(sorted(described.items()))


def _docstrings(model: type[Model]) -> dict[str, str]:
    """The docstrings of a model's fields: each stands below its field."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, Model):
            (tree,) = ast.parse(inspect.getsource(base)).body
            assert isinstance(tree, ast.ClassDef)
            for field, text in itertools.pairwise(tree.body):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    assert isinstance(field.target, ast.Name)
                    found[field.target.id] = inspect.cleandoc(ast.literal_eval(text.value))
    return found
