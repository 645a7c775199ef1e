"""The hosts that the proxies of a workspace can call from a cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.hostname import local_host
from fedlib.federation.model import Destination, External, FederatedService
from fedlib.federation.route import RoutedHosts
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class ReachableHosts:
    """Finds hosts. Answers for a workspace, cluster and namespace are kept."""

    snapshot: Snapshot
    destinations: DestinationIndex
    services: tuple[FederatedService, ...]
    routes: tuple[RoutedHosts, ...]
    _everything: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    _federated: dict[tuple[str, Ref], list[FederatedService]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Index the federated hosts by the workspaces that may call them and the Service behind them."""
        for service in self.services:
            for consumer in service.consumers:
                self._federated[consumer, service.service.ref].append(service)

    def of(self, destination: Destination, workspace: str, cluster: str) -> Iterator[str]:
        """The hosts of a destination: a Service has its own name at home, and may have federated ones everywhere.

        An ExternalService is also reached through the Services of its egress gateways in the cluster.
        """
        decision = destination.decision
        if not isinstance(decision, Service):
            yield from decision.hosts
            for route in decision.egress if isinstance(decision, External) else ():
                if route.gateway.service.cluster == cluster:
                    yield local_host(route.gateway.service, self.snapshot.clusters)
            return
        if decision.cluster == cluster:
            yield local_host(decision, self.snapshot.clusters)
        for federated in self._federated.get((workspace, destination.ref), ()):
            if decision.cluster == cluster or federated.gateways:
                yield federated.host

    def everything(self, workspace: str, cluster: str, namespace: str) -> frozenset[str]:
        """All hosts that a workspace can call from a namespace, and those of its RouteTables."""
        key = (workspace, cluster, namespace)
        if key not in self._everything:
            found = set(self._routed(workspace, cluster, namespace))
            for kind in DestinationKind:
                for destination in self.destinations.visible(kind, workspace):
                    found.update(self.of(destination, workspace, cluster))
            self._everything[key] = frozenset(found)
        return self._everything[key]

    def _routed(self, workspace: str, cluster: str, namespace: str) -> Iterator[str]:
        """The hosts of RouteTables, without which sidecars ignore the routes; short names as Istio completes them."""
        domain = self.snapshot.clusters[cluster].cluster_domain
        for routed in self.routes:
            if routed.workspace == workspace and routed.mesh:
                for host in routed.hosts:
                    yield host if "." in host or "*" in host else f"{host}.{namespace}.svc.{domain}"
