"""What gateways do with what arrives at a server: HTTP routes by the authority, others by the SNI or by nothing.

Source: `buildGatewayHTTPRouteConfig`, `buildGatewayNetworkFiltersFromTCPRoutes` and
`buildGatewayNetworkFiltersFromTLSRoutes` in `pilot/pkg/networking/core/gateway.go` of istio/istio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fedlib.diagnostics import Ref
from fedlib.reach.fields import mappings, number, texts
from fedlib.reach.gateways import GatewayServer
from fedlib.reach.hostnames import common, is_wildcard, most_specific, overlaps
from fedlib.reach.model import ConnectionRule, Rule
from fedlib.reach.routes import Listening, Routes
from fedlib.reach.virtual_services import RouteSource, VirtualService, VirtualServices


class GatewayRoutes:
    """The routes of a cluster's gateways."""

    def __init__(self, virtual_services: VirtualServices, routes: Routes) -> None:
        self._virtual_services, self._routes = virtual_services, routes

    def hosts(self, servers: Iterable[GatewayServer], namespace: str) -> list[str]:
        """The hosts for which servers that share a listener have HTTP routes, wildcards among them, sorted."""
        found = {host for server in servers for one in self._bound(server, namespace) for host in _shared(server, one)}
        return sorted(found)

    def http(
        self, servers: Sequence[GatewayServer], authority: str, at: Listening
    ) -> tuple[tuple[Rule, ...], tuple[Ref, ...]] | None:
        """The rules for requests to an authority, and the VirtualServices that they are from.

        Of all hosts the most specific one counts. The routes of all VirtualServices for it stand one after the other,
        those that take all requests last (`SortVHostRoutes`). None: no host covers the authority.
        """
        namespace = at.client.scope.namespace
        hosts = self.hosts(servers, namespace)
        chosen = most_specific(authority, hosts, [host for host in hosts if is_wildcard(host)])
        if chosen is None:
            return None
        found: list[Rule] = []
        sources: list[Ref] = []
        for server in servers:
            there = replace(at, port=server.stated_port, gateways=frozenset({server.gateway}))
            for one in self._bound(server, namespace):
                if chosen in _shared(server, one):
                    found.extend(self._routes.of(one.http, there))
                    sources.append(one.ref)
        ordered = sorted(found, key=lambda rule: rule.match.takes_all)
        return tuple(ordered), tuple(dict.fromkeys(sources))

    def tcp(self, server: GatewayServer, at: Listening) -> tuple[tuple[ConnectionRule, ...], tuple[Ref, ...]]:
        """The rule for connections of a server: of the first VirtualService that has one."""
        there = replace(at, port=server.stated_port)
        for one in self._bound(server, at.client.scope.namespace):
            if any(overlaps(host, own) for host in one.hosts for own in server.hosts_for(one.ref.namespace)):
                for source in one.tcp:
                    if _is_for(source, server) and mappings(source.fields.get("route")):
                        return (ConnectionRule(self._routes.ways(source, there)),), (one.ref,)
        return (), ()

    def tls(self, server: GatewayServer, at: Listening) -> tuple[tuple[ConnectionRule, ...], tuple[Ref, ...]]:
        """The rules for connections that a server passes on by their SNI; the first one for an SNI counts."""
        there = replace(at, port=server.stated_port)
        found: dict[str, ConnectionRule] = {}
        sources: list[Ref] = []
        for one in self._bound(server, at.client.scope.namespace):
            if not any(overlaps(host, own) for host in one.hosts for own in server.hosts_for(one.ref.namespace)):
                continue
            for source in one.tls:
                snis = tuple(self._snis(source, server))
                if mappings(source.fields.get("route")) and snis and found.keys().isdisjoint(snis):
                    rule = ConnectionRule(self._routes.ways(source, there), snis)
                    found.update(dict.fromkeys(snis, rule))
                    sources.append(one.ref)
        return tuple({id(rule): rule for rule in found.values()}.values()), tuple(dict.fromkeys(sources))

    def _snis(self, source: RouteSource, server: GatewayServer) -> Iterator[str]:
        for match in mappings(source.fields.get("match")):
            port, gateways = number(match.get("port")), texts(match.get("gateways"))
            if port in (0, server.stated_port) and (not gateways or server.gateway in gateways):
                yield from texts(match.get("sniHosts"))

    def _bound(self, server: GatewayServer, namespace: str) -> tuple[VirtualService, ...]:
        return self._virtual_services.of(namespace, server.gateway)


def _shared(server: GatewayServer, service: VirtualService) -> list[str]:
    """The hosts that a server and a VirtualService have in common."""
    return list(common(server.hosts_for(service.ref.namespace), service.hosts))


def _is_for(source: RouteSource, server: GatewayServer) -> bool:
    """Whether a TCP route is for a server: its matchers name neither another port nor another gateway."""
    matches = mappings(source.fields.get("match"))
    return not matches or any(
        number(one.get("port")) in (0, server.stated_port)
        and (not texts(one.get("gateways")) or server.gateway in texts(one.get("gateways")))
        for one in matches
    )
