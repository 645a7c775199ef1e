"""Servers of Gateway objects on the pods of gateways.

Source: `mergeGateways` in `pilot/pkg/model/push_context.go` and `pilot/pkg/model/gateway.go` of istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.diagnostics import Ref
from fedlib.reach.cluster import Cluster
from fedlib.reach.fields import as_mapping, canonical, labels, mappings, number, text, texts
from fedlib.reach.model import Server
from fedlib.reach.objects import IstioObject
from fedlib.reach.protocols import is_http, parse_protocol
from fedlib.snapshot.selection import labels_match

AUTO_PASSTHROUGH: Final = "AUTO_PASSTHROUGH"
PASSING: Final = frozenset({"PASSTHROUGH", AUTO_PASSTHROUGH})
_TLS_FIELDS: Final = frozenset({"mode", "httpsRedirect"})


@dataclass(frozen=True, slots=True)
class GatewayServer:
    """A server of a Gateway object, on the port on which the pods listen.

    Attributes:
        ref: the Gateway.
        stated_port: the number that the Gateway says; routes are meant for this one.
        port: the port on which the pods listen.
        protocol: the protocol.
        hosts: its hosts, with `<namespace>/` where only VirtualServices of that namespace count.
        mode: the TLS mode; empty for none.
        redirects: whether it sends all requests to HTTPS.
        bind: the address on which it listens; empty for all.
        tls: other fields of its TLS, as JSON.
        port_name: the name of its port.
    """

    ref: Ref = field(compare=False)
    stated_port: int
    port: int
    protocol: str
    hosts: tuple[str, ...]
    mode: str = ""
    redirects: bool = False
    bind: str = ""
    tls: str = ""
    port_name: str = field(default="", compare=False)

    @property
    def gateway(self) -> str:
        """How VirtualServices name the Gateway."""
        return f"{self.ref.namespace}/{self.ref.name}"

    @property
    def snis(self) -> tuple[str, ...]:
        """Its hosts without namespaces."""
        return tuple(sorted({host.rpartition("/")[2] for host in self.hosts}))

    @property
    def speaks_tls(self) -> bool:
        """Whether it is chosen by the SNI."""
        return bool(self.mode) and not is_http(self.protocol)

    @property
    def routes_requests(self) -> bool:
        """Whether it routes single requests."""
        return is_http(self.protocol) or (self.protocol == "HTTPS" and bool(self.mode) and self.mode not in PASSING)

    def hosts_for(self, namespace: str) -> Iterator[str]:
        """Its hosts that VirtualServices of a namespace may have."""
        for host in self.hosts:
            place, slash, name = host.rpartition("/")
            if not slash or place in (namespace, "*"):
                yield name


@dataclass(slots=True)
class _Port:
    """The servers that are on a port so far."""

    servers: list[GatewayServer] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    plain: GatewayServer | None = None

    def take(self, server: GatewayServer) -> None:
        """Add a server, unless it is at odds with those before it: the first one counts."""
        if server.mode or server.redirects:
            if any(self.hosts.get(host) == server.bind for host in server.hosts):
                return
            self.hosts.update(dict.fromkeys(server.hosts, server.bind))
        if self.servers and not self._fits(server):
            return
        self.servers.append(server)
        if not server.speaks_tls and self.plain is None:
            self.plain = server

    def _fits(self, server: GatewayServer) -> bool:
        """On one port are several servers of HTTP, or several that the SNI tells apart."""
        if self.plain is not None:
            both = is_http(server.protocol) and is_http(self.plain.protocol)
            return both or server.bind != self.plain.bind
        routes = (server.ref, server.port_name)  # the name of its routes, which must be unique
        return not server.routes_requests or routes not in {(one.ref, one.port_name) for one in self.servers}


class Gateways:
    """The Gateways of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._things = cluster.of_kind("Gateway")
        self._known: dict[int, Mapping[int, tuple[GatewayServer, ...]]] = {}

    def servers(self, pods: Server) -> Mapping[int, tuple[GatewayServer, ...]]:
        """The servers on pods of a gateway, by the port on which they listen."""
        found = self._known.get(id(pods))
        if found is None:
            found = self._known[id(pods)] = self._merge(pods)
        return found

    def selects(self, namespace: str, pods: Mapping[str, str]) -> bool:
        """Whether a Gateway in the pods' own namespace selects them."""
        return any(
            labels_match(labels(one.spec.get("selector")), pods)
            for one in self._things
            if one.namespace == namespace and one.spec.get("selector")
        )

    def _merge(self, pods: Server) -> Mapping[int, tuple[GatewayServer, ...]]:
        ports: dict[int, _Port] = defaultdict(_Port)
        services = self._cluster.services_of(pods.namespace, pods.labels)
        targets = {port.number: port.target_port for one in reversed(services) for port in reversed(one.ports)}
        for thing in self._things:
            if self._is_for(thing, pods):
                for stated in mappings(thing.spec.get("servers")):
                    number_stated = number(as_mapping(stated.get("port")).get("number"))
                    server = _read(thing, stated, self._resolve(number_stated, targets, pods))
                    ports[server.port].take(server)
        return {port: tuple(one.servers) for port, one in sorted(ports.items())}

    def _is_for(self, thing: IstioObject, pods: Server) -> bool:
        if self._cluster.settings.scopes_gateways and thing.namespace != pods.namespace:
            return False
        return labels_match(labels(thing.spec.get("selector")), pods.labels)

    def _resolve(self, stated: int, targets: Mapping[int, int | str], pods: Server) -> int:
        """The port of the pods behind a Service's port of that number, or the number itself (`resolvePorts`)."""
        target = targets.get(stated, stated)
        if isinstance(target, int):
            return target or stated
        for one in self._cluster.workloads(pods.namespace):
            if (one.kind, one.name) == (pods.kind, pods.workload) and target in one.container_ports:
                return one.container_ports[target]
        return stated


def _read(thing: IstioObject, stated: Mapping[str, Any], port: int) -> GatewayServer:
    tls = as_mapping(stated.get("tls"))
    stated_port = as_mapping(stated.get("port"))
    redirects = tls.get("httpsRedirect") is True
    return GatewayServer(
        thing.ref,
        number(stated_port.get("number")),
        port,
        parse_protocol(text(stated_port.get("protocol"))),
        tuple(_host(one, thing.namespace) for one in texts(stated.get("hosts"))),
        (text(tls.get("mode")) or "PASSTHROUGH") if tls and not (redirects and not tls.get("mode")) else "",
        redirects,
        text(stated.get("bind")),
        canonical({key: one for key, one in tls.items() if key not in _TLS_FIELDS}),
        text(stated_port.get("name")),
    )


def _host(host: str, namespace: str) -> str:
    """A host with the namespace that it is for; `*/` is for all (`sanitizeServerHostNamespace`)."""
    place, slash, name = host.lower().partition("/")
    if not slash:
        return place
    return name if place == "*" else f"{namespace if place == '.' else place}/{name}"
