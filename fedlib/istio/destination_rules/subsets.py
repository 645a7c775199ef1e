"""Subsets of hosts: those that routes name, and those by which clients reach external hosts through a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.model.destination import Group
from fedlib.federation.model.host_rule import HostRule
from fedlib.istio.destination_rules.tls import TlsByPort, sni
from fedlib.istio.subset import egress_subset, subset_name


@dataclass(frozen=True, slots=True)
class HostSubset:
    """Pods of a host by labels, under a name; `tls` replaces that of the host by port. No labels mean all pods."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    tls: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def host_subsets(rule: HostRule, tls: TlsByPort) -> Iterator[HostSubset]:
    """The subsets, first those of routes by name. Where the host's TLS settings name an SNI, each names its own."""
    found: dict[str, HostSubset] = {}
    served = local_only_host(rule.host, rule.decision.workspace) if isinstance(rule.decision, Group) else ""
    for labels in rule.subsets:
        name = subset_name(labels)
        settings = tls.items() if rule.remote else ()
        own = {port: {**fields, "sni": sni(port, served, name)} for port, fields in settings}
        found[name] = HostSubset(name, labels, own)
    yield from (subset for _, subset in sorted(found.items()))
    yield from _egress_subsets(rule)


def _egress_subsets(rule: HostRule) -> Iterator[HostSubset]:
    """The gateway tells hosts apart by the SNI."""
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for host, port in rule.egress:
        found.setdefault(egress_subset(host), {})[port] = {"mode": "ISTIO_MUTUAL", "sni": host}
    yield from (HostSubset(name, {}, tls) for name, tls in sorted(found.items()))
