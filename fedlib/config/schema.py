"""The JSON Schema of stack files, for editors. The docstrings of the models' fields are its descriptions."""

from __future__ import annotations

from typing import Any

from fedlib.config.load import PROJECT
from fedlib.config.stack import StackConfig


def stack_schema() -> dict[str, Any]:
    """The schema of a whole `Pulumi.<stack>.yaml`; keys of other Pulumi packages are free."""
    schema = StackConfig.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs")
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
