"""The oracle: says what Istio's own CRDs hold against an object."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema_rs

from .cel_rules import is_transition
from .crd_file import crd_documents, crd_file
from .object_meta import metadata_violations
from .rule_sites import RuleSite, SiteBuilder, all_rules, why_not
from .strict_schema import unknown_keywords, validator

Kind: TypeAlias = tuple[str, str]
MAX_MESSAGE = 400


@dataclass
class _Judge:
    """What one version of one kind is checked with; compiled when it is first needed."""

    schema: dict[str, Any]
    namespaced: bool
    builder: SiteBuilder

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        return validator(self.schema)

    @cached_property
    def site(self) -> RuleSite | None:
        return self.builder.site(self.schema)


class IstioOracle:
    """Checks objects against the schemas and CEL rules of Istio's CRDs, and object metadata.

    `rules` counts the places of each distinct CEL rule. `unsupported_rules` maps those that
    cannot be evaluated to the reason, `transition_rules` lists those that need the object's
    former state, `unsupported_keywords` lists schema keywords that are not understood. The last
    three are empty for the CRDs this was written with; a test says so for those in use.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the CRDs at `path`, by default those that `tools/build istio-api` made.

        Raises `OracleUnavailableError` when they are missing and cannot be made.
        """
        documents = crd_documents(path or crd_file())
        builder = SiteBuilder()
        self._judges = {kind: _Judge(schema, namespaced, builder) for kind, schema, namespaced in _served(documents)}
        self._seen: dict[str, tuple[str, ...]] = {}
        schemas = [judge.schema for judge in self._judges.values()]
        self.rules: Counter[str] = Counter(text for schema in schemas for text in all_rules(schema))
        self.transition_rules: list[str] = sorted(filter(is_transition, self.rules))
        self.unsupported_rules: dict[str, str] = {
            text: reason for text in sorted(self.rules) if (reason := why_not(text)) is not None
        }
        self.unsupported_keywords: list[str] = sorted(
            {keyword for schema in schemas for keyword in unknown_keywords(schema)}
        )

    @property
    def kinds(self) -> frozenset[Kind]:
        """Every (apiVersion, kind) that the CRDs serve."""
        return frozenset(self._judges)

    def violations(self, obj: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with `obj`, each as `path: why`; empty means admitted."""
        faults: list[str] = []
        plain = _plain(obj, "", faults)
        if faults:
            return faults
        kind: Kind = (str(plain.get("apiVersion")), str(plain.get("kind")))
        judge = self._judges.get(kind)
        if judge is None:
            return [f"apiVersion, kind: {kind[0]!r}, {kind[1]!r} is not served by Istio's CRDs"]
        found = list(self._body_violations(judge, plain))
        if isinstance(plain.get("metadata"), dict):
            found += metadata_violations(plain["metadata"], namespaced=judge.namespaced)
        return found

    def _body_violations(self, judge: _Judge, plain: dict[str, Any]) -> tuple[str, ...]:
        """Return what schema and rules say; remembered, since they do not look into metadata."""
        metadata = plain.get("metadata")
        body = {**plain, "metadata": {} if isinstance(metadata, dict) else metadata}
        if "metadata" not in plain:
            del body["metadata"]
        key = json.dumps(body)
        if key not in self._seen:
            self._seen[key] = tuple(_judged(judge, body))
        return self._seen[key]


def _served(documents: list[dict[str, Any]]) -> Iterator[tuple[Kind, dict[str, Any], bool]]:
    """Yield ((apiVersion, kind), root schema, namespaced) of each served version of each CRD."""
    for spec in (document["spec"] for document in documents):
        for version in (version for version in spec["versions"] if version["served"]):
            kind = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            yield kind, version["schema"]["openAPIV3Schema"], spec["scope"] == "Namespaced"


def _judged(judge: _Judge, body: dict[str, Any]) -> Iterator[str]:
    """Yield the schema's violations, or when there are none those of the CEL rules."""
    errors = [_described(error) for error in judge.validator.iter_errors(body)]
    if errors or judge.site is None:
        yield from errors
    else:
        yield from judge.site.violations(body, "")


def _described(error: jsonschema_rs.ValidationError) -> str:
    path = ""
    for part in error.instance_path:
        path = _below(path, part)
    message = error.message
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + " ..."
    return f"{path or 'object'}: {message}"


def _below(path: str, part: str | int) -> str:
    if isinstance(part, int):
        return f"{path}[{part}]"
    return f"{path}.{part}" if path else part


def _plain(value: Any, path: str, faults: list[str]) -> Any:
    """Copy `value` as plain JSON types, adding to `faults` what JSON cannot say."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                faults.append(f"{path or 'object'}: key {key!r} is not a string")
        return {key: _plain(item, _below(path, str(key)), faults) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, _below(path, index), faults) for index, item in enumerate(value)]
    if isinstance(value, Enum):
        # Pulumi serialises an enum as its value.
        return _plain(value.value, path, faults)
    if isinstance(value, float) and not math.isfinite(value):
        faults.append(f"{path}: {value} is not JSON")
    elif value is not None and type(value) not in (str, int, float, bool):
        faults.append(f"{path}: {type(value).__name__} is not JSON")
    return value
