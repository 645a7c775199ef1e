"""What a sidecar does with calls to a host and port.

Source: `BuildSidecarOutboundVirtualHosts` in `pilot/pkg/networking/core/httproute.go`,
`BuildSidecarVirtualHostWrapper` in `route/route.go`, `buildSidecarOutboundListeners` in `listener.go`, `BuildNameTable`
in `pkg/dns/server` of istio/istio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fedlib.reach.connections import connection_rules
from fedlib.reach.control_plane import ControlPlane
from fedlib.reach.entries import EntryPort, Resolution
from fedlib.reach.hostnames import is_address, is_wildcard, qualified
from fedlib.reach.model import Knowledge, Reached, Rule, Upstream, Way
from fedlib.reach.protocols import UDP, is_http, may_be_http
from fedlib.reach.route_index import RouteIndex
from fedlib.reach.routes import Listening
from fedlib.reach.scope import Scope, Seen
from fedlib.reach.sidecars import EgressListener
from fedlib.reach.upstreams import Client
from fedlib.reach.virtual_services import MESH, VirtualService

_HTTP_PORT = 80


class Reaching:
    """What the sidecars of a cluster do with calls."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._domain = plane.cluster.settings.cluster_domain
        self._addresses: dict[int, tuple[tuple[str, ...], bool]] = {}
        self._plain: dict[tuple[object, ...], Reached] = {}

    def reach(self, client: Client, name: str, port: int) -> Reached:
        """What a client reaches under a name or address and a port."""
        name = name.lower().rstrip(".").strip("[]")
        listener = client.scope.listener(port)
        if listener is None:
            return Reached(self._unknown(client.scope))
        seen = self.find(client.scope, name, listener)
        if seen is not None and seen.first.spec.alias:
            seen = client.scope.listed(seen.first.spec.alias.lower(), listener)
        entry_port = seen.port(port) if seen else None
        if seen is None or entry_port is None or entry_port.protocol == UDP:
            return self._unrouted(client, name, port, listener, seen)
        at = self._listening(client, port)
        owner = self._owner(client.scope, seen, port, listener)
        if owner is not None:
            found = self._routed(*owner, client.scope.routes(listener), at)
            addresses, allocated = self._resolve(seen)
            return replace(found, addresses=addresses, allocated=allocated)
        return self._routed(seen, entry_port, client.scope.routes(listener), at)

    def _owner(self, scope: Scope, seen: Seen, port: int, listener: EgressListener) -> tuple[Seen, EntryPort] | None:
        """The other host that gets all connections to a host: it is before it and has its address and port too.

        Where requests are routed, the address does not count, unless connections to it are not looked into at all.
        """
        addresses, _ = self._resolve(seen)
        if not scope.shares(addresses):
            return None
        for one in scope.by_address(addresses[0], listener):
            entry_port = one.port(port)
            if entry_port is not None and not is_http(entry_port.protocol) and entry_port.protocol != UDP:
                return (one, entry_port) if one is not seen else None
        return None

    def _routed(self, seen: Seen, port: EntryPort, index: RouteIndex, at: Listening) -> Reached:
        upstream = self._plane.upstreams.of(at.client, seen.host, at.port)
        routing, bound = index.routing(seen.host), index.bound(seen.host)
        if not routing and not bound:
            return self._unrouted_host(seen, port, upstream, at)
        rules: tuple[Rule, ...] = ()
        if may_be_http(port.protocol):
            found = (self._plane.routes.of(one.http, at) for one in routing)
            rules = next((one for one in found if one), ()) or (self._plane.routes.default(seen, at),)
        way = Way(seen.host, at.port, upstream=upstream)
        http = is_http(port.protocol)
        connections = () if http else connection_rules(seen, port.protocol, bound, self._plane.routes, way, at)
        return Reached(Knowledge.KNOWN, *self._resolve(seen), rules, connections)

    def _unrouted_host(self, seen: Seen, port: EntryPort, upstream: Upstream | None, at: Listening) -> Reached:
        """Without a VirtualService: one value for all who reach the same."""
        key = (id(upstream), self._resolve(seen), port.protocol)
        found = self._plain.get(key)
        if found is None or upstream is None:
            rules = (self._plane.routes.default(seen, at),) if may_be_http(port.protocol) else ()
            way = Way(seen.host, at.port, upstream=upstream)
            http = is_http(port.protocol)
            connections = () if http else connection_rules(seen, port.protocol, (), self._plane.routes, way, at)
            found = self._plain[key] = Reached(Knowledge.KNOWN, *self._resolve(seen), rules, connections)
        return found

    def find(self, scope: Scope, name: str, listener: EgressListener) -> Seen | None:
        """The host of a listener that a name or address belongs to.

        A host of that very name comes before the Service that the name is short for (`dedupeDomains`), and both before
        wildcards.
        """
        if is_address(name):
            return next(iter(scope.by_address(name, listener)), None)
        found = self._named(scope, name, listener)
        if found is None and "." in name:  # pods of headless Services have names below the Service's
            below = self._named(scope, name.partition(".")[2], listener)
            if below is not None and below.first.spec.kubernetes and below.first.spec.resolution is Resolution.NONE:
                found = below
        return found or scope.covering(name, listener)

    def _named(self, scope: Scope, name: str, listener: EgressListener) -> Seen | None:
        longer = (name, *self._longer(name, scope.namespace))
        return next((seen for one in longer if (seen := scope.listed(one, listener)) is not None), None)

    def _longer(self, name: str, namespace: str) -> Iterator[str]:
        """The Services that a name may be short for."""
        if "." not in name:
            yield qualified(name, namespace, self._domain)
        elif name.endswith(".svc"):
            yield f"{name}.{self._domain.removeprefix('svc.')}"
        else:
            yield f"{name}.svc.{self._domain}"

    def _listening(self, client: Client, port: int) -> Listening:
        return Listening(client, port, frozenset({MESH}), self._domain, self._plane.cluster.settings.retries)

    def _unrouted(self, client: Client, name: str, port: int, listener: EgressListener, seen: Seen | None) -> Reached:
        """A host without that port, or none at all: VirtualServices may still be about it, where there is HTTP."""
        addresses, allocated = self._resolve(seen) if seen else ((), False)
        chosen, services = client.scope.routes(listener).naming(name)
        at = self._listening(client, port)
        for one in services if not _has(seen, port) else ():
            if self._serves_http(client.scope, one, chosen, port, listener):
                rules = self._plane.routes.of(one.http, at)
                if rules:
                    return Reached(Knowledge.KNOWN, addresses, allocated, rules)
        return Reached(self._unknown(client.scope), addresses, allocated)

    def _serves_http(
        self, scope: Scope, service: VirtualService, host: str, port: int, listener: EgressListener
    ) -> bool:
        """Whether a VirtualService has routes on a port for a host that has none of its own there.

        There must be a listener of HTTP; and but for port 80, one of its hosts must have the port. A wildcard that
        covers hosts that have the port is about those only.
        """
        if is_wildcard(host) and any(
            own.endswith(host[1:]) and _has(scope.listed(own, listener), port) for own in scope.hosts(listener)
        ):
            return False
        known = (scope.listed(own, listener) for host in service.hosts for own in _covered(host, scope, listener))
        return any(_serves(one, port) for one in known) or (
            port == _HTTP_PORT and any(_serves(scope.listed(own, listener), port) for own in scope.hosts(listener))
        )

    def _unknown(self, scope: Scope) -> Knowledge:
        refuses = scope.sidecar.registry_only if scope.sidecar else None
        if refuses is None:
            refuses = self._plane.cluster.settings.registry_only
        return Knowledge.REFUSED if refuses else Knowledge.PASSED_ON

    def _resolve(self, seen: Seen) -> tuple[tuple[str, ...], bool]:
        """What the host resolves to: the addresses of all its objects, or of the Kubernetes Service alone."""
        if id(seen) not in self._addresses:
            self._addresses[id(seen)] = self._look_up(seen)
        return self._addresses[id(seen)]

    def _look_up(self, seen: Seen) -> tuple[tuple[str, ...], bool]:
        settings = self._plane.cluster.settings
        if not seen.first.spec.kubernetes and not settings.dns_capture:
            return (), False
        entries = [seen.first] if seen.first.spec.kubernetes else seen.entries
        addresses = tuple(sorted({address for one in entries for address in one.spec.addresses}))
        return addresses, not addresses and settings.allocates_addresses and any(one.allocated for one in entries)


def _covered(host: str, scope: Scope, listener: EgressListener) -> Iterable[str]:
    """The hosts that a host of a VirtualService is about: itself, or what its wildcard covers."""
    return [own for own in scope.hosts(listener) if own.endswith(host[1:])] if is_wildcard(host) else (host,)


def _has(seen: Seen | None, number: int) -> bool:
    return seen is not None and seen.port(number) is not None


def _serves(seen: Seen | None, number: int) -> bool:
    """Whether a host has a port that may speak HTTP."""
    port = seen.port(number) if seen else None
    return port is not None and may_be_http(port.protocol)
