"""DestinationRules: which one holds for a client and a host, and what several of one host become.

Source: `setDestinationRules` and `destinationRule` in `pilot/pkg/model/push_context.go`, `mergeDestinationRule` in
`pilot/pkg/model/destination_rule.go`, `SidecarScope.DestinationRule` in `pilot/pkg/model/sidecar.go` of istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fedlib.diagnostics import Ref
from fedlib.reach.cluster import Cluster
from fedlib.reach.fields import as_mapping, labels, mappings, text, texts
from fedlib.reach.hostnames import is_wildcard, most_specific, qualified
from fedlib.reach.model import TlsMode
from fedlib.reach.objects import IstioObject
from fedlib.snapshot.selection import labels_match


@dataclass(frozen=True, slots=True, eq=False)
class HostRule:
    """What one DestinationRule, or several of a host in a namespace, say together.

    Attributes:
        namespace: where they stand.
        selector: the pods whose proxies follow it; None: all.
        export_to: who sees it; empty: as the mesh says.
        policy: `trafficPolicy` of the oldest that has one.
        subsets: those of all, each name once.
        sources: the objects, the oldest first.
        content: what they say, by the identities of their specs: copies have it in common.
    """

    namespace: str
    selector: Mapping[str, str] | None
    export_to: frozenset[str]
    policy: Mapping[str, Any]
    subsets: Mapping[str, Mapping[str, Any]]
    sources: tuple[Ref, ...] = ()
    content: tuple[int, ...] = ()


@dataclass(slots=True)
class _Rules:
    """The rules of a namespace by host. Several for one host: with other selectors, or shown to others."""

    by_host: dict[str, list[HostRule]] = field(default_factory=dict)
    wildcards: list[str] = field(default_factory=list)

    def add(self, host: str, rule: HostRule) -> None:
        """Merge a rule into those of its host that are shown to the same namespaces, or put it beside them."""
        known = self.by_host.get(host)
        if known is None:
            self.by_host[host] = [rule]
            if is_wildcard(host):
                self.wildcards.append(host)
            return
        alone = True
        for index, other in enumerate(known):
            alone, merged = _meet(other, rule)
            if merged is not None:
                known[index] = merged
        if alone:
            known.append(rule)

    def find(self, host: str) -> list[HostRule]:
        """Those of the most specific host that covers a host."""
        key = most_specific(host, self.by_host, self.wildcards)
        return self.by_host[key] if key is not None else []


class DestinationRules:
    """The DestinationRules of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._settings = cluster.settings
        self._local: dict[str, _Rules] = defaultdict(_Rules)
        self._exported: dict[str, _Rules] = defaultdict(_Rules)
        self._private_root = _Rules()
        self._chosen: dict[tuple[str, str, str], list[HostRule]] = {}
        things = cluster.of_kind("DestinationRule")
        for thing in sorted(things, key=lambda one: "workloadSelector" not in one.spec):
            self._add(thing)

    def of(self, client: str, pods: Mapping[str, str], host: str, namespace: str) -> HostRule | None:
        """The rule that proxies follow.

        Args:
            client: the namespace of the client.
            pods: the labels of its pods.
            host: the host that is called.
            namespace: where the object that defines the host stands.
        """
        key = (client, host, namespace)
        listed = self._chosen.get(key)
        if listed is None:
            listed = self._chosen[key] = self._choose(client, host, namespace)
        general = None
        for rule in listed:
            if rule.selector is None:
                general = rule
            elif rule.namespace == client and labels_match(rule.selector, pods):
                return rule
        return general

    def selectors(self, client: str) -> list[Mapping[str, str]]:
        """The selectors of pods that rules of a namespace tell apart."""
        found = self._local[client].by_host.values() if client in self._local else ()
        return [rule.selector for rules in found for rule in rules if rule.selector is not None]

    def _choose(self, client: str, host: str, namespace: str) -> list[HostRule]:
        """The client's namespace comes before the host's, and that before the root namespace.

        In the root namespace itself, its public rules are for everybody, so only its private ones come first.
        """
        own = self._local.get(client) if client != self._settings.root_namespace else self._private_root
        found = own.find(host) if own else []
        for place in (namespace, self._settings.root_namespace):
            found = found or self._shown(place, host, client)
        return found

    def _shown(self, place: str, host: str, client: str) -> list[HostRule]:
        rules = self._exported.get(place)
        listed = rules.find(host) if rules else []
        return [one for one in listed if not one.export_to or not one.export_to.isdisjoint(("*", client))]

    def _add(self, thing: IstioObject) -> None:
        host = qualified(text(thing.spec.get("host")).lower(), thing.namespace, self._settings.cluster_domain)
        rule = _read(thing)
        shown, own = rule.export_to, thing.namespace
        if not shown or not shown.isdisjoint(("*", ".", own)):
            self._local[own].add(host, rule)
        private = shown in ({"."}, {own}) or (not shown and "." in self._settings.destination_rule_export_to)
        if not private:
            self._exported[own].add(host, rule)
        elif own == self._settings.root_namespace:
            self._private_root.add(host, rule)


