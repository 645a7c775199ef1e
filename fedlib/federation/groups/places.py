"""Where the objects of a group stand, and who sees them there.

Clusters whose objects may be equal are one place: a mesh of many clusters has few of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fedlib.federation.model.destination import Backing, Group, GroupPlace, Passage
from fedlib.federation.places import PlaceFinder

_Alike = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], bool, object, object]
"""Workspace, exportTo, IP families, consumers, whether there are gateways elsewhere, selector, container ports."""


def place_group(group: Group, places: PlaceFinder) -> Group:
    """The group with its places.

    A cluster with a backing Service has one, in the Service's namespace: a selector finds pods of its own namespace
    only. Elsewhere each consumer has its own, so that nothing is written outside the workspace that sees it.
    Where pods are and no consumer is, nobody but a gateway can see it.
    """
    finder = _GroupPlaces(group, places)
    seen = (*_joined(finder.with_pods()), *finder.without_pods())
    gateways = finder.behind_gateways() if group.passage is not Passage.NATIVE else ()
    return replace(group, places=seen, behind_gateways=tuple(gateways))


@dataclass(frozen=True, slots=True)
class _GroupPlaces:
    group: Group
    places: PlaceFinder

    def with_pods(self) -> Iterator[GroupPlace]:
        """One for each cluster with a backing Service."""
        group = self.group
        for cluster, backing in group.backings.items():
            consumers = tuple(name for name in group.callers if self.places.has(name, cluster))
            visible = self.places.seen_by(consumers, cluster)
            place = self.places.home(group.workspace, cluster, backing.service.namespace, visible)
            yield GroupPlace(place, consumers, bool(group.remote(cluster)), backing)

    def without_pods(self) -> Iterator[GroupPlace]:
        """Those of the consumers in all other clusters."""
        remote = any(backing.gateways for backing in self.group.backings.values())
        for name in self.group.callers:
            for place in self.places.outside(name, frozenset(self.group.backings)):
                yield GroupPlace(place, (name,), remote)

    def behind_gateways(self) -> Iterator[GroupPlace]:
        """What the east-west gateways of each cluster see of its pods, and nobody else does."""

        def served() -> Iterator[GroupPlace]:
            for cluster, backing in self.group.backings.items():
                if backing.gateways:
                    visible = {gateway.service.namespace for gateway in backing.gateways}
                    place = self.places.home(self.group.workspace, cluster, backing.service.namespace, visible)
                    yield GroupPlace(place, (), remote=False, backing=backing)

        return _joined(served())


def _joined(found: Iterator[GroupPlace]) -> Iterator[GroupPlace]:
    """Places that are alike but for their clusters, as one."""
    alike: dict[_Alike, tuple[GroupPlace, dict[str, tuple[str, ...]]]] = {}
    for one in found:
        alike.setdefault(_alike(one), (one, {}))[1].update(one.place.at)
    for one, at in alike.values():
        yield one if len(at) == 1 else replace(one, place=replace(one.place, at=at))


def _alike(one: GroupPlace) -> _Alike:
    place, backing = one.place, one.backing
    return (place.workspace, place.export_to, place.families, one.consumers, one.remote, *_pods(backing))


def _pods(backing: Backing | None) -> tuple[object, object]:
    if backing is None:
        return None, None
    return frozenset(backing.pods.items()), tuple(sorted(backing.target_ports.items()))
