"""Hosts and addresses of ExternalServices: which of them may be used, and which the workspace has already."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.resource import Resource
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.externals.inside import PROXY_PORTS, InsideAddresses
from fedlib.federation.hosts.claims import Claim, HostClaims
from fedlib.federation.hosts.hostname import shadowed_cluster
from fedlib.federation.hosts.rights import HostRights, may_use
from fedlib.snapshot.model import OwnedResource, Snapshot


@dataclass(slots=True)
class ExternalHosts:
    """Gives hosts and addresses to ExternalServices; ask for the oldest of a workspace first."""

    snapshot: Snapshot
    rights: HostRights
    claims: HostClaims
    inside: InsideAddresses
    report: Report
    _addresses: dict[tuple[str, str], Resource[ExternalServiceSpec]] = field(default_factory=dict)

    def hosts(self, owned: OwnedResource[ExternalServiceSpec], *, looked_up: bool) -> Iterator[str]:
        """The hosts that the ExternalService gets; `looked_up` where proxies find addresses by them."""
        resource, workspace = owned.resource, owned.workspace
        proxy_ports = PROXY_PORTS.intersection(
            (port.target_port and port.target_port.number) or port.number for port in owned.spec.ports
        )
        for index, host in enumerate(owned.spec.hosts):
            where = resource.at("hosts", index)
            if not may_use(self.rights, resource, workspace, index, host, self.report):
                continue
            problem = self.rights.mesh_problem(host, workspace)
            first = self.claims.own(host, workspace)
            if not problem and first is not None and first.ref != resource.ref:
                self.report.add(
                    catalogue.EXTERNAL_HOST_CONFLICT, resource.ref, where,
                    host=host, what=shown_claim(first), other=resource.ref, how="", workspace=workspace,
                )  # fmt: skip
                continue
            problem = problem or self.claims.passed_problem(host, workspace)
            if problem:
                self.report.add(catalogue.EXTERNAL_HOST_OF_GATEWAYS, resource.ref, where, host=host, problem=problem)
                continue
            if looked_up and not self._can_be_looked_up(owned, index, host, proxy_ports):
                continue
            cluster = shadowed_cluster(host, self.snapshot.clusters.values())
            if cluster is not None:
                self.report.add(catalogue.EXTERNAL_HOST_SHADOWS, resource.ref, where, host=host, cluster=cluster.name)
            yield host

    def addresses(self, owned: OwnedResource[ExternalServiceSpec]) -> Iterator[str]:
        """The addresses that the ExternalService gets."""
        resource = owned.resource
        for index, address in enumerate(owned.spec.addresses):
            where, problem = resource.at("addresses", index), self.inside.address_problem(address)
            if problem:
                self.report.add(catalogue.ADDRESS_INSIDE, resource.ref, where, address=address, problem=problem)
                continue
            key = (owned.workspace, str(ipaddress.ip_network(address, strict=False)))
            winner = self._addresses.setdefault(key, resource)
            if winner is resource:
                yield address
                continue
            self.report.add(
                catalogue.EXTERNAL_ADDRESS_CONFLICT, resource.ref, where,
                address=address, winner=winner.ref, other=resource.ref, how="", workspace=owned.workspace,
            )  # fmt: skip

    def _can_be_looked_up(
        self, owned: OwnedResource[ExternalServiceSpec], index: int, host: str, proxy_ports: Iterable[int]
    ) -> bool:
        """Whether proxies may find addresses by a host and call there, also those ports that they have themselves."""
        if host.startswith("*"):
            return True
        problem = self.inside.name_problem(host, owned.workspace)
        problem = problem or next((self.inside.port_problem(host, port) for port in sorted(proxy_ports)), "")
        if problem:
            resource = owned.resource
            self.report.add(
                catalogue.ADDRESS_INSIDE, resource.ref, resource.at("hosts", index), address=host, problem=problem
            )
        return not problem


_KINDS: Final = ("the federated host of", "a host of", "a host of")


def shown_claim(claim: Claim) -> str:
    """What a host is by a claim."""
    return f"{_KINDS[claim.kind]} {claim.ref}"