def _read(thing: IstioObject) -> HostRule:
    selector = thing.spec.get("workloadSelector")
    chosen = labels(as_mapping(selector).get("matchLabels")) if selector is not None else None
    return HostRule(
        thing.namespace,
        chosen,
        frozenset(texts(thing.spec.get("exportTo"))) if chosen is None else frozenset({"."}),
        as_mapping(thing.spec.get("trafficPolicy")),
        {text(one.get("name")): one for one in reversed(mappings(thing.spec.get("subsets")))},
        (thing.ref,),
        (id(thing.spec),),
    )


def _meet(older: HostRule, younger: HostRule) -> tuple[bool, HostRule | None]:
    """What becomes of two rules of a host: whether the younger one stands alone too, and what the older one becomes."""
    equal = younger.export_to == older.export_to
    if not equal and not (older.export_to and younger.export_to >= older.export_to):
        return True, None
    if older.selector is not None and younger.selector is not None and older.selector != younger.selector:
        return True, None
    alike = (older.selector is None) == (younger.selector is None)
    return not (equal or alike), _merged(older, younger)


def _merged(older: HostRule, younger: HostRule) -> HostRule:
    """The subsets of both; of the rest that of the older one, if it says anything."""
    return replace(
        older,
        policy=older.policy or younger.policy,
        subsets={**younger.subsets, **older.subsets},
        sources=(*older.sources, *younger.sources),
        content=(*older.content, *younger.content),
    )


def policy_of(rule: HostRule | None, port: int, subset: str, mesh: Mapping[str, Any]) -> Mapping[str, Any]:
    """What holds for a port, or for a subset of it.

    Settings of a port inherit nothing from those of all ports. Those of a subset come before those of the host, field
    by field, or as a whole where they are a port's. Beneath stands the mesh's `defaultTrafficPolicy`, field by field.

    Source: `GetPortLevelTrafficPolicy`, `MergeSubsetTrafficPolicy`, `applyDefaultTrafficPolicy` of istio/istio.
    """
    policy, _ = _of_port(rule.policy if rule else {}, port)
    policy = {**mesh, **policy}
    own = as_mapping(rule.subsets.get(subset, {}).get("trafficPolicy")) if rule and subset else {}
    if not own:
        return policy
    chosen, whole = _of_port(own, port)
    kept = {key: one for key, one in policy.items() if not (whole and key in _REPLACED)}
    return {**kept, **{key: one for key, one in chosen.items() if key != "portLevelSettings"}}


def tls_mode(rule: HostRule | None, port: int, subset: str) -> TlsMode | None:
    """The TLS that a rule asks for, as far as it decides which endpoints take mTLS (`tlsModeForDestinationRule`).

    Unlike all other settings, that of a port is looked for in those of all ports too.
    """
    if rule is None or (subset and subset not in rule.subsets):
        return None
    own = as_mapping(rule.subsets.get(subset, {}).get("trafficPolicy")) if subset else {}
    stated = _stated_tls(own, port) or _stated_tls(rule.policy, port)
    if not stated:
        return None
    mode = text(stated.get("mode"))
    return TlsMode(mode) if mode in ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL") else TlsMode.DISABLE


def _stated_tls(policy: Mapping[str, Any], port: int) -> Mapping[str, Any]:
    for one in mappings(policy.get("portLevelSettings")):
        if as_mapping(one.get("port")).get("number") == port and one.get("tls"):
            return as_mapping(one["tls"])
    return as_mapping(policy.get("tls"))


_REPLACED = frozenset({"connectionPool", "loadBalancer", "outlierDetection", "tls"})


def _of_port(policy: Mapping[str, Any], port: int) -> tuple[Mapping[str, Any], bool]:
    for one in mappings(policy.get("portLevelSettings")):
        if as_mapping(one.get("port")).get("number") == port:
            return {key: item for key, item in one.items() if key in _REPLACED}, True
    return policy, False
