"""Walks an object along the places of its schema where rules stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .cel_rules import BoundRule, UnsupportedRuleError, bind, is_transition, program
from .strict_schema import children

Schema: TypeAlias = dict[str, Any]


@dataclass
class RuleSite:
    """A schema node that carries rules, or lies on the way to one that does."""

    rules: list[BoundRule] = field(default_factory=list)
    list_keys: list[str] = field(default_factory=list)
    members: dict[str, RuleSite] = field(default_factory=dict)
    values: RuleSite | None = None
    items: RuleSite | None = None

    def violations(self, value: Any, path: str) -> Iterator[str]:
        """Yield what the rules at and below this site hold against `value`.

        `value` must satisfy the schema: the API server too runs CEL on valid objects only.
        """
        if value is None:
            return
        for rule in self.rules:
            fault = rule.fault(value)
            if fault is not None:
                yield f"{path}: {fault}"
        yield from self._duplicates(value, path)
        for name, member in self.members.items():
            if name in value:
                yield from member.violations(value[name], f"{path}.{name}" if path else name)
        if self.values is not None:
            for name, member_value in value.items():
                yield from self.values.violations(member_value, f"{path}[{name}]")
        if self.items is not None:
            for index, item in enumerate(value):
                yield from self.items.violations(item, f"{path}[{index}]")

    def _duplicates(self, value: Any, path: str) -> Iterator[str]:
        if self.list_keys:
            keys = Counter(json.dumps([item.get(key) for key in self.list_keys]) for item in value)
            for key in (key for key, count in keys.items() if count > 1):
                yield f"{path}: more than one item with {', '.join(self.list_keys)} = {key}"


@dataclass
class SiteBuilder:
    """Builds the sites of schemas; equal rules at equal nodes share their verdicts."""

    _bound: dict[tuple[str, str], BoundRule] = field(default_factory=dict)

    def site(self, schema: Schema) -> RuleSite | None:
        """Return the site of a schema node, None when no rule stands at or below it."""
        named = {
            name: site for name, child in schema.get("properties", {}).items() if (site := self.site(child)) is not None
        }
        extra, items = schema.get("additionalProperties"), schema.get("items")
        keys = schema.get("x-kubernetes-list-map-keys", [])
        site = RuleSite(
            rules=[self._rule(rule, schema) for rule in checked_rules(schema)],
            list_keys=keys if schema.get("x-kubernetes-list-type") == "map" else [],
            members=named,
            values=self.site(extra) if isinstance(extra, dict) else None,
            items=self.site(items) if items else None,
        )
        bare = not (site.rules or site.list_keys or named or site.values or site.items)
        return None if bare else site

    def _rule(self, rule: Schema, schema: Schema) -> BoundRule:
        bound = bind(rule, schema)
        key = json.dumps(rule, sort_keys=True), json.dumps(bound.schema, sort_keys=True)
        return self._bound.setdefault(key, bound)


def all_rules(schema: Schema) -> Iterator[str]:
    """Yield the text of every rule at and below a schema node, one for each place."""
    yield from (rule["rule"] for rule in schema.get("x-kubernetes-validations", []))
    for child in children(schema):
        yield from all_rules(child)


def checked_rules(schema: Schema) -> list[Schema]:
    """Return the rules of one node that this oracle evaluates."""
    rules = schema.get("x-kubernetes-validations", [])
    return [rule for rule in rules if not is_transition(rule["rule"]) and not why_not(rule["rule"])]


def why_not(text: str) -> str | None:
    """Return why a rule cannot be evaluated here, None if it can."""
    try:
        program(text)
    except UnsupportedRuleError as reason:
        return str(reason)
    return None
