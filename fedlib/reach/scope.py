"""What the proxies of a namespace know: hosts, as far as they are shown to it and its Sidecar keeps them.

Source: `selectServices`, `appendSidecarServices`, `collectImportedServices` and `DefaultSidecarScopeForGateway` in
`pilot/pkg/model/sidecar.go` of istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from fedlib.reach.entries import Entry, EntryPort
from fedlib.reach.hostnames import is_wildcard, most_specific
from fedlib.reach.registry import Registry
from fedlib.reach.route_index import RouteIndex
from fedlib.reach.sidecars import ALL, EgressListener, SidecarConfig
from fedlib.reach.virtual_services import VirtualServices, destinations


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A host as proxies see it: of all entries that they may see the first one decides, the others may add ports.

    Attributes:
        first: the one that decides about resolution, location and addresses.
        ports: its ports, and those that others add.
        entries: all that are seen in its namespace.
    """

    first: Entry
    ports: tuple[EntryPort, ...]
    entries: tuple[Entry, ...]

    @property
    def host(self) -> str:
        """The host."""
        return self.first.host

    def port(self, number: int) -> EntryPort | None:
        """A port by its number."""
        return next((port for port in self.ports if port.number == number), None)


SeenHosts = dict[tuple[object, ...], Seen]
"""Seen hosts by the identities of their entries: scopes with the same view share them."""

_ALL: Final[frozenset[int]] = frozenset({0})
"""All ports."""


