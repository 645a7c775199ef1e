"""Addresses and names that no ExternalService may lead to: those of machines, clouds and clusters themselves.

Whoever sees the ExternalService calls from where it stands. So `127.0.0.1` is the admin interface of a gateway, a
cluster IP is a Service that refuses its owner's other callers, and a gateway's address lets in what has a certificate.
What a name resolves to is not known here: only names that are known to stand for such addresses are refused.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from fedlib.federation.hosts.hostname import is_short
from fedlib.federation.hosts.rights import HostRights
from fedlib.federation.model.address import (
    AllowedAddresses,
    IPNetwork,
    ip_network,
    meant_networks,
    special_network,
)
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.snapshot.model import Snapshot

_CREDENTIALS: Final = frozenset({
    "metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data.ec2.internal",
    "metadata.tencentyun.com", "metadata.platformequinix.com",
})  # fmt: skip
"""Names under which clouds answer with credentials of the machine."""

PROXY_PORTS: Final = frozenset({15000, 15001, 15002, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090})
"""Where Istio's proxies listen for themselves: a name that resolves to a loopback address leads there."""


@dataclass(slots=True)
class InsideAddresses:
    """Says why an address or a name is inside, unless the administrator allows it."""

    snapshot: Snapshot
    backends: Backends
    rights: HostRights
    _exact: dict[int, dict[int, str]] = field(default_factory=lambda: {4: {}, 6: {}})
    """What has an address, by version and number."""
    _sorted: dict[int, list[int]] = field(default_factory=dict)
    _blocks: list[tuple[IPNetwork, str]] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _allowed: AllowedAddresses = field(default_factory=AllowedAddresses)

    def __post_init__(self) -> None:
        """Note what is allowed."""
        self._allowed = AllowedAddresses(self.snapshot.allowed_addresses)

    def _index(self) -> None:
        """Index what is known of the clusters, once somebody asks."""
        if self._sorted:
            return
        for address, what in self._known():
            network = ip_network(address)
            if network is None:
                self._names.setdefault(address.lower(), what)
            elif network.num_addresses == 1:
                self._exact[network.version].setdefault(int(network.network_address), what)
            else:
                self._blocks.append((network, what))
        self._sorted.update({version: sorted(found) for version, found in self._exact.items()})

    def address_problem(self, address: str) -> str:
        """Why an IP address, or a block that holds one, is inside; empty if it is not."""
        network = ip_network(address)
        if network is None or self._allowed.holds(network):
            return ""
        self._index()
        return next((why for one in meant_networks(network) if (why := self._inside(one))), "")

    def name_problem(self, name: str, workspace: str) -> str:
        """Why a DNS name, as an address that proxies look up for a workspace's ExternalService, is inside."""
        if self._allowed.names(name):
            return ""
        self._index()
        if name in _CREDENTIALS:
            return "is a name under which clouds keep credentials"
        if name in self._names:
            return f"is {self._names[name]}"
        return self.rights.dns_problem(name, workspace)

    def short_problem(self, name: str) -> str:
        """Why a name leads inside wherever it is looked up: files on each machine and search domains complete it."""
        if not is_short(name) or self._allowed.names(name):
            return ""
        return "is a name of one part, which means something else for each pod that looks it up"

    def port_problem(self, name: str, port: int) -> str:
        """Why proxies must not call a port under a name."""
        if port not in PROXY_PORTS or self._allowed.names(name):
            return ""
        return f"has the port {port} of Istio's proxies, and may resolve to the proxy itself"

    def _inside(self, network: IPNetwork) -> str:
        verb = "is" if network.num_addresses == 1 else "holds"
        why = special_network(network)
        if not why:
            blocks = (
                what for block, what in self._blocks if block.version == network.version and network.overlaps(block)
            )
            why = next(blocks, "") or self._exact_within(network)
        return f"{verb} {why}" if why else ""

    def _exact_within(self, network: IPNetwork) -> str:
        numbers, first = self._sorted[network.version], int(network.network_address)
        place = bisect_left(numbers, first)
        if place < len(numbers) and numbers[place] <= int(network.broadcast_address):
            return self._exact[network.version][numbers[place]]
        return ""

    def _known(self) -> Iterator[tuple[str, str]]:
        """Addresses, blocks and names of the clusters, with what each is."""
        for service in self.snapshot.services.values():
            yield from ((address, f"the address of {service.ref}") for address in service.cluster_ips)
            if is_gateway(service, self.backends.workloads(service)):
                yield from ((address, f"the address of the gateway {service.ref}") for address in service.ingress)
        for node in (node for nodes in self.snapshot.nodes.values() for node in nodes):
            where = f"node '{node.name}' of cluster '{node.cluster}'"
            yield from ((address, f"an address of {where}") for address in node.own_addresses)
            yield from ((block, f"an address of pods on {where}") for block in node.pod_blocks)
        for one in self.snapshot.clusters.values():
            yield from ((block, f"an address of cluster '{one.name}'") for block in one.blocks)
