"""A mesh as Reach sees it: ask it who reaches what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fedlib.reach.addresses import GatewayAddress, published_ports
from fedlib.reach.arrivals import Arrival, Followed
from fedlib.reach.cluster import Cluster, ClusterObjects
from fedlib.reach.control_plane import ControlPlane, Shared
from fedlib.reach.gates import Gate
from fedlib.reach.kin import Kin
from fedlib.reach.model import Caller, ConnectionRule, Reached, Rule, Server
from fedlib.reach.passages import Passages
from fedlib.reach.proxies import ProxyKind, spiffe
from fedlib.reach.reaching import Reaching


class Mesh:
    """Clusters that reach each other. Nothing is worked out before it is asked for, and everything only once."""

    def __init__(self, clusters: Iterable[ClusterObjects], addresses: Iterable[GatewayAddress] = ()) -> None:
        """Take the clusters.

        Args:
            clusters: one for each name.
            addresses: addresses of gateways that no Service tells.
        """
        self._given = {one.name: one for one in sorted(clusters, key=lambda one: one.name)}
        self._shared = Shared()
        self._planes: dict[str, ControlPlane] = {}
        self._reaching: dict[str, Reaching] = {}
        published = published_ports((one.inventory for one in self._given.values()), addresses)
        self._passages = Passages(published, self.plane)
        self._followed = Followed(self.plane, self._passages)
        self._kin: Kin | None = None

    @property
    def clusters(self) -> tuple[str, ...]:
        """The names of the clusters, sorted."""
        return tuple(self._given)

    @property
    def kin(self) -> Kin:
        """Which callers nothing tells apart."""
        if self._kin is None:
            self._kin = Kin(map(self.plane, self.clusters))
        return self._kin

    def plane(self, cluster: str) -> ControlPlane:
        """What the istiod of a cluster makes of it."""
        if cluster not in self._planes:
            self._planes[cluster] = ControlPlane(Cluster(self._given[cluster]), self._shared, self._passages)
        return self._planes[cluster]

    def namespaces(self, cluster: str) -> tuple[str, ...]:
        """The namespaces of a cluster, sorted."""
        return tuple(sorted(self.plane(cluster).cluster.namespaces))

    def caller(self, cluster: str, namespace: str, workload: str = "", *, locality: str | None = None) -> Caller:
        """A caller.

        Args:
            cluster: its cluster.
            namespace: its namespace.
            workload: the name of its workload; empty for a pod that no selector tells from others, with the service
                account `default`.
            locality: where it is; the first locality of the cluster's nodes, if nothing is said.
        """
        plane = self.plane(cluster)
        where = plane.cluster.localities[0] if locality is None else locality
        for one in plane.cluster.workloads(namespace) if workload else ():
            if one.name == workload:
                pods = plane.servers.of(one)
                return Caller(cluster, namespace, workload, pods.labels, pods.identity, pods.proxy, where)
        identity = spiffe(plane.cluster.settings.trust_domain, namespace, "default")
        return Caller(cluster, namespace, workload, {}, identity, ProxyKind.SIDECAR, where)

    def callers(self, cluster: str, namespace: str) -> tuple[Caller, ...]:
        """The workloads of a namespace, gateways left out; of one without any, a pod of which nothing is known."""
        plane = self.plane(cluster)
        servers = [plane.servers.of(one) for one in plane.cluster.workloads(namespace) if one.istiod is None]
        if not servers:
            return (self.caller(cluster, namespace),)
        names = sorted({one.workload for one in servers if one.proxy is not ProxyKind.GATEWAY})
        return tuple(self.caller(cluster, namespace, name) for name in names)

    def hosts(self, caller: Caller) -> tuple[str, ...]:
        """The hosts that a caller's proxy knows, wildcards among them, sorted."""
        scope = self.plane(caller.cluster).client(caller).scope
        found = {host for listener in scope.listeners for host in scope.hosts(listener)}
        return tuple(sorted(found))

    def ports(self, caller: Caller, host: str) -> tuple[int, ...]:
        """The ports of a host that a caller's proxy knows, sorted."""
        scope = self.plane(caller.cluster).client(caller).scope
        seen = (scope.listed(host, listener) for listener in scope.listeners)
        return tuple(sorted({port.number for one in seen if one for port in one.ports}))

    def reach(self, caller: Caller, host: str, port: int) -> Reached:
        """What a caller reaches under a host, or a short name, or an address, and a port."""
        if caller.cluster not in self._reaching:
            self._reaching[caller.cluster] = Reaching(self.plane(caller.cluster))
        return self._reaching[caller.cluster].reach(self.plane(caller.cluster).client(caller), host, port)

    def arrivals(self, caller: Caller, reached: Reached, host: str) -> Iterator[Arrival]:
        """Where what a caller reaches under a host ends, rule by rule."""
        rules: tuple[Rule | ConnectionRule, ...] = (*reached.rules, *reached.connections)
        for rule in rules:
            yield from self._followed.of(rule, caller.identity, host)

    def gate(self, server: Server, port: int) -> Gate:
        """What stands before a port of pods."""
        return self.plane(server.cluster).gates.of(server, port)
