"""Which endpoints a client prefers.

Source: `pilot/pkg/networking/core/loadbalancer/loadbalancer.go`, `LbPriority` and `LocalityMatch` in
`pilot/pkg/networking/util/util.go` of istio/istio.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fedlib.reach.entries import Distribution
from fedlib.reach.fields import as_mapping, mappings, number, text, texts
from fedlib.reach.instances import Instance

REGION: Final = "topology.kubernetes.io/region"
ZONE: Final = "topology.kubernetes.io/zone"
SUBZONE: Final = "topology.istio.io/subzone"
CLUSTER: Final = "topology.istio.io/cluster"
NETWORK: Final = "topology.istio.io/network"
HOSTNAME: Final = "kubernetes.io/hostname"

_DISTRIBUTED: Final = {
    Distribution.SAME_ZONE: (NETWORK, REGION, ZONE),
    Distribution.SAME_NODE: (NETWORK, REGION, ZONE, SUBZONE, HOSTNAME),
}
"""The labels in whose order `trafficDistribution` prefers endpoints."""


@dataclass(frozen=True, slots=True)
class Preference:
    """How localities count.

    Attributes:
        distribute: shares by locality, from and to.
        failover: from a region to another.
        labels: labels whose values must be the client's, the most important first.
        gives_up: whether clients ever leave the preferred endpoints, so that there are others.
        regions: whether only regions count (`zoneAwareLbSetting`).
    """

    distribute: tuple[Mapping[str, Any], ...] = ()
    failover: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    gives_up: bool = False
    regions: bool = False

    @property
    def matters(self) -> bool:
        """Whether endpoints differ by where they are."""
        return bool(self.distribute) or self.gives_up


@dataclass(frozen=True, slots=True)
class Ranked:
    """An endpoint with its rank. See `Endpoint`."""

    instance: Instance
    locality: str
    priority: int = 0
    locality_weight: int = 0


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where a client is, and its labels, with those that tell where it is."""

    locality: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


def preference(policy: Mapping[str, Any], distribution: Distribution, mesh: Mapping[str, Any]) -> Preference:
    """What decides: the DestinationRule, or else the host's `trafficDistribution`, or else the mesh.

    Source: `GetEffectiveLbSetting`. Without outlier detection nobody is ever given up, and only shares have an effect.
    """
    balancer = as_mapping(policy.get("loadBalancer"))
    ejects = isinstance(policy.get("outlierDetection"), dict)
    zone_aware = balancer.get("zoneAwareLbSetting")
    if isinstance(zone_aware, dict):
        off = zone_aware.get("enabled") is False
        return Preference() if off else _read(zone_aware, gives_up=True, regions=True)
    own = balancer.get("localityLbSetting")
    if isinstance(own, dict):
        return Preference() if own.get("enabled") is False else _read(own, gives_up=ejects)
    if distribution is not Distribution.ANY:
        return Preference(labels=_DISTRIBUTED[distribution], gives_up=True)
    return Preference() if mesh.get("enabled") is False else _read(mesh, gives_up=ejects)


def _read(setting: Mapping[str, Any], *, gives_up: bool, regions: bool = False) -> Preference:
    failover = tuple((text(one.get("from")), text(one.get("to"))) for one in mappings(setting.get("failover")))
    shares = () if regions else tuple(mappings(setting.get("distribute")))
    return Preference(shares, failover, texts(setting.get("failoverPriority")), gives_up, regions)


def rank(instances: Iterable[Instance], wanted: Preference, client: Viewpoint) -> list[Ranked]:
    """The endpoints with their ranks; those that get no share are left out.

    Where localities count, pods stand once for each that they may be in.
    """
    if not wanted.matters:
        return [Ranked(one, one.localities[0] if len(one.localities) == 1 else "") for one in instances]
    placed = [Ranked(one, locality) for one in instances for locality in one.localities]
    if wanted.distribute:
        return _shared(placed, wanted.distribute, client)
    levels = [0] * len(placed)
    if wanted.labels and client.labels:
        levels = [_label_level(one, wanted.labels, client) for one in placed]
    if wanted.regions or wanted.failover or not wanted.labels:
        steps = 3 if wanted.regions else 5
        levels = [
            level * steps + _distance(client.locality, one.locality, wanted)
            for level, one in zip(_compact(levels), placed, strict=True)
        ]
    return [replace(one, priority=level) for one, level in zip(placed, _compact(levels), strict=True)]


