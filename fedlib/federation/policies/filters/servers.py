"""Servers that filters of proxies ask: where proxies of a workspace and cluster find them.

Source: `RateLimitServerSettings` and `ExtAuthServer` of Gloo: a Service is looked for by name and namespace in the
cluster of the proxy; it is called over its federated host where that cluster has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import PortSelector
from fedlib.config.selectors import DestinationKind, DestinationReference, ObjectReference
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.diagnostics.text import ports_text
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.hosts.called import CalledHosts
from fedlib.federation.hosts.hostname import first_callable, local_host
from fedlib.federation.model.destination import Destination, Protocol
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot

_HTTP2 = frozenset({Protocol.GRPC, Protocol.HTTP2})


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A host and port that proxies call; `protocol` is what the port declares."""

    host: str
    port: int
    protocol: Protocol | None

    def speaks(self, *, grpc: bool) -> bool:
        """Whether proxies speak the right protocol with it: gRPC needs HTTP/2, which they use where it is declared."""
        return self.protocol in (_HTTP2 if grpc else HTTP_PROTOCOLS)


@dataclass(frozen=True, slots=True)
class AskedServers:
    """The hosts of servers that some proxies ask, and the policies that make them."""

    hosts: frozenset[str] = frozenset()
    causes: Causes = NO_CAUSES


NO_SERVERS: Final = AskedServers()


@dataclass(slots=True)
class ServerFinder:
    """Finds servers. What it returns as a string is why there is none."""

    snapshot: Snapshot
    destinations: DestinationIndex
    called: CalledHosts
    _by_host: dict[tuple[str, str], Service] = field(default_factory=dict)
    _groups: dict[str, dict[str, Destination]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index Services by cluster and own host."""
        for service in self.snapshot.services.values():
            self._by_host[service.cluster, local_host(service, self.snapshot.clusters)] = service

    def address(self, reference: DestinationReference, home: Ref, workspace: str, cluster: str) -> ServerAddress | str:
        """Where proxies of a workspace in a cluster find a server.

        Args:
            reference: the server, as a resource refers to it.
            home: that resource, whose namespace and cluster are the default. Its workspace must be one that may call
                the server; what stands in no workspace is the administrator's.
            workspace: the workspace of the proxies.
            cluster: the cluster of the proxies.
        """
        writer = self.snapshot.server_owners.get(home)
        named = reference.ref or ObjectReference(name="")
        name, namespace = named.name, named.namespace or home.namespace
        kind = "Service" if reference.kind is DestinationKind.SERVICE else "VirtualDestination"
        written = Ref(kind, name, namespace, named.cluster or home.cluster)
        if reference.kind is not DestinationKind.SERVICE:
            group = self.destinations.named(written, workspace)
            if group is None or isinstance(group.decision, Service) or workspace not in group.consumers:
                return f"workspace '{workspace}' neither owns nor imports {written}"
            return _stranger(group, writer) or _at(group, first_callable(group.decision.hosts), reference.port)
        local = self.destinations.named(Ref(kind, name, namespace, cluster))
        if local is not None and isinstance(local.decision, Service):
            return _stranger(local, writer) or _at(local, local.own_host, reference.port)
        remote, federated = self.destinations.named(written), self.called.of_service(written, workspace)
        if remote is None or federated is None or not federated.gateways:
            return (
                f"there is no Service {namespace}/{name} in cluster '{cluster}', and no federated one to call instead"
            )
        return _stranger(remote, writer) or _at(remote, federated.host, reference.port)

    def by_host(self, host: str, port: int, writer: str, workspace: str, cluster: str) -> ServerAddress | str:
        """Where proxies find what is called by a host and port: a Service, a federated Service or a group.

        Args:
            host: the host.
            port: the port.
            writer: the workspace of whoever wrote them, which must be one that may call it.
            workspace: the workspace of the proxies.
            cluster: the cluster of the proxies.
        """
        domain = self.snapshot.clusters[cluster].cluster_domain
        for full in (host, f"{host}.{domain}", f"{host}.svc.{domain}"):
            service = self._by_host.get((cluster, full))
            found = self.destinations.named(service.ref) if service else None
            if found is not None:
                return _stranger(found, writer) or _at(found, full, PortSelector(number=port))
        federated = self.called.named(host, workspace)
        remote = self.destinations.named(federated.service.ref) if federated else None
        if remote is not None:
            return _stranger(remote, writer) or _at(remote, host, PortSelector(number=port))
        group = self._groups_of(workspace).get(host)
        if group is not None:
            return _stranger(group, writer) or _at(group, host, PortSelector(number=port))
        return f"'{host}' is no host of a Service or group that proxies of cluster '{cluster}' know"

    def _groups_of(self, workspace: str) -> dict[str, Destination]:
        """The groups that proxies of a workspace call, by host."""
        if workspace not in self._groups:
            found: dict[str, Destination] = {}
            for group in self.destinations.visible(DestinationKind.VIRTUAL_DESTINATION, workspace):
                for host in () if isinstance(group.decision, Service) else group.decision.hosts:
                    found.setdefault(host, group)
            self._groups[workspace] = found
        return self._groups[workspace]


def _stranger(destination: Destination, writer: str | None) -> str:
    """Why whoever names a server must not have proxies call it; empty if they may. Answers of servers reach clients."""
    allowed = writer is None or writer in destination.consumers
    return "" if allowed else f"workspace '{writer}' neither owns nor imports {destination.ref}, which it names"


def _at(destination: Destination, host: str, wanted: PortSelector | None) -> ServerAddress | str:
    ports = destination.ports if wanted is None else destination.matching(wanted)
    if len(ports) == 1:
        return ServerAddress(host, ports[0].number, ports[0].protocol)
    shown = ports_text((port.number, port.name) for port in destination.ports) or "none"
    return f"{destination.ref} has no one port {wanted or 'that is the only one'}; its TCP ports: {shown}"
