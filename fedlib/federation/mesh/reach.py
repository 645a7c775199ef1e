"""Which clusters federation joins: where Services are served from, and from where they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlib.federation.model.destination import FederatedService, Group
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Reach:
    """The joined clusters.

    Attributes:
        callers: for each cluster that serves others the clusters that may call it through its gateways, sorted.
        namespaces: for each such cluster the namespaces of the Services and gateways, sorted.
        consumers: for each cluster the namespaces from which federated hosts may be called, sorted.
    """

    callers: Mapping[str, tuple[str, ...]]
    namespaces: Mapping[str, tuple[str, ...]]
    consumers: Mapping[str, tuple[str, ...]]

    @property
    def calling(self) -> frozenset[str]:
        """The clusters that call others."""
        return frozenset(one for found in self.callers.values() for one in found)

    @property
    def clusters(self) -> tuple[str, ...]:
        """All clusters that serve others or call them, sorted."""
        return tuple(sorted({*self.callers, *self.calling}))


def resolve_reach(snapshot: Snapshot, services: Iterable[FederatedService], groups: Iterable[Group]) -> Reach:
    """Which clusters call which, by the Services and groups that are federated."""
    callers: dict[str, set[str]] = defaultdict(set)
    namespaces: dict[str, set[str]] = defaultdict(set)
    consumers: dict[str, set[str]] = defaultdict(set)
    for (home, workspaces), needed in _served(services, groups).items():
        for workspace in workspaces:
            for cluster, names in snapshot.workspaces[workspace].namespaces.items():
                consumers[cluster].update(names)
                if cluster != home and needed:
                    callers[home].add(cluster)
                    namespaces[home] |= needed
    return Reach(_sorted(callers), _sorted(namespaces), _sorted(consumers))


def _served(
    services: Iterable[FederatedService], groups: Iterable[Group]
) -> dict[tuple[str, tuple[str, ...]], set[str]]:
    """For each cluster and set of consumers the namespaces of Services and gateways; few, however many Services."""
    found: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    sides = [(one.service, one.gateways, one.consumers) for one in services]
    sides += [(side.service, side.gateways, one.consumers) for one in groups for side in one.backings.values()]
    for service, gateways, consumers in sides:
        places = found[service.cluster, consumers]
        if gateways:
            places |= {service.namespace, *(gateway.service.namespace for gateway in gateways)}
    return found


def _sorted(found: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(values)) for key, values in sorted(found.items())}
