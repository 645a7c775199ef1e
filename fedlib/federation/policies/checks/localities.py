"""Where clusters and what stands behind a destination are: the regions that mappings of localities can mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fedlib.federation.gateways.east_west import locality
from fedlib.federation.model.destination import Backing, Destination, External, Group
from fedlib.snapshot.model import Snapshot

NOWHERE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Localities:
    """Regions, from the labels of nodes and the addresses of gateways.

    Attributes:
        snapshot: the clusters and their workspaces.
        regions: the regions of each cluster's nodes.
        zones: the localities `region/zone/subzone` of each cluster's nodes.
    """

    snapshot: Snapshot
    regions: Mapping[str, frozenset[str]]
    zones: Mapping[str, frozenset[str]]

    def of_cluster(self, cluster: str) -> frozenset[str]:
        """The regions of a cluster's nodes; none where no node says one."""
        return self.regions.get(cluster, NOWHERE)

    def places(self, cluster: str) -> frozenset[str]:
        """The localities of a cluster's nodes; none where no node says a region."""
        return self.zones.get(cluster, NOWHERE)

    def known(self) -> frozenset[str]:
        """The regions of all clusters."""
        return self._of_clusters(self.snapshot.clusters)

    def unknown(self, clusters: Iterable[str]) -> list[str]:
        """The clusters without a region, sorted."""
        return sorted(cluster for cluster in set(clusters) if not self.of_cluster(cluster))

    def of_callers(self, workspaces: Iterable[str]) -> frozenset[str]:
        """The clusters in which workspaces have namespaces."""
        return frozenset(cluster for name in workspaces for cluster in self.snapshot.workspaces[name].namespaces)

    def behind(self, destination: Destination) -> frozenset[str] | None:
        """The regions of what stands behind a destination; None where that is not known."""
        decision = destination.decision
        if isinstance(decision, External):
            return None
        if isinstance(decision, Group):
            if decision.externals:
                return None
            return self._of_clusters(decision.backings) | _of_gateways(decision.backings.values())
        return self.of_cluster(decision.cluster)

    def _of_clusters(self, clusters: Iterable[str]) -> frozenset[str]:
        return frozenset(region for cluster in clusters for region in self.of_cluster(cluster))


def find_localities(snapshot: Snapshot) -> Localities:
    """Read the labels of all nodes."""
    labelled = {name: [node for node in nodes if node.region] for name, nodes in snapshot.nodes.items()}
    return Localities(
        snapshot,
        {name: frozenset(node.region for node in nodes) for name, nodes in labelled.items()},
        {name: frozenset(map(locality, nodes)) for name, nodes in labelled.items()},
    )


def _of_gateways(backings: Iterable[Backing]) -> frozenset[str]:
    found = (
        endpoint.locality.partition("/")[0]
        for backing in backings
        for gateway in backing.gateways
        for endpoint in gateway.endpoints
    )
    return frozenset(region for region in found if region)
