"""DestinationRules: one for each host rule that has something to say.

Everything stands in `portLevelSettings`, port by port: settings of a port inherit nothing from those of the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect
from fedlib.federation.decisions import Decisions
from fedlib.federation.hosts.hostname import LOCAL_ONLY, local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.causes import made_of, rule_causes
from fedlib.federation.model.destination import External, Group
from fedlib.federation.model.host_rule import HostRule
from fedlib.federation.model.policy import NO_POLICIES, PoliciesByKind
from fedlib.istio.destination_rules.subsets import HostSubset, host_subsets
from fedlib.istio.destination_rules.tls import TlsByPort, host_tls
from fedlib.istio.destination_rules.traffic_policy import port_policies
from fedlib.istio.service_entries.external import external_stem

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "DestinationRule"


def translate_destination_rules(decisions: Decisions) -> Iterator[Declaration]:
    """The DestinationRules of all hosts."""
    written = _Written()
    made = made_of(decisions.services, decisions.groups, decisions.externals)
    for rule in decisions.host_rules:
        tls = written.tls(rule)
        settings, subsets = written.settings(rule, tls), list(host_subsets(rule, tls))
        if not settings and not subsets:
            continue
        spec: dict[str, Any] = {"host": rule.host, "exportTo": list(rule.place.export_to)}
        if settings:
            spec["trafficPolicy"] = {"portLevelSettings": settings}
        if subsets:
            spec["subsets"] = [_subset(rule, tls, subset) for subset in subsets]
        group = CORE if rule.destination.kind == "Service" else NETWORKING
        lineage = Lineage(rule.destination, *group, rule.place.workspace, rule_causes(rule, made), rule.shared_with)
        effect = Effect(describes=(rule.host,), private=rule.place.private)
        name = _name(rule, decisions.hosts)
        yield Declaration(rule.place.at, API_VERSION, KIND, name, spec, lineage, effect=effect)


def _name(rule: HostRule, hosts: HostNames) -> str:
    """Made of the host, what it stands for, and the workspace whose proxies follow the rule."""
    if isinstance(rule.decision, External) and not rule.own:
        return object_name(f"{external_stem(rule.decision)}-{rule.host}-{rule.place.workspace}")
    stem = hosts.stem(rule.host, rule.place.workspace)
    if rule.local_only and isinstance(rule.decision, Group):
        group_host = rule.host.removesuffix(local_only_host("", rule.decision.workspace))
        stem = f"{hosts.stem(group_host, rule.place.workspace)}-{LOCAL_ONLY}"
    kind = rule.kind.lower().replace("_", "-")
    return object_name(f"{stem}-{kind}-{rule.place.workspace}")


def _subset(rule: HostRule, tls: TlsByPort, subset: HostSubset) -> dict[str, Any]:
    """A subset with all policies of the host's ports."""
    found: dict[str, Any] = {"name": subset.name}
    if subset.labels:
        found["labels"] = dict(sorted(subset.labels.items()))
    settings = _port_level_settings(rule, {**tls, **subset.tls}) if subset.tls else []
    if settings:
        found["trafficPolicy"] = {"portLevelSettings": settings}
    return found


@dataclass(slots=True)
class _Written:
    """What was written for the rule before, where this one has the same: the rules of a host differ in places only.

    Parts are told apart by identity, which is safe while the rule before is held here.
    """

    _rule: HostRule | None = None
    _tls: TlsByPort = field(default_factory=dict)
    _settings: list[dict[str, Any]] = field(default_factory=list)
    _for: tuple[TlsByPort, Mapping[int, PoliciesByKind], bool] | None = None

    def tls(self, rule: HostRule) -> TlsByPort:
        """The TLS settings of a rule's host. Rules share them: nothing may change them."""
        before = self._rule
        same = before is not None and before.decision is rule.decision and before.ports == rule.ports
        if (
            before is None
            or not same
            or (before.host, before.remote, before.leaves) != (rule.host, rule.remote, rule.leaves)
        ):
            self._tls = host_tls(rule)
        self._rule = rule
        return self._tls

    def settings(self, rule: HostRule, tls: TlsByPort) -> list[dict[str, Any]]:
        """The settings of all ports of a rule. Rules share them: nothing may change them."""
        if (
            self._for is None
            or self._for[0] is not tls
            or self._for[1] is not rule.policies
            or self._for[2] is not rule.local_first
        ):
            self._for, self._settings = (tls, rule.policies, rule.local_first), _port_level_settings(rule, tls)
        return self._settings


def _port_level_settings(rule: HostRule, tls: TlsByPort) -> list[dict[str, Any]]:
    settings = {
        port: port_policies(
            rule.policies.get(port, NO_POLICIES), own, rule.host, leaves=rule.leaves, local_first=rule.local_first
        )
        for port, own in tls.items()
    }
    return [{"port": {"number": port}, **fields} for port, fields in sorted(settings.items()) if fields]
