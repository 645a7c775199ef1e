"""AuthorizationPolicies: who may call pods.

An ALLOW policy that selects pods refuses every request that no ALLOW policy of theirs admits. Without a rule it admits
nothing, and with a rule whose source is empty it admits everybody; so an empty source is never written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.model.access import AccessDecisions, AccessRules, Action, Condition, Rule, Source

API_VERSION: Final = "security.istio.io/v1"
KIND: Final = "AuthorizationPolicy"
DRY_RUN: Final = {"istio.io/dry-run": "true"}

Lists = dict[int, list[str]]
"""Principals that were written already, by the identity of the tuple: many policies share it."""


def translate_access_rules(access: AccessDecisions) -> Iterator[Declaration]:
    """One AuthorizationPolicy for each set of rules, beside the pods."""
    written: Lists = {}
    for one in access.rules:
        spec: dict[str, Any] = {}
        if one.action is not Action.ALLOW:
            spec["action"] = one.action.value
        if one.selector:
            spec["selector"] = {"matchLabels": dict(sorted(one.selector.items()))}
        if one.rules:
            spec["rules"] = [_rule(rule, written) for rule in one.rules]
        yield _declare(one, spec)


def _declare(one: AccessRules, spec: dict[str, Any]) -> Declaration:
    lineage = Lineage(one.parent, *CORE, one.workspace, one.causes, one.shared_with)
    annotations = DRY_RUN if one.dry_run else {}
    name = object_name(one.stem)
    places, effect = {one.cluster: (one.namespace,)}, Effect(Role.ADMITS, selects=one.selector)
    return Declaration(places, API_VERSION, KIND, name, spec, lineage, annotations, effect)


def _rule(rule: Rule, written: Lists) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rule.sources:
        found["from"] = [{"source": _source(source, written)} for source in rule.sources]
    operation = {
        "ports": [str(port) for port in rule.ports],
        "hosts": list(rule.hosts),
        "paths": list(rule.paths),
        "notPaths": list(rule.not_paths),
        "methods": list(rule.methods),
    }
    operation = {key: values for key, values in operation.items() if values}
    if operation:
        found["to"] = [{"operation": operation}]
    if rule.conditions:
        found["when"] = [_condition(condition) for condition in rule.conditions]
    return found


def _source(source: Source, written: Lists) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if source.principals is not None:
        if id(source.principals) not in written:
            written[id(source.principals)] = list(source.principals)
        found["principals"] = written[id(source.principals)]
    lists = {
        "requestPrincipals": source.request_principals,
        "notRequestPrincipals": source.not_request_principals,
        "ipBlocks": source.ip_blocks,
        "remoteIpBlocks": source.remote_ip_blocks,
    }
    return {**found, **{key: list(values) for key, values in lists.items() if values}}


def _condition(condition: Condition) -> dict[str, Any]:
    found: dict[str, Any] = {"key": condition.key}
    if condition.values:
        found["values"] = list(condition.values)
    if condition.not_values:
        found["notValues"] = list(condition.not_values)
    return found
