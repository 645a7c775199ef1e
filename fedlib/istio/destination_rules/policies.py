"""Policies in host rules. A workspace whose policies for a host differ from the owner's gets a rule of its own.

Istio takes the DestinationRule of the client's namespace first, and takes it whole: so the own rule is complete, and
stands in each namespace of that workspace, visible there only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fedlib.declarations.names import object_name
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.istio.destination_rules.host_rule import HostRule
from fedlib.snapshot.model import Snapshot

ByPort = Mapping[int, PoliciesByKind]


def add_policies(rule: HostRule, decisions: Decisions, snapshot: Snapshot) -> Iterator[HostRule]:
    """The rule with the policies of the workspace that it is written for, and those of consumers with other ones."""
    owner = rule.lineage.workspace
    base = _policies(rule, owner, decisions)
    consumers = (name for name in rule.consumers if name != owner)
    others = {name: own for name in consumers if (own := _policies(rule, name, decisions)) != base}
    followers = tuple(name for name in rule.consumers if name not in others)
    yield replace(rule, policies=base, consumers=followers)
    stem = decisions.hosts.stems.get(rule.host, rule.host)
    for consumer, own in others.items():
        # Where the rule itself stands there can be no second one: clients in that namespace follow the first.
        namespaces = tuple(
            name for name in snapshot.namespaces_of(consumer, rule.cluster) if name not in rule.namespaces
        )
        if namespaces:
            yield replace(
                rule,
                namespaces=namespaces,
                export_to=(".",),
                name=object_name(f"{stem}-{rule.kind.lower().replace('_', '-')}-{consumer}"),
                consumers=(consumer,),
                lineage=replace(rule.lineage, workspace=consumer),
                policies=own,
            )


def _policies(rule: HostRule, workspace: str, decisions: Decisions) -> ByPort:
    found = {port: decisions.policies.calling(workspace, rule.destination, port) for port in sorted(rule.tls)}
    return {port: policies for port, policies in found.items() if policies}
