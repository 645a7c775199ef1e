"""The way through gateways: what stands behind an address for an SNI.

Source: `builtAutoPassthroughFilterChains` in `pilot/pkg/networking/core/gateway.go` of istio/istio; Envoy's
`FilterChainMatch` chooses the most specific server name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fedlib.reach.addresses import Place, Published
from fedlib.reach.control_plane import ControlPlane
from fedlib.reach.gateways import AUTO_PASSTHROUGH, PASSING, GatewayServer
from fedlib.reach.hostnames import is_subset, is_wildcard, most_specific
from fedlib.reach.model import Obstacle, Passage, Server
from fedlib.reach.protocols import UDP
from fedlib.reach.proxies import ProxyKind

_SNI: Final = re.compile(r"outbound_\.(\d+)_\.([^_]*)_\.(.+)")
DIRECT: Final = "DIRECT"
"""The address is not a gateway's: connections reach the pods behind it as they are."""


class Passages:
    """What stands behind addresses; each way is found once."""

    def __init__(self, published: Mapping[Place, tuple[Published, ...]], planes: Callable[[str], ControlPlane]) -> None:
        self._published, self._planes = published, planes
        self._found: dict[tuple[int, int, str, str], Passage] = {}
        self._open: set[tuple[int, int, str, str]] = set()

    def behind(self, address: str, port: int, sni: str, host: str) -> tuple[Passage, ...]:
        """The ways behind an address and port.

        Args:
            address: the address that is called.
            port: the port that is called.
            sni: the server name that is asked for; empty for plain text.
            host: the host that is called: the authority of requests.

        Returns:
            Nothing for an address outside the clusters.
        """
        return tuple(
            self.through(pods, target, sni, host)
            for one in self._published.get((address, port), ())
            for pods, target in self._pods(one)
        )

    def _pods(self, published: Published) -> Iterator[tuple[Server, int]]:
        """The pods behind a Service's port, with the port on which they listen."""
        service, target = published.service, published.target
        if not service.selector:
            return
        servers = self._planes(service.cluster).servers
        for pods in servers.selected(service.namespace, service.selector):
            port = servers.container_ports(pods).get(target, 0) if isinstance(target, str) else target
            yield pods, port

    def through(self, pods: Server, port: int, sni: str, host: str) -> Passage:
        """The way through pods that listen on a port. See `behind`."""
        key = (id(pods), port, sni, host)
        if key in self._open:
            return Passage(pods, port, sni=sni, obstacle=Obstacle.CIRCLE)
        if key not in self._found:
            self._open.add(key)
            self._found[key] = self._find(pods, port, sni, host)
            self._open.discard(key)
        return self._found[key]

    def _find(self, pods: Server, port: int, sni: str, host: str) -> Passage:
        if pods.proxy is not ProxyKind.GATEWAY:
            return Passage(pods, port, DIRECT, sni)
        plane = self._planes(pods.cluster)
        servers = plane.gateways.servers(pods).get(port, ())
        if not servers:
            return Passage(pods, port, sni=sni, obstacle=Obstacle.NOTHING_LISTENS)
        if not sni:
            plain = [one for one in servers if not one.speaks_tls]
            if not plain:
                return Passage(pods, port, sni=sni, obstacle=Obstacle.NOT_MUTUAL_TLS)
            return self._opened(plane, pods, plain[0], sni, host)
        unopened = self._unopened(plane, pods, servers, sni)
        return unopened or self._by_name(plane, pods, servers, sni, host)

    def _unopened(
        self, plane: ControlPlane, pods: Server, servers: tuple[GatewayServer, ...], sni: str
    ) -> Passage | None:
        """By the SNI of a host that the gateway knows. Namespaces of the server's hosts do not count."""
        passing = [one for one in servers if one.mode == AUTO_PASSTHROUGH]
        parts = _SNI.fullmatch(sni)
        if not passing or parts is None:
            return None
        number, subset, host = int(parts[1]), parts[2], parts[3]
        client = plane.gateway_client(pods)
        seen = client.scope.known(host)
        port = seen.port(number) if seen else None
        if seen is None or port is None or seen.first.spec.external or port.protocol == UDP:
            return None
        chosen = [one for one in passing if any(is_subset(host, name) for name in one.snis)]
        upstream = plane.upstreams.of(client, host, number, subset, sni=sni) if chosen else None
        if upstream is None:
            return None
        return Passage(pods, chosen[0].port, AUTO_PASSTHROUGH, sni, upstream, sources=(chosen[0].ref,))

    def _by_name(
        self, plane: ControlPlane, pods: Server, servers: tuple[GatewayServer, ...], sni: str, host: str
    ) -> Passage:
        """By the most specific name among all servers."""
        names: dict[str, GatewayServer] = {}
        for one in servers:
            if one.speaks_tls and one.mode != AUTO_PASSTHROUGH:
                for name in self._names(plane, pods, one):
                    names.setdefault(name, one)
        chosen = most_specific(sni, names, [name for name in names if is_wildcard(name)])
        if chosen is None:
            return Passage(pods, servers[0].port, sni=sni, obstacle=Obstacle.UNKNOWN_SNI)
        return self._opened(plane, pods, names[chosen], sni, host)

    def _names(self, plane: ControlPlane, pods: Server, server: GatewayServer) -> tuple[str, ...]:
        """The server names that choose a server; one that passes connections on has those of its routes."""
        if server.mode not in PASSING:
            return server.snis
        rules, _ = plane.gateway_routes.tls(server, plane.listening(pods, server))
        return tuple(name for rule in rules for name in rule.snis)

    def _opened(self, plane: ControlPlane, pods: Server, server: GatewayServer, sni: str, host: str) -> Passage:
        """Where TLS ends, or none was made, or a route passes it on."""
        at = plane.listening(pods, server)
        sources = (server.ref,)
        if server.mode in PASSING:
            connections, more = plane.gateway_routes.tls(server, at)
        elif server.routes_requests:
            return self._requests(plane, pods, server, sni, host)
        else:
            connections, more = plane.gateway_routes.tcp(server, at)
        obstacle = None if connections else Obstacle.NO_ROUTE
        return Passage(
            pods, server.port, server.mode, sni, connections=connections, obstacle=obstacle, sources=(*sources, *more)
        )

    def _requests(self, plane: ControlPlane, pods: Server, server: GatewayServer, sni: str, host: str) -> Passage:
        at = plane.listening(pods, server)
        servers = plane.gateways.servers(pods).get(server.port, ())
        sharing = [server] if server.speaks_tls else [one for one in servers if not one.speaks_tls]
        found = plane.gateway_routes.http(sharing, host, at)
        if found is None or not found[0]:
            return Passage(pods, server.port, server.mode, sni, obstacle=Obstacle.NO_ROUTE, sources=(server.ref,))
        rules, more = found
        return Passage(pods, server.port, server.mode, sni, rules=rules, sources=(server.ref, *more))
