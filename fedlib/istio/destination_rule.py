"""DestinationRules: one for each host rule that has something to say.

Everything stands in `portLevelSettings`, port by port: settings of a port inherit nothing from those of the host.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.federation.decisions import Decisions
from fedlib.istio.group_host_rule import group_host_rules
from fedlib.istio.host_rule import HostRule
from fedlib.istio.host_rule_policies import add_policies
from fedlib.istio.object import Declaration
from fedlib.istio.service_host_rule import service_host_rules
from fedlib.istio.traffic_policy import port_policies
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "DestinationRule"


def translate_destination_rules(decisions: Decisions, snapshot: Snapshot) -> Iterator[Declaration]:
    """The DestinationRules of all hosts."""
    for rule in _rules_with_policies(decisions, snapshot):
        settings = _port_level_settings(rule)
        if not settings:
            continue
        spec = {
            "host": rule.host,
            "exportTo": list(rule.export_to),
            "trafficPolicy": {"portLevelSettings": settings},
        }
        yield Declaration(rule.cluster, rule.namespaces, API_VERSION, KIND, rule.name, spec, rule.lineage)


def _host_rules(decisions: Decisions, snapshot: Snapshot) -> Iterator[HostRule]:
    for group in decisions.groups:
        yield from group_host_rules(group, decisions.hosts, snapshot)

    yield from service_host_rules(decisions, snapshot)


def _rules_with_policies(decisions: Decisions, snapshot: Snapshot) -> Iterator[HostRule]:
    for rule in _host_rules(decisions, snapshot):
        yield from add_policies(rule, decisions, snapshot)


def _port_level_settings(rule: HostRule) -> list[dict[str, Any]]:
    settings = {port: port_policies(rule.policies.get(port, {}), tls, rule.host) for port, tls in rule.tls.items()}
    return [{"port": {"number": port}, **fields} for port, fields in sorted(settings.items()) if fields]
