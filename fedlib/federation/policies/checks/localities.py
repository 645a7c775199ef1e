"""Where clusters and what stands behind a destination are: the regions that mappings of localities can mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.federation.gateways.east_west import locality
from fedlib.federation.model.destination import Backing, Destination, External, Group
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Localities:
    """Regions, from the labels of nodes and the addresses of gateways."""

    snapshot: Snapshot

    def of_cluster(self, cluster: str) -> frozenset[str]:
        """The regions of a cluster's nodes; none where no node says one."""
        return frozenset(node.region for node in self.snapshot.nodes.get(cluster, ()) if node.region)

    def places(self, cluster: str) -> frozenset[str]:
        """The localities `region/zone/subzone` of a cluster's nodes; none where no node says a region."""
        return frozenset(locality(node) for node in self.snapshot.nodes.get(cluster, ()) if node.region)

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


def _of_gateways(backings: Iterable[Backing]) -> frozenset[str]:
    found = (
        endpoint.locality.partition("/")[0]
        for backing in backings
        for gateway in backing.gateways
        for endpoint in gateway.endpoints
    )
    return frozenset(region for region in found if region)
