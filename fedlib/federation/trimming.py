"""Trimming: which hosts the sidecars of a workload keep.

Sources: `options.serviceIsolation.trimProxyConfig` (everything that the workspace can reach) and
`options.trimAllProxyConfig` (nothing), which the first one replaces. Gateways are never trimmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fedlib.config.gloo import ServiceIsolation
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.gateway_pods import GatewayPods
from fedlib.federation.hostname import local_host
from fedlib.federation.model import Destination, FederatedService
from fedlib.federation.route import RoutedHosts
from fedlib.snapshot.model import Snapshot, Workspace

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TrimmedWorkload:
    """A workload whose sidecars keep the configuration of `hosts` only; without any they keep none."""

    workload: Workload
    workspace: str
    hosts: tuple[str, ...]


@dataclass(slots=True)
class Trimming:
    """Decides what is trimmed. Answers for a workspace, cluster and namespace are kept."""

    snapshot: Snapshot
    gateways: GatewayPods
    destinations: DestinationIndex
    services: tuple[FederatedService, ...]
    routes: tuple[RoutedHosts, ...]
    report: Report
    _reachable: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    _federated: dict[str, list[FederatedService]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Index the federated hosts by the workspaces that may call them."""
        for service in self.services:
            for consumer in service.consumers:
                self._federated[consumer].append(service)

    def decide(self) -> tuple[TrimmedWorkload, ...]:
        """All trimmed workloads, sorted by workspace, cluster and namespace."""
        found: list[TrimmedWorkload] = []
        for name, workspace in sorted(self.snapshot.workspaces.items()):
            self._check(workspace)
            for cluster, namespaces in sorted(workspace.namespaces.items()):
                for namespace in namespaces:
                    found += self._namespace(name, cluster, namespace)
        return tuple(found)

    def _check(self, workspace: Workspace) -> None:
        isolation, source = _isolation(workspace), workspace.settings_source("service_isolation")
        if source is not None and isolation.trim_proxy_config and not isolation.enabled:
            self.report.add(
                catalogue.TRIM_NEEDS_ISOLATION, source.ref, source.at("options", "serviceIsolation", "trimProxyConfig")
            )

    def _namespace(self, workspace: str, cluster: str, namespace: str) -> Iterator[TrimmedWorkload]:
        for workload in self.snapshot.workloads.get((cluster, namespace), ()):
            if workload.labels and not self.gateways.runs(workload):
                kept = self._hosts(workload, workspace)
                if kept is not None:
                    yield TrimmedWorkload(workload, workspace, tuple(sorted(kept)))

    def _hosts(self, workload: Workload, workspace: str) -> frozenset[str] | None:
        """The hosts that a workload keeps; None where it keeps everything."""
        settings = self.snapshot.workspaces[workspace]
        if _isolation(settings).enabled and _isolation(settings).trim_proxy_config:
            return self._all(workspace, workload.cluster, workload.namespace)
        return NOTHING if settings.settings.options.trim_all_proxy_config else None

    def _all(self, workspace: str, cluster: str, namespace: str) -> frozenset[str]:
        """All hosts that a workspace can reach from a namespace."""
        key = (workspace, cluster, namespace)
        if key not in self._reachable:
            found: set[str] = set()
            for kind in DestinationKind:
                for destination in self.destinations.visible(kind, workspace):
                    found.update(self._of(destination, cluster))
            for service in self._federated[workspace]:
                if service.service.cluster == cluster or service.gateways:
                    found.add(service.host)
            self._reachable[key] = frozenset(found | set(self._routed(workspace, cluster, namespace)))
        return self._reachable[key]

    def _of(self, destination: Destination, cluster: str) -> Iterable[str]:
        decision = destination.decision
        if not isinstance(decision, Service):
            return decision.hosts
        return (local_host(decision, self.snapshot.clusters),) if decision.cluster == cluster else ()

    def _routed(self, workspace: str, cluster: str, namespace: str) -> Iterator[str]:
        """The hosts of RouteTables, without which sidecars ignore the routes; short names as Istio completes them."""
        domain = self.snapshot.clusters[cluster].cluster_domain
        for routed in self.routes:
            if routed.workspace == workspace and routed.mesh:
                for host in routed.hosts:
                    yield host if "." in host or "*" in host else f"{host}.{namespace}.svc.{domain}"


def _isolation(workspace: Workspace) -> ServiceIsolation:
    return workspace.settings.options.service_isolation or ServiceIsolation()
