"""Hosts and addresses of ExternalServices: which of them may be used, and who gets one that several want."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.resource import Resource
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.groups.hosts import takes_foreign_name
from fedlib.federation.hosts.hostname import LOCAL_ONLY_PATTERN, shadowed_cluster
from fedlib.federation.model.destination import FederatedService
from fedlib.federation.services import gateway_patterns
from fedlib.snapshot.model import OwnedResource, Snapshot


@dataclass(slots=True)
class ExternalHosts:
    """Gives hosts and addresses to ExternalServices; ask for the oldest first."""

    snapshot: Snapshot
    services: Iterable[FederatedService]
    report: Report
    _hosts: dict[str, list[tuple[str, frozenset[str]]]] = field(default_factory=dict)
    _addresses: dict[tuple[str, str], Resource[ExternalServiceSpec]] = field(default_factory=dict)
    _patterns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note the hosts that stand for something else, and those that east-west gateways pass on by themselves."""
        passed = gateway_patterns(self.services).values()
        self._patterns = sorted({LOCAL_ONLY_PATTERN, *(pattern for patterns in passed for pattern in patterns)})
        for service in self.services:
            consumers = frozenset({*service.consumers, service.workspace})
            self._hosts.setdefault(service.host, []).append((f"the federated host of {service.service.ref}", consumers))
        for owned in self.snapshot.of(VirtualDestinationSpec):
            consumers = frozenset(owned.consumers)
            for host in owned.spec.hosts:
                self._hosts.setdefault(host.lower(), []).append((f"a host of {owned.resource.ref}", consumers))

    def hosts(self, owned: OwnedResource[ExternalServiceSpec]) -> Iterator[str]:
        """The hosts that the ExternalService gets, in small letters."""
        resource, visible = owned.resource, frozenset(owned.consumers)
        for index, written in enumerate(owned.spec.hosts):
            host, where = written.lower(), resource.at("hosts", index)
            clash = next(((what, common) for what, c in self._hosts.get(host, ()) if (common := c & visible)), None)
            if clash is not None:
                self.report.add(
                    catalogue.EXTERNAL_HOST_CONFLICT, resource.ref, where,
                    host=host, what=clash[0], workspace=min(clash[1]),
                )  # fmt: skip
                continue
            if takes_foreign_name(host, owned.workspace, resource, index, self.snapshot, self.report):
                continue
            pattern = next((one for one in self._patterns if host.endswith(one[1:])), None)
            if pattern is not None:
                self.report.add(catalogue.EXTERNAL_HOST_OF_GATEWAYS, resource.ref, where, host=host, pattern=pattern)
                continue
            self._hosts.setdefault(host, []).append((f"a host of {resource.ref}", visible))
            cluster = shadowed_cluster(host, self.snapshot.clusters.values())
            if cluster is not None:
                self.report.add(catalogue.EXTERNAL_HOST_SHADOWS, resource.ref, where, host=host, cluster=cluster.name)
            yield host

    def addresses(self, owned: OwnedResource[ExternalServiceSpec]) -> Iterator[str]:
        """The addresses that the ExternalService gets."""
        resource = owned.resource
        for index, address in enumerate(owned.spec.addresses):
            key = (owned.workspace, str(ipaddress.ip_network(address, strict=False)))
            winner = self._addresses.setdefault(key, resource)
            if winner is resource:
                yield address
                continue
            self.report.add(
                catalogue.EXTERNAL_ADDRESS_CONFLICT, resource.ref, resource.at("addresses", index),
                address=address, winner=winner.ref,
            )  # fmt: skip