def _compact(levels: Iterable[int]) -> list[int]:
    """Levels without gaps."""
    listed = list(levels)
    places = {level: place for place, level in enumerate(sorted(set(listed)))}
    return [places[level] for level in listed]


def _distance(client: str, endpoint: str, wanted: Preference) -> int:
    """0: the same subzone, 1: the same zone, 2: the same region, 3: elsewhere, 4: where failover does not lead."""
    (region, zone, subzone), (to_region, to_zone, to_subzone) = _split(client), _split(endpoint)
    if region == to_region:
        if wanted.regions or (zone == to_zone and subzone == to_subzone):
            return 0
        return 1 if zone == to_zone else 2
    chosen = next((to for origin, to in wanted.failover if origin == region), None)
    if wanted.regions:
        return 1 if chosen == to_region else 2
    return 4 if chosen is not None and chosen != to_region else 3


def _label_level(placed: Ranked, labels: Sequence[str], client: Viewpoint) -> int:
    """How early the endpoint's labels differ from the client's (`applyFailoverPriorityPerLocality`)."""
    adjust, own = 0, _labels(placed, client)
    for place, entry in enumerate(labels):
        key, given, value = entry.partition("=")
        if (value if given else client.labels.get(key, "")) == own.get(key, ""):
            continue
        if place == 0 and labels[0] == NETWORK:
            adjust = len(labels)
            continue
        return len(labels) - place + adjust
    return adjust


def _labels(placed: Ranked, client: Viewpoint) -> dict[str, str]:
    """The labels of an endpoint with those that Istio adds (`AugmentLabels`).

    Endpoints of ServiceEntries count as those of the cluster where the ServiceEntry stands, wherever they are.
    """
    instance, given = placed.instance, placed.instance.labels or {}
    cluster = instance.server.cluster if instance.server else client.labels.get(CLUSTER, "")
    where = topology(placed.locality, given.get(NETWORK) or instance.network, cluster)
    return {**given, **where}


def topology(locality: str, network: str, cluster: str) -> dict[str, str]:
    """Labels that tell where something is. Istio's ID of a cluster is taken to be the cluster's name."""
    region, zone, subzone = _split(locality)
    found = {REGION: region, ZONE: zone, SUBZONE: subzone, NETWORK: network, CLUSTER: cluster}
    return {key: value for key, value in found.items() if value}


def _shared(placed: Sequence[Ranked], rules: Iterable[Mapping[str, Any]], client: Viewpoint) -> list[Ranked]:
    """Shares by locality; without one for the client's locality all are alike (`applyLocalityWeights`)."""
    chosen = next((one for one in rules if _covers(text(one.get("from")), client.locality)), None)
    if chosen is None:
        return list(placed)
    groups: dict[str, list[Ranked]] = defaultdict(list)
    for one in placed:
        groups[one.locality].append(one)
    found: list[Ranked] = []
    for pattern, weight in as_mapping(chosen.get("to")).items():
        taken = [groups.pop(locality) for locality in list(groups) if _covers(pattern, locality)]
        total = sum(one.instance.weight for one in itertools.chain.from_iterable(taken))
        for listed in taken:
            own = sum(one.instance.weight for one in listed)
            share = math.ceil(own * number(weight) / total) if total else 0
            found.extend(replace(one, locality_weight=share or own) for one in listed)
    return found


def _covers(pattern: str, locality: str) -> bool:
    """Whether a locality of a rule, with `*` or nothing for any part, covers one (`LocalityMatch`)."""
    wanted = _split(pattern)
    pairs = list(zip(wanted, _split(locality), strict=True))
    region, own = pairs[0]
    return (region in ("*", own)) and all(want in ("*", "", have) for want, have in pairs[1:])


def _split(locality: str) -> tuple[str, str, str]:
    region, zone, subzone = [*locality.split("/", 2), "", ""][:3]
    return region, zone, subzone
