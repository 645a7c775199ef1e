"""The pods of a cluster as servers."""

from __future__ import annotations

from collections.abc import Mapping

from fedlib.discovery.inventory import Workload
from fedlib.reach.cluster import Cluster
from fedlib.reach.gateways import Gateways
from fedlib.reach.model import Server
from fedlib.reach.proxies import ProxyKind, proxy_kind, spiffe


class Servers:
    """The pods of a cluster, each workload made a server once."""

    def __init__(self, cluster: Cluster, gateways: Gateways) -> None:
        self._cluster, self._gateways = cluster, gateways
        self._known: dict[int, Server] = {}
        self._unknown: dict[tuple[str, tuple[tuple[str, str], ...]], Server] = {}
        self._ports: dict[int, Mapping[str, int]] = {}

    def of(self, workload: Workload) -> Server:
        """The pods of a workload."""
        found = self._known.get(id(workload))
        if found is None:
            found = self._known[id(workload)] = self._make(workload)
            self._ports[id(found)] = workload.container_ports
        return found

    def container_ports(self, server: Server) -> Mapping[str, int]:
        """The named ports of a server's containers; none for pods that are not known."""
        return self._ports.get(id(server), {})

    def selected(self, namespace: str, selector: Mapping[str, str]) -> list[Server]:
        """The pods that a selector selects; those of a selector that selects no workload are not known."""
        found = [self.of(one) for one in self._cluster.select(namespace, selector)]
        if found:
            return found
        key = (namespace, tuple(sorted(selector.items())))
        if key not in self._unknown:
            self._unknown[key] = self._make_unknown(namespace, selector)
        return [self._unknown[key]]

    def _make(self, workload: Workload) -> Server:
        cluster = self._cluster
        return Server(
            cluster.name,
            workload.namespace,
            workload.name,
            workload.kind,
            spiffe(cluster.settings.trust_domain, workload.namespace, workload.service_account),
            self._proxy(
                workload.namespace, workload.labels, proxy_kind(workload, cluster.namespace(workload.namespace))
            ),
            labels=workload.labels,
        )

    def _make_unknown(self, namespace: str, selector: Mapping[str, str]) -> Server:
        """Pods that no known workload has: bare ones, or those of a kind that discovery does not read."""
        kind = self._proxy(namespace, selector, ProxyKind.GATEWAY if "istio" in selector else ProxyKind.SIDECAR)
        return Server(self._cluster.name, namespace, proxy=kind, known=False, labels=selector)

    def _proxy(self, namespace: str, labels: Mapping[str, str], kind: ProxyKind) -> ProxyKind:
        """Pods that a Gateway of their own namespace selects are a gateway's, however they are labelled."""
        return ProxyKind.GATEWAY if self._gateways.selects(namespace, labels) else kind
