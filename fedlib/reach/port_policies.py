"""What DestinationRules say of single ports, worked out once for all who follow the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fedlib.reach.cluster import Cluster
from fedlib.reach.destination_rules import HostRule, policy_of, tls_mode
from fedlib.reach.entries import Distribution
from fedlib.reach.fields import as_mapping, canonical
from fedlib.reach.localities import Preference, preference
from fedlib.reach.model import Balancing, TlsMode

_LOCALITY = ("localityLbSetting", "zoneAwareLbSetting")


@dataclass(frozen=True, slots=True, eq=False)
class PortPolicy:
    """What holds for a port, or for a subset of it.

    Attributes:
        wanted: which endpoints are preferred.
        balancing: how endpoints are chosen.
        tls: `tls` as written; empty for none.
        mode: the TLS by which endpoints are told that take mTLS; None: nothing is said.
        passthrough: whether requests go on to the address that was called.
    """

    wanted: Preference
    balancing: Balancing
    tls: Mapping[str, Any]
    mode: TlsMode | None
    passthrough: bool


KnownPolicies = dict[tuple[object, ...], PortPolicy]
"""Policies by what decides about them: clusters with the same settings share them."""


class PortPolicies:
    """The policies of a cluster's hosts, port by port."""

    def __init__(self, cluster: Cluster, known: KnownPolicies) -> None:
        self._settings, self._known = cluster.settings, known
        self._general = (canonical(cluster.settings.traffic_policy), canonical(cluster.settings.locality))

    def of(self, rule: HostRule | None, port: int, subset: str, distribution: Distribution) -> PortPolicy:
        """What holds for a port under a rule."""
        key = (rule.content, port, subset, distribution, self._general) if rule else (distribution, self._general)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._make(rule, port, subset, distribution)
        return found

    def _make(self, rule: HostRule | None, port: int, subset: str, distribution: Distribution) -> PortPolicy:
        policy = policy_of(rule, port, subset, self._settings.traffic_policy)
        # the mesh's `defaultTrafficPolicy` does not turn on what depends on outlier detection
        wanted = preference(policy_of(rule, port, subset, {}), distribution, self._settings.locality)
        balancer = as_mapping(policy.get("loadBalancer"))
        balancing = Balancing(
            canonical({key: one for key, one in balancer.items() if key not in _LOCALITY}),
            canonical(policy.get("outlierDetection")) or ("{}" if "outlierDetection" in policy else ""),
            canonical(policy.get("connectionPool")),
            wanted.matters,
        )
        mode = tls_mode(rule, port, subset)
        return PortPolicy(
            wanted, balancing, as_mapping(policy.get("tls")), mode, balancer.get("simple") == "PASSTHROUGH"
        )
