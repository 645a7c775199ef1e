"""The hosts that the proxies of a workspace can call from a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics.cause import Cause, Causes, Why
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.hosts.called import CalledHosts
from fedlib.federation.model.causes import destination_cause, virtual_gateway_cause
from fedlib.federation.model.destination import Destination, External
from fedlib.federation.model.route import RoutedHosts
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class ReachableHosts:
    """Finds hosts. Answers for a workspace, cluster and namespace are kept."""

    snapshot: Snapshot
    destinations: DestinationIndex
    called: CalledHosts
    routes: tuple[RoutedHosts, ...]
    _causes: dict[str, Causes] = field(default_factory=dict)
    _everything: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)

    def of(self, destination: Destination, workspace: str, cluster: str) -> Iterator[str]:
        """The hosts of a destination: a Service has its own name at home, and may have federated ones everywhere.

        An ExternalService is also reached through the Services of its egress gateways in the cluster.
        """
        yield from self.called.every(destination, workspace, cluster)
        decision = destination.decision
        for route in decision.egress if isinstance(decision, External) else ():
            if route.gateway.service.cluster == cluster:
                yield route.gateway_host

    def everything(self, workspace: str, cluster: str, namespace: str) -> frozenset[str]:
        """All hosts that a workspace can call from a namespace, and those of its RouteTables.

        Sidecars ignore the routes of a host that they do not keep. Istio completes short names by the namespace.
        """
        everywhere, short = self._everywhere(workspace, cluster)
        domain = self.snapshot.clusters[cluster].cluster_domain
        completed = {f"{host}.{namespace}.svc.{domain}" for host in short}
        return everywhere if completed <= everywhere else everywhere | completed

    def causes(self, workspace: str) -> Causes:
        """What a workspace can call of others, and its RouteTables. Its own Services need no reason."""
        if workspace not in self._causes:
            visible = (one for kind in DestinationKind for one in self.destinations.visible(kind, workspace))
            found = [
                cause
                for one in visible
                if one.workspace != workspace or one.kind is not DestinationKind.SERVICE
                for cause in (destination_cause(one), *_leading(one))
            ]
            tables = (one.table.ref for one in self.routes if one.workspace == workspace and one.mesh)
            found += (Cause(table, Why.ROUTES) for table in tables)
            self._causes[workspace] = tuple(dict.fromkeys(found))
        return self._causes[workspace]

    def _everywhere(self, workspace: str, cluster: str) -> tuple[frozenset[str], frozenset[str]]:
        """The hosts of all namespaces, and the short names that each namespace completes for itself."""
        key = (workspace, cluster)
        if key not in self._everything:
            found: set[str] = set()
            for kind in DestinationKind:
                for destination in self.destinations.visible(kind, workspace):
                    found.update(self.of(destination, workspace, cluster))
            own = (routed.hosts for routed in self.routes if routed.workspace == workspace and routed.mesh)
            routed_hosts = {host for hosts in own for host in hosts}
            short = {host for host in routed_hosts if "." not in host and "*" not in host}
            self._everything[key] = (frozenset(found | (routed_hosts - short)), frozenset(short))
        return self._everything[key]


def _leading(destination: Destination) -> Iterator[Cause]:
    """The VirtualGateways that lead to an ExternalService."""
    decision = destination.decision
    for route in decision.egress if isinstance(decision, External) else ():
        yield virtual_gateway_cause(route.gateway)