class Scope:
    """What proxies of a namespace know, under the Sidecar that holds for them. `router`: they are gateways."""

    def __init__(
        self,
        namespace: str,
        registry: Registry,
        routes: VirtualServices,
        seen: SeenHosts,
        sidecar: SidecarConfig | None = None,
        *,
        router: bool = False,
    ) -> None:
        self.namespace, self.sidecar, self.router = namespace, sidecar, router
        self._registry, self._routes, self._seen = registry, routes, seen
        self._own = registry.exported.get(namespace, {})
        self._domain = registry.domain
        self.listeners = sidecar.egress if sidecar else ALL
        self._listed: dict[tuple[int, str], Seen | None] = {}
        self._known: dict[str, Seen | None] = {}
        self._indexes: dict[int, RouteIndex] = {}
        self._inferred: dict[str, frozenset[int]] | None = None

    def listener(self, port: int) -> EgressListener | None:
        """The listener for a port: one of its own, or the one for all ports (`GetEgressListenerForRDS`)."""
        return next((one for one in self.listeners if one.port in (0, port)), None)

    def routes(self, listener: EgressListener) -> RouteIndex:
        """The VirtualServices of a listener, in the order in which they count."""
        if id(listener) not in self._indexes:
            found = self._routes.of(self.namespace)
            if listener.hosts is not None:
                found = tuple(one for one in found if listener.hosts.keeps_routes(one.hosts, one.ref.namespace))
            self._indexes[id(listener)] = RouteIndex(found)
        return self._indexes[id(listener)]

    def listed(self, host: str, listener: EgressListener) -> Seen | None:
        """A host as a listener has it."""
        key = (id(listener), host)
        if key not in self._listed:
            ports = _ALL if not listener.port else frozenset({listener.port})
            self._listed[key] = self._merge(self._kept(host, listener), ports, every=not self.router)
        return self._listed[key]

    def known(self, host: str) -> Seen | None:
        """A host that routes may lead to: one of any listener, or one that their VirtualServices lead to."""
        if host not in self._known:
            self._known[host] = self._find(host)
        return self._known[host]

    def _find(self, host: str) -> Seen | None:
        ports: set[int] = set()
        found: list[Entry] = []
        for listener in self.listeners:
            kept = self._kept(host, listener)
            if kept:
                ports.add(listener.port)
                found.extend(kept)
        if 0 in ports:
            return self._merge(found if len(self.listeners) == 1 else list(dict.fromkeys(found)), _ALL)
        led = self._destinations().get(host, frozenset()) if not self.router else frozenset()
        if found or led:
            return self._merge(list(dict.fromkeys(found)) or self._led_to(host), led.union(ports))
        return None

    def by_address(self, address: str, listener: EgressListener) -> list[Seen]:
        """The hosts of a listener that clients call by an address, the one that counts first."""
        found = (self.listed(host, listener) for host in self._by_address.get(address, ()))
        return [one for one in found if one is not None]

    def shares(self, addresses: Iterable[str]) -> bool:
        """Whether other hosts have one of these addresses too."""
        return any(len(self._by_address.get(one, ())) > 1 for one in addresses)

    @cached_property
    def _by_address(self) -> Mapping[str, list[str]]:
        """Hosts by their addresses, in the order in which listeners are made."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for hosts in (self._own, self._registry.public):
            entries = (one for listed in hosts.values() for one in listed)
            for entry in sorted(entries, key=lambda one: one.age):
                for address in entry.spec.addresses:
                    found[address][entry.host] = None
        return {address: list(listed) for address, listed in found.items()}

    def hosts(self, listener: EgressListener) -> Iterator[str]:
        """All hosts of a listener, wildcards among them, sorted."""
        for host in sorted({*self._own, *self._registry.public}):
            if self.listed(host, listener) is not None:
                yield host

    def covering(self, name: str, listener: EgressListener) -> Seen | None:
        """The host of a listener that a name belongs to: itself, or the longest wildcard that covers it."""
        found = self.listed(name, listener)
        if found is None and self._wildcards:
            wildcards = [host for host in self._wildcards if self.listed(host, listener) is not None]
            chosen = most_specific(name, (), wildcards)
            found = self.listed(chosen, listener) if chosen is not None else None
        return found

    @property
    def _wildcards(self) -> list[str]:
        return [host for hosts in (self._own, self._registry.public) for host in hosts if is_wildcard(host)]

    def _visible(self, host: str) -> list[Entry]:
        """The entries that the namespace sees: those shown to it before those for everybody, each the oldest first."""
        return [*self._own.get(host, ()), *self._registry.public.get(host, ())]

    def _kept(self, host: str, listener: EgressListener) -> list[Entry]:
        """The entries of a host that a listener keeps. Of several namespaces only one counts, but for gateways."""
        found = self._visible(host)
        if listener.hosts is not None:
            found = [one for one in found if listener.hosts.keeps(host, one.namespace)]
        if len(found) < 2 or self.router:
            return found
        chosen = found[0]
        for one in found[1:]:
            if one.namespace == self.namespace or (
                one.spec.kubernetes and not chosen.spec.kubernetes and chosen.namespace != self.namespace
            ):
                chosen = one
        return [one for one in found if one.namespace == chosen.namespace]

    def _merge(self, entries: list[Entry], ports: frozenset[int], *, every: bool = False) -> Seen | None:
        """The oldest entry decides, a Kubernetes Service before all others; the rest may add ports to it.

        `every`: they add all. This is so in a listener, though the proxies may have nothing to send requests to.
        """
        if not entries:
            return None
        every = every and len(entries) > 1
        key = (ports, every, *(id(one) for one in entries))
        if key not in self._seen:
            self._seen[key] = _merged(entries, ports, every=every)
        found = self._seen[key]
        return found if found.ports or 0 in ports else None

    def _led_to(self, host: str) -> list[Entry]:
        """The entries of a host that no listener keeps, where VirtualServices lead to it: those of the own namespace.

        Without any, a Kubernetes Service comes before the oldest entry (`pickBestVisibleNamespace`).
        """
        own = self._registry.standing.get((host, self.namespace), ())
        found = sorted(own or self._visible(host), key=lambda one: (not one.spec.kubernetes, one.age))
        return found[:1]

    def _destinations(self) -> Mapping[str, frozenset[int]]:
        """The hosts that the VirtualServices of the listeners lead to, with the ports."""
        if self._inferred is None:
            self._inferred = {}
            for listener in self.listeners:
                for one in self.routes(listener).services:
                    for host, port in destinations(one, self.namespace, self._domain):
                        self._inferred[host] = self._inferred.get(host, frozenset()) | {port}
        return self._inferred


def _merged(entries: list[Entry], numbers: frozenset[int], *, every: bool) -> Seen:
    first, *others = entries
    ports = first.spec.ports
    for one in others:
        if every:
            first = one if one.spec.kubernetes and not first.spec.kubernetes else first
            ports = _more(ports, one)
        elif one.spec.kubernetes and not first.spec.kubernetes:
            first, ports = one, one.spec.ports
        elif one.spec.kubernetes == first.spec.kubernetes and _may_merge(first, one):
            ports = _more(ports, one)
    if 0 not in numbers:
        ports = tuple(own for own in ports if own.number in numbers)
    return Seen(first, ports, tuple(one for one in entries if one.namespace == first.namespace))


def _more(ports: tuple[EntryPort, ...], other: Entry) -> tuple[EntryPort, ...]:
    known = {own.number for own in ports}
    return (*ports, *(own for own in other.spec.ports if own.number not in known))


def _may_merge(one: Entry, other: Entry) -> bool:
    """`canMergeServices`: ports are added only where all else is equal."""
    return (
        one.namespace == other.namespace
        and one.spec.resolution == other.spec.resolution
        and one.spec.selector == other.spec.selector
        and set(one.spec.export_to or ()) == set(other.spec.export_to or ())
        and one.labels == other.labels
    )
