"""What an istiod makes of a cluster's objects: all that the proxies of one cluster have, found when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.reach.cluster import Cluster
from fedlib.reach.destination_rules import DestinationRules
from fedlib.reach.gates import Gates
from fedlib.reach.gateway_routes import GatewayRoutes
from fedlib.reach.gateways import Gateways, GatewayServer
from fedlib.reach.instances import Instances, Listed
from fedlib.reach.localities import Viewpoint, topology
from fedlib.reach.model import Caller, Server
from fedlib.reach.peer_authentication import PeerAuthentications
from fedlib.reach.port_policies import KnownPolicies, PortPolicies
from fedlib.reach.proxies import ProxyKind
from fedlib.reach.registry import ReadSpecs, Registry
from fedlib.reach.routes import Listening, Routes
from fedlib.reach.scope import Scope, SeenHosts
from fedlib.reach.servers import Servers
from fedlib.reach.sidecars import SidecarConfig, Sidecars
from fedlib.reach.upstreams import Client, UpstreamCache, Upstreams, Ways
from fedlib.reach.virtual_services import VirtualServices


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What clusters have in common: what is read once for all copies of an object."""

    specs: ReadSpecs = field(default_factory=dict)
    listed: Listed = field(default_factory=dict)
    policies: KnownPolicies = field(default_factory=dict)
    upstreams: UpstreamCache = field(default_factory=dict)


class ControlPlane:
    """A cluster's istiod."""

    def __init__(self, cluster: Cluster, shared: Shared, ways: Ways) -> None:
        self.cluster = cluster
        self.gateways = Gateways(cluster)
        self.servers = Servers(cluster, self.gateways)
        self.registry = Registry(cluster, shared.specs)
        self.instances = Instances(cluster, self.registry, self.servers, shared.listed)
        self.rules = DestinationRules(cluster)
        self.peers = PeerAuthentications(cluster)
        self.gates = Gates(cluster, self.peers)
        self.sidecars = Sidecars(cluster)
        self.virtual_services = VirtualServices(cluster)
        policies = PortPolicies(cluster, shared.policies)
        self.upstreams = Upstreams(cluster, self.instances, self.rules, policies, self.peers, ways, shared.upstreams)
        self.routes = Routes(self.upstreams)
        self.gateway_routes = GatewayRoutes(self.virtual_services, self.routes)
        self._seen: SeenHosts = {}
        self._clients: dict[Caller, Client] = {}
        self._scopes: dict[tuple[str, SidecarConfig | None, bool], Scope] = {}

    def client(self, caller: Caller) -> Client:
        """The proxy of a caller."""
        found = self._clients.get(caller)
        if found is None:
            router = caller.proxy is ProxyKind.GATEWAY
            found = self._client(caller.namespace, caller.labels, caller.locality, router=router)
            self._clients[caller] = found
        return found

    def gateway_client(self, pods: Server) -> Client:
        """The proxy of a gateway, when it calls on; it stands in the first locality of its cluster."""
        return self._client(pods.namespace, pods.labels, self.cluster.localities[0], router=True)

    def listening(self, pods: Server, server: GatewayServer) -> Listening:
        """For whom the routes of a gateway's server are made."""
        settings = self.cluster.settings
        client = self.gateway_client(pods)
        return Listening(
            client, server.stated_port, frozenset({server.gateway}), settings.cluster_domain, settings.retries
        )

    def _client(self, namespace: str, labels: Mapping[str, str], locality: str, *, router: bool) -> Client:
        sidecar = None if router else self.sidecars.of(namespace, labels)
        key = (namespace, sidecar, router)
        if key not in self._scopes:
            self._scopes[key] = Scope(
                namespace, self.registry, self.virtual_services, self._seen, sidecar, router=router
            )
        where = topology(locality, self.cluster.network, self.cluster.name)
        return Client(self._scopes[key], Viewpoint(locality, {**labels, **where}))
