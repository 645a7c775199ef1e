"""What Istio can do of a FailoverPolicy's mappings.

Source: Istio's `LocalityLoadBalancerSetting`: `distribute` and `failover` exclude each other, and `failover` goes from
one region to one other; of several entries for one region it takes the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fedlib.config.gloo import Locality
from fedlib.config.policies.failover import FailoverConfig, LocalityMapping


def distributes(config: FailoverConfig) -> bool:
    """Whether mappings have weights: then all of them distribute requests, and none waits for a failure."""
    return any(locality.weight is not None for mapping in config.locality_mappings for locality in mapping.to)


def distributions(mappings: Sequence[LocalityMapping]) -> list[LocalityMapping]:
    """The mappings that Istio can distribute by: it refuses a whole setting with localities that overlap."""
    found: list[LocalityMapping] = []
    for mapping in mappings:
        if not overlap_within(mapping) and not any(overlap(mapping.from_, other.from_) for other in found):
            found.append(mapping)
    return found


def overlap(one: Locality, other: Locality) -> bool:
    """Whether a locality is part of the other one, or the same."""
    return all(a == b for a, b in zip(_parts(one), _parts(other), strict=False))


def overlap_within(mapping: LocalityMapping) -> bool:
    """Whether localities of `to` overlap without being the same."""
    return any(
        overlap(one, other) and _parts(one) != _parts(other)
        for index, one in enumerate(mapping.to)
        for other in mapping.to[:index]
    )


def _parts(locality: Locality) -> list[str]:
    return [part for part in (locality.region, locality.zone, locality.sub_zone) if part]


def failover_regions(mappings: Sequence[LocalityMapping]) -> list[tuple[str, str]]:
    """The (from, to) regions of mappings without weights that Istio takes."""
    found: dict[str, str] = {}
    for mapping in mappings:
        source, target = mapping.from_.region, mapping.to[0].region
        if source != target:
            found.setdefault(source, target)
    return list(found.items())


def ignored(config: FailoverConfig) -> Iterator[tuple[int, str]]:
    """What Istio does not take: the index of the mapping, and why."""
    if distributes(config):
        for index, mapping in enumerate(config.locality_mappings):
            if all(locality.weight is None for locality in mapping.to):
                yield index, "it has no weights beside mappings with weights, so its requests are shared out evenly"
        return
    taken: set[str] = set()
    for index, mapping in enumerate(config.locality_mappings):
        source, target = mapping.from_, mapping.to[0]
        if source.region == target.region:
            yield index, f"from and to are both the region '{source.region}', and failover goes to another one"
            continue
        if source.region in taken:
            yield index, f"an earlier mapping is from the region '{source.region}', and the first one counts"
            continue
        taken.add(source.region)
        if len(mapping.to) > 1:
            yield index, f"only '{target.region}', the first region of 'to', takes over"
        if source.zone or any(locality.zone for locality in mapping.to):
            yield index, "failover without weights goes from region to region, and zones are not looked at"
