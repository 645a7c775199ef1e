"""ExternalServices behind a group: their addresses become endpoints of the group's hosts, for clients everywhere.

Source: the field `externalServices` of Gloo's `VirtualDestination`; several may stand behind one group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fedlib.config.gloo import PortSelector
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.text import ports_text
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.groups.backings import MAX_CANDIDATES, report_too_many_candidates
from fedlib.federation.hosts.hostname import is_short
from fedlib.federation.model.address import UNIX
from fedlib.federation.model.destination import External, ExternalAddress, ExternalBacking, Group, Passage
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource


@dataclass(frozen=True, slots=True)
class ExternalFinder:
    """Finds the ExternalServices of one group after the other; what cannot be used is reported."""

    destinations: DestinationIndex
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_CANDIDATES))

    def add(self, owned: OwnedResource[VirtualDestinationSpec], group: Group) -> Group:
        """The group with the ExternalServices that its VirtualDestination selects."""
        externals = self._find(owned)
        if not self._accepts(group, externals):
            return group
        return replace(group, externals=tuple(self._backing(group, external) for external in externals))

    def _find(self, owned: OwnedResource[VirtualDestinationSpec]) -> tuple[External, ...]:
        """The selected ExternalServices, sorted."""
        found: dict[Ref, External] = {}
        for index, selector in enumerate(owned.spec.external_services):
            matched = False
            if not self._allowed.left(owned.workspace):
                report_too_many_candidates(owned, "externalServices", "addresses", self._allowed, self.report)
                return ()
            for external in self.destinations.externals(selector, owned.workspace):
                matched = True
                addresses = external.endpoints or external.addresses or external.hosts
                self._allowed.take(owned.workspace, len(addresses) * len(owned.spec.ports))
                found[external.resource.ref] = external
            if not matched:
                self.report.add(
                    catalogue.GROUP_EXTERNAL_MISS, owned.resource.ref, owned.resource.at("externalServices", index),
                    index=index, workspace=owned.workspace,
                )  # fmt: skip
        return tuple(external for _, external in sorted(found.items()))

    def _accepts(self, group: Group, externals: tuple[External, ...]) -> bool:
        """Whether clients can reach the ExternalServices beside the rest of the group."""
        resource, location = group.resource, group.resource.at("externalServices")
        through_gateways = any(backing.gateways for backing in group.backings.values())
        encrypted = [external for external in externals if _originates_tls(external)]
        if externals and through_gateways and group.passage is Passage.LOCAL_ONLY:
            self.report.add(catalogue.GROUP_MIXED, resource.ref, location)
            return False
        if encrypted and (group.backings or len(externals) > 1):
            self.report.add(catalogue.GROUP_EXTERNAL_TLS, resource.ref, location, external=encrypted[0].resource.ref)
            return False
        return True

    def _backing(self, group: Group, external: External) -> ExternalBacking:
        """An ExternalService with its ports and addresses for the ports of the group."""
        ports = self._ports(group, external)
        return ExternalBacking(external, ports, tuple(self._addresses(group, external, ports)))

    def _ports(self, group: Group, external: External) -> dict[int, int]:
        """For each port of the group the port of the ExternalService."""
        resource = group.resource
        found: dict[int, int] = {}
        kept = {port.number for port in group.ports}
        for index, mapping in enumerate(resource.spec.ports):
            if mapping.number not in kept:
                continue  # a Service behind the group lacks it, which is reported
            wanted = mapping.target_port or PortSelector(number=mapping.number)
            port = next((p for p in external.ports if wanted.matches(p.number, p.name)), None)
            if port is not None:
                found[mapping.number] = port.number
                continue
            has = ports_text((p.number, p.name) for p in external.ports)
            self.report.add(
                catalogue.GROUP_TARGET_PORT_MISSING, resource.ref, resource.at("ports", index, "targetPort"),
                port=wanted, services=f"{external.resource.ref} (it has {has})", related=(external.resource.ref,),
            )  # fmt: skip
        return found

    def _addresses(self, group: Group, external: External, ports: Mapping[int, int]) -> Iterator[ExternalAddress]:
        ref = external.resource.ref
        sees = any(name != external.workspace for name in group.consumers)
        for endpoint in external.endpoints:
            if endpoint.address.startswith(UNIX):
                self._report_unusable(group, ref, endpoint.address)
                continue
            own = {number: endpoint.ports[port] for number, port in ports.items() if port in endpoint.ports}
            yield replace(endpoint, ports=own)
        own = {number: _target(external, port) for number, port in ports.items()}
        for address in () if external.endpoints else external.addresses or external.hosts:
            if "/" in address or "*" in address or (is_short(address) and sees):
                self._report_unusable(group, ref, address)
            else:
                yield ExternalAddress(ref, address, own, {})

    def _report_unusable(self, group: Group, external: Ref, address: str) -> None:
        self.report.add(
            catalogue.GROUP_EXTERNAL_UNUSABLE, group.resource.ref, group.resource.at("externalServices"),
            external=external, address=address, related=(external,),
        )  # fmt: skip


def _originates_tls(external: External) -> bool:
    return any(port.clientside_tls is not None for port in external.resource.spec.ports)


def _target(external: External, port: int) -> int:
    """Where an ExternalService without endpoints listens."""
    written = next(one for one in external.resource.spec.ports if one.number == port)
    return (written.target_port.number if written.target_port else None) or port
