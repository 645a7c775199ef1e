"""DestinationRules: one for each host rule that has something to say.

Everything stands in `portLevelSettings`, port by port: settings of a port inherit nothing from those of the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.role import Effect
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.policy import NO_POLICIES
from fedlib.federation.routes.subsets import demanded_subsets
from fedlib.istio.destination_rules.external import external_host_rules
from fedlib.istio.destination_rules.group import group_host_rules
from fedlib.istio.destination_rules.host_rule import HostRule, HostSubset
from fedlib.istio.destination_rules.policies import add_policies
from fedlib.istio.destination_rules.service import service_host_rules
from fedlib.istio.destination_rules.subsets import federated_host_rules, local_only_rules
from fedlib.istio.destination_rules.traffic_policy import port_policies
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "DestinationRule"


def translate_destination_rules(decisions: Decisions, snapshot: Snapshot) -> Iterator[Declaration]:
    """The DestinationRules of all hosts."""
    same = _Same()
    for rule in _rules_with_policies(decisions, snapshot):
        settings = same.settings(rule)
        if not settings and not rule.subsets:
            continue
        spec: dict[str, Any] = {"host": rule.host, "exportTo": list(rule.export_to)}
        if settings:
            spec["trafficPolicy"] = {"portLevelSettings": settings}
        if rule.subsets:
            spec["subsets"] = [_subset(rule, subset) for subset in rule.subsets]
        places = {rule.cluster: rule.namespaces}
        effect = Effect(describes=(rule.host,), private=rule.export_to == (".",))
        yield Declaration(places, API_VERSION, KIND, rule.name, spec, rule.lineage, effect=effect)


def _host_rules(decisions: Decisions, snapshot: Snapshot) -> Iterator[HostRule]:
    demanded = demanded_subsets(decisions.routes)
    for group in decisions.groups:
        yield from group_host_rules(group, demanded, decisions.hosts, snapshot)
        yield from local_only_rules(group, demanded, decisions.hosts, snapshot)
    for service in decisions.services:
        yield from federated_host_rules(service, demanded, decisions.hosts, snapshot)
    for external in decisions.externals:
        yield from external_host_rules(external, snapshot)
    yield from service_host_rules(decisions, demanded, snapshot)


def _rules_with_policies(decisions: Decisions, snapshot: Snapshot) -> Iterator[HostRule]:
    for rule in _host_rules(decisions, snapshot):
        yield from add_policies(rule, decisions, snapshot)


def _subset(rule: HostRule, subset: HostSubset) -> dict[str, Any]:
    """A subset with all policies of the host's ports."""
    found: dict[str, Any] = {"name": subset.name}
    if subset.labels:
        found["labels"] = dict(sorted(subset.labels.items()))
    settings = _port_level_settings(rule, {**rule.tls, **subset.tls}) if subset.tls else []
    if settings:
        found["trafficPolicy"] = {"portLevelSettings": settings}
    return found


class _Same:
    """Settings of the rule before, where this one has the same TLS and policies: a group's rules differ in little else.

    They are told apart by identity, which is safe while the rule before is held here.
    """

    def __init__(self) -> None:
        self._rule: HostRule | None = None
        self._settings: list[dict[str, Any]] = []

    def settings(self, rule: HostRule) -> list[dict[str, Any]]:
        """The settings of all ports of a rule. Rules share them: nothing may change them."""
        before = self._rule
        if before is None or before.host != rule.host or not _shares(before, rule):
            self._rule, self._settings = rule, _port_level_settings(rule, rule.tls)
        return self._settings


def _shares(one: HostRule, other: HostRule) -> bool:
    """Whether TLS and policies are the same objects."""
    policies = one.policies.keys() == other.policies.keys() and all(
        found is other.policies[port] for port, found in one.policies.items()
    )
    return policies and one.tls is other.tls


def _port_level_settings(rule: HostRule, tls: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    settings = {port: port_policies(rule.policies.get(port, NO_POLICIES), own, rule.host) for port, own in tls.items()}
    return [{"port": {"number": port}, **fields} for port, fields in sorted(settings.items()) if fields]
