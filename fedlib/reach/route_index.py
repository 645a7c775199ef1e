"""The VirtualServices of a listener by the hosts that they are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fedlib.reach.hostnames import is_wildcard, most_specific, overlaps
from fedlib.reach.virtual_services import VirtualService


class RouteIndex:
    """VirtualServices in the order in which they count."""

    def __init__(self, services: Iterable[VirtualService]) -> None:
        self.services = tuple(services)
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._wildcards: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.services):
            for host in dict.fromkeys(one.hosts):
                (self._wildcards if is_wildcard(host) else self._exact)[host].append(place)

    def routing(self, host: str) -> Sequence[VirtualService]:
        """Those that may route requests to a host of the registry: all that name it, or else the most specific one.

        Source: `mostSpecificWildcardVsIndex` and `separateVSHostsAndServices` of istio/istio.
        """
        if not self.services:
            return ()
        if host in self._exact:
            return [self.services[place] for place in self._exact[host]]
        chosen = most_specific(host, self._wildcards, self._wildcards)
        return [self.services[self._wildcards[chosen][0]]] if chosen is not None else ()

    def bound(self, host: str) -> Sequence[VirtualService]:
        """Those one of whose hosts overlaps a host, in their order (`getConfigsForHost`)."""
        if not self.services:
            return ()
        places = set(self._exact.get(host, ()))
        for own, found in self._wildcards.items():
            if overlaps(own, host):
                places.update(found)
        if is_wildcard(host):
            places.update(place for own, found in self._exact.items() if overlaps(own, host) for place in found)
        return [self.services[place] for place in sorted(places)]

    def naming(self, name: str) -> tuple[str, Sequence[VirtualService]]:
        """The most specific host that covers a name, and those that have it; an empty host where there is none."""
        chosen = most_specific(name, self._exact, self._wildcards)
        if chosen is None:
            return "", ()
        places = self._wildcards[chosen] if is_wildcard(chosen) else self._exact[chosen]
        return chosen, [self.services[place] for place in places]
