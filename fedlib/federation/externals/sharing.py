"""ExternalServices of several workspaces for one host or address, where a workspace sees more than one of them.

Each team writes the same ExternalService for a public host and exports it to the workspace of the gateways: there one
copy serves for all. Only where they differ the workspace that imports both has to choose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.externals.checks import OPAQUE
from fedlib.federation.externals.hosts import shown_claim
from fedlib.federation.externals.meaning import Meanings
from fedlib.federation.externals.overlaps import Overlap, overlapping_addresses
from fedlib.federation.hosts.claims import HostClaims, place_of_several, report_short
from fedlib.federation.hosts.hostname import address_host, is_made_up, is_short
from fedlib.federation.model.address import UNIX, AllowedAddresses
from fedlib.federation.model.destination import DestinationPort, External, ExternalAddress
from fedlib.federation.places import PlaceFinder
from fedlib.federation.told import told


class _Variant(NamedTuple):
    """What some callers get of an ExternalService: hosts, ports, those hosts that they have already, and sockets."""

    hosts: tuple[str, ...]
    ports: tuple[DestinationPort, ...]
    shared: frozenset[str]
    sockets: bool


@dataclass(slots=True)
class ExternalSharing:
    """Finds what the callers of ExternalServices have from others already."""

    claims: HostClaims
    places: PlaceFinder
    report: Report
    _refs: dict[Ref, External] = field(default_factory=dict)
    _meanings: Meanings = field(default_factory=Meanings)
    _allowed: AllowedAddresses = field(default_factory=AllowedAddresses)

    def __post_init__(self) -> None:
        """Note what the administrator allows."""
        self._allowed = AllowedAddresses(self.claims.snapshot.allowed_addresses)

    def by_callers(self, externals: Iterable[External]) -> Iterator[External]:
        """Each ExternalService once for all who call it by the same hosts and ports, and have the same from others."""
        decided = list(externals)
        self._refs.update((one.resource.ref, one) for one in decided)
        overlapping = overlapping_addresses(decided, self.claims.snapshot.visibility, self._meanings)
        for external in decided:
            callers: dict[_Variant, list[str]] = defaultdict(list)
            consumers = self._consumers(external)
            for name in consumers:
                callers[self._variant(external, name, overlapping.get((external.resource.ref, name)))].append(name)
            for variant, names in callers.items():
                yield replace(
                    external,
                    consumers=consumers,
                    hosts=variant.hosts,
                    ports=variant.ports,
                    shared=variant.shared,
                    endpoints=external.endpoints if variant.sockets else _addresses(external),
                    callers=tuple(names),
                    places=tuple(place for name in names for place in self.places.of(name)),
                )

    def _consumers(self, external: External) -> tuple[str, ...]:
        """Those who get anything: a socket is a file in pods of its owner, and what has nothing else is the owner's."""
        sockets = [one for one in external.endpoints if one.address.startswith(UNIX)]
        others = _addresses(external)
        for name in external.consumers if sockets else ():
            if name != external.workspace:
                told(name, external.workspace, self.claims.snapshot, self.report).add(
                    catalogue.SOCKET_IMPORTED, external.resource.ref, external.resource.at("selector"),
                    endpoint=sockets[0].ref, owner=external.workspace, workspace=name,
                    what="it" if others else "the ExternalService",
                )  # fmt: skip
        return external.consumers if others or not sockets else (external.workspace,)

    def _variant(self, external: External, consumer: str, other: Overlap | None) -> _Variant:
        """What a workspace gets of an ExternalService; `other` has one of its addresses already."""
        hosts, ports = self._called(external, consumer), self._ports(external, consumer)
        own = consumer == external.workspace
        shared = frozenset(host for host in hosts if self._is_shared(external, host, consumer))
        if other is not None:
            self._report_addresses(external, *other, consumer)
        return _Variant(hosts, ports, frozenset(hosts) if other is not None or not ports else shared, own)

    def _ports(self, external: External, consumer: str) -> tuple[DestinationPort, ...]:
        """The ports that a workspace gets: of another one's none that would take connections to any address."""
        if consumer == external.workspace or external.addresses or all(map(self._allowed.names, external.hosts)):
            return external.ports
        written = [port.number for port in external.resource.spec.ports]
        for port in external.ports:
            if port.protocol in OPAQUE:
                told(consumer, external.workspace, self.claims.snapshot, self.report).add(
                    catalogue.TCP_NOT_IMPORTED, external.resource.ref,
                    external.resource.at("ports", written.index(port.number)),
                    port=port.number, protocol=port.protocol, workspace=consumer,
                )  # fmt: skip
        return tuple(port for port in external.ports if port.protocol not in OPAQUE)

    def _called(self, external: External, consumer: str) -> tuple[str, ...]:
        """The hosts by which a workspace calls it: those without a dot are for its owner only, and are reported."""
        short = [host for host in external.hosts if is_short(host)]
        if not short or consumer == external.workspace:
            return external.hosts
        report_short(external.resource, external.workspace, consumer, short[0], self.claims.snapshot, self.report)
        kept = tuple(host for host in external.hosts if host not in short)
        return kept or (address_host(external.resource.ref),)

    def _is_shared(self, external: External, host: str, consumer: str) -> bool:
        """Whether a workspace has the host from something else; it is told, as a warning unless that says the same."""
        if is_made_up(host):
            return not external.endpoints and not external.addresses
        ref = external.resource.ref
        if self.claims.gets(host, ref, consumer):
            return False
        first = self.claims.seen(host, consumer)[0]
        subject, location = place_of_several(self.claims.snapshot, consumer, first.workspace, first.ref, first.location)
        winner = self._refs.get(first.ref)
        how = self._meanings.difference(winner, external, host) if winner else ""
        if winner and not how:
            self.report.add(
                catalogue.EXTERNAL_HOST_SHARED, subject, location,
                workspace=consumer, host=host, winner=first.ref, other=ref,
            )  # fmt: skip
        else:
            self.report.told_to((subject, lambda: location)).add(
                catalogue.EXTERNAL_HOST_CONFLICT, ref,
                host=host, what=shown_claim(first), other=ref, how=how, workspace=consumer,
            )  # fmt: skip
        return True

    def _report_addresses(self, external: External, address: str, winner: External, consumer: str) -> None:
        first = winner.resource
        subject, location = place_of_several(
            self.claims.snapshot, consumer, winner.workspace, first.ref, first.at("addresses")
        )
        self.report.told_to((subject, lambda: location)).add(
            catalogue.EXTERNAL_ADDRESS_CONFLICT, external.resource.ref,
            address=address, winner=first.ref, other=external.resource.ref,
            how=self._meanings.difference(winner, external, ""), workspace=consumer,
        )  # fmt: skip


def _addresses(external: External) -> tuple[ExternalAddress, ...]:
    """The endpoints that are no sockets."""
    return tuple(one for one in external.endpoints if not one.address.startswith(UNIX))
