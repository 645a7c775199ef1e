"""Turns a CRD's OpenAPI v3 schema into a strict JSON schema with Kubernetes' meaning."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import jsonschema_rs

Schema: TypeAlias = dict[str, Any]

JUNCTORS = ("allOf", "anyOf", "oneOf")
INT32 = (-(2**31), 2**31 - 1)
# Keywords whose meaning is the same in JSON schema.
_SAME = frozenset(
    [
        "type",
        "required",
        "minimum",
        "maximum",
        "enum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "pattern",
        "uniqueItems",
    ]
)
_TRANSLATED = frozenset({"properties", "additionalProperties", "items", "format", "nullable"})
_CHECKED_ELSEWHERE = frozenset(
    {
        "description",
        "x-kubernetes-validations",  # cel_rules.py
        "x-kubernetes-list-type",  # rule_sites.py
        "x-kubernetes-list-map-keys",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-int-or-string",  # always comes with the anyOf that says so
    }
)
KNOWN_KEYWORDS = _SAME | _TRANSLATED | _CHECKED_ELSEWHERE | {*JUNCTORS, "not"}


def validator(schema: Schema) -> jsonschema_rs.Validator:
    """Compile the strict form of a CRD version's root schema."""
    return jsonschema_rs.validator_for(
        strict_root(schema),
        validate_formats=True,
        formats={"byte": _is_base64},
        # Linear-time regexes like the API server's RE2: a pattern with look-around fails here.
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def strict_root(schema: Schema) -> Schema:
    """Return the strict schema of a whole object; `metadata` is checked by object_meta.py."""
    root = strict(schema)
    root["properties"] = {
        **root.get("properties", {}),
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    root["required"] = sorted({*root.get("required", []), "apiVersion", "kind", "metadata"})
    return root


def strict(schema: Schema) -> Schema:
    """Return the JSON schema of one structural node: unlisted fields are violations."""
    out: Schema = {key: value for key, value in schema.items() if key in _SAME}
    for key in (*JUNCTORS, "not"):
        if key in schema:
            # Junctors only constrain what the structural part lists: they are copied, not closed.
            out[key] = schema[key]
    out |= _children(schema)
    if "format" in schema:
        out |= _format(schema)
    if schema.get("x-kubernetes-list-type") == "set":
        out["uniqueItems"] = True
    if schema.get("nullable"):
        # The API server checks a null against nothing but `nullable` and `enum`.
        return {"anyOf": [{"type": "null"}, out]}
    return out


def _children(schema: Schema) -> Schema:
    out: Schema = {}
    if "properties" in schema:
        out["properties"] = {name: strict(child) for name, child in schema["properties"].items()}
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        out["additionalProperties"] = strict(extra)
    elif schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        # Also for an object without properties: the API server prunes all that is in it.
        out["additionalProperties"] = bool(extra)
    if "items" in schema:
        out["items"] = strict(schema["items"])
    return out


def _format(schema: Schema) -> Schema:
    """Translate a format; `int32` is a range for the API server, not an annotation."""
    if schema["format"] != "int32":
        return {"format": schema["format"]}
    low, high = INT32
    return {
        "minimum": max(low, schema.get("minimum", low)),
        "maximum": min(high, schema.get("maximum", high)),
    }


def unknown_keywords(schema: Schema) -> set[str]:
    """Return the schema keywords that this oracle does not understand, anywhere in `schema`."""
    return {key for node in _nodes(schema) for key in node if key not in KNOWN_KEYWORDS}


def children(schema: Mapping[str, Any]) -> Iterator[Schema]:
    """Yield the structural children of a node: property, map value and item schemas."""
    yield from schema.get("properties", {}).values()
    for key in ("additionalProperties", "items"):
        if isinstance(schema.get(key), dict):
            yield schema[key]


def _nodes(schema: Schema) -> Iterator[Schema]:
    yield schema
    junctors = [part for key in JUNCTORS for part in schema.get(key, [])]
    negated = [schema["not"]] if "not" in schema else []
    for child in (*children(schema), *junctors, *negated):
        yield from _nodes(child)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
