"""FailoverPolicy as Istio's `localityLbSetting`."""

from __future__ import annotations

from typing import Any

from fedlib.config.gloo import Locality
from fedlib.config.policies.failover import DestinationLocality, FailoverConfig, LocalityMapping
from fedlib.federation.policies.failover import distributes, judge_mappings
from fedlib.istio.shares import even_shares


def locality_lb(config: FailoverConfig) -> dict[str, Any]:
    """The setting. Mappings with weights distribute; mappings without fail over, from region to region.

    Istio has no both: a mapping without weights beside one with weights is a distribution that all its requests follow.
    """
    mappings = [one.mapping for one in judge_mappings(config) if one.counts]
    found: dict[str, Any] = {"enabled": True}
    if distributes(config):
        found["distribute"] = [_distribution(mapping) for mapping in mappings]
    elif config.locality_mappings:
        found["failover"] = [{"from": one.from_.region, "to": one.to[0].region} for one in mappings]
    elif config.priority_labels is not None and config.priority_labels.labels:
        found["failoverPriority"] = list(config.priority_labels.labels)
    return found


def _distribution(mapping: LocalityMapping) -> dict[str, Any]:
    shares: dict[str, int] = {}
    for locality, weight in zip(mapping.to, weights(mapping.to), strict=True):
        shares[pattern(locality)] = shares.get(pattern(locality), 0) + weight
    return {"from": pattern(mapping.from_), "to": shares}


def weights(localities: tuple[DestinationLocality, ...]) -> list[int]:
    """Percentages that add up to 100: localities without a weight share what the others leave."""
    rest = 100 - sum(locality.weight or 0 for locality in localities)
    open_ = sum(1 for locality in localities if locality.weight is None)
    shares = iter(even_shares(open_, rest) if open_ else [])
    return [locality.weight if locality.weight is not None else next(shares) for locality in localities]


def pattern(locality: Locality) -> str:
    """A locality as Istio writes it, `region/zone/subzone`; `*` stands for what is not said."""
    parts = [part for part in (locality.region, locality.zone, locality.sub_zone) if part]
    return "/".join(parts if len(parts) == 3 else [*parts, "*"])
