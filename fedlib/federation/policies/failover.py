"""What Istio can do of a FailoverPolicy's mappings.

Source: Istio's `LocalityLoadBalancerSetting`: `distribute` and `failover` exclude each other, and `failover` goes from
one region to one other; of several entries for one region it takes the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fedlib.config.gloo import Locality
from fedlib.config.policies.failover import FailoverConfig, LocalityMapping


@dataclass(frozen=True, slots=True)
class JudgedMapping:
    """A mapping, and what Istio takes of it.

    Attributes:
        index: its position in the policy.
        mapping: as written.
        counts: whether Istio takes it.
        ignored: what Istio does not take of it, or why it takes nothing; each a part of a sentence.
        overlap: where localities overlap, for which Istio would refuse the whole setting; empty for nowhere.
    """

    index: int
    mapping: LocalityMapping
    counts: bool = True
    ignored: tuple[str, ...] = ()
    overlap: str = ""


def distributes(config: FailoverConfig) -> bool:
    """Whether mappings have weights: then all of them distribute requests, and none waits for a failure."""
    return any(locality.weight is not None for mapping in config.locality_mappings for locality in mapping.to)


def judge_mappings(config: FailoverConfig) -> tuple[JudgedMapping, ...]:
    """All mappings of a policy in order."""
    return tuple(_distributions(config) if distributes(config) else _failovers(config))


def _distributions(config: FailoverConfig) -> Iterator[JudgedMapping]:
    taken = _DisjointLocalities()
    for index, mapping in enumerate(config.locality_mappings):
        even = all(locality.weight is None for locality in mapping.to)
        shared = ("it has no weights beside mappings with weights, so its requests are shared out evenly",)
        overlap = "in 'to' of one mapping" if _overlaps_within(mapping) else ""
        if not overlap and not taken.add(mapping.from_):
            overlap = "in 'from' of two mappings"
        yield JudgedMapping(index, mapping, not overlap, shared if even else (), overlap)


def _failovers(config: FailoverConfig) -> Iterator[JudgedMapping]:
    taken: set[str] = set()
    for index, mapping in enumerate(config.locality_mappings):
        source, target = mapping.from_, mapping.to[0]
        if source.region == target.region:
            problem = f"from and to are both the region '{source.region}', and failover goes to another one"
            yield JudgedMapping(index, mapping, counts=False, ignored=(problem,))
        elif source.region in taken:
            problem = f"an earlier mapping is from the region '{source.region}', and the first one counts"
            yield JudgedMapping(index, mapping, counts=False, ignored=(problem,))
        else:
            taken.add(source.region)
            yield JudgedMapping(index, mapping, ignored=tuple(_ignored_parts(mapping)))


def _ignored_parts(mapping: LocalityMapping) -> Iterator[str]:
    if len(mapping.to) > 1:
        yield f"only '{mapping.to[0].region}', the first region of 'to', takes over"
    if mapping.from_.zone or any(locality.zone for locality in mapping.to):
        yield "failover without weights goes from region to region, and zones are not looked at"


class _DisjointLocalities:
    """Localities of which none is part of another one, or the same."""

    def __init__(self) -> None:
        self._whole: set[tuple[str, ...]] = set()
        self._beginnings: set[tuple[str, ...]] = set()

    def add(self, locality: Locality) -> bool:
        """Add one; False where it overlaps with one that was added before."""
        parts = _parts(locality)
        beginnings = [parts[:length] for length in range(len(parts) + 1)]
        if parts in self._beginnings or any(one in self._whole for one in beginnings):
            return False
        self._whole.add(parts)
        self._beginnings.update(beginnings)
        return True


def _overlaps_within(mapping: LocalityMapping) -> bool:
    """Whether localities of `to` overlap without being the same."""
    taken = _DisjointLocalities()
    distinct = {_parts(locality): locality for locality in mapping.to}
    return not all(taken.add(locality) for locality in distinct.values())


def _parts(locality: Locality) -> tuple[str, ...]:
    return tuple(part for part in (locality.region, locality.zone, locality.sub_zone) if part)
