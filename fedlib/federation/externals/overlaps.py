"""Addresses that a workspace has from ExternalServices of several workspaces: the same, or blocks around each other."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator

from fedlib.diagnostics import Ref
from fedlib.federation.externals.meaning import Meanings
from fedlib.federation.model.address import IPNetwork
from fedlib.federation.model.destination import External
from fedlib.snapshot.visibility import Visibility

Overlap = tuple[str, External]
"""An address, and the ExternalService of another workspace that has it, or a block around it or within it."""


def overlapping_addresses(
    externals: Iterable[External], visibility: Visibility, meanings: Meanings
) -> dict[tuple[Ref, str], Overlap]:
    """For what comes second in a workspace, by (ExternalService, workspace): addresses that it has from another one.

    Args:
        externals: all ExternalServices.
        visibility: which of two owners comes first in a workspace.
        meanings: compares them; those that say the same do not matter to each other.
    """
    seen: dict[str, list[External]] = defaultdict(list)
    for external in externals:
        for consumer in external.consumers if external.addresses else ():
            seen[consumer].append(external)
    found: dict[tuple[Ref, str], Overlap] = {}
    for consumer, listed in sorted(seen.items()):
        if len({one.workspace for one in listed}) > 1:
            for loser, overlap in _losers(listed, consumer, visibility, meanings):
                found.setdefault((loser.resource.ref, consumer), overlap)
    return found


def _losers(
    externals: Iterable[External], consumer: str, visibility: Visibility, meanings: Meanings
) -> Iterator[tuple[External, Overlap]]:
    """Blocks lie within each other or apart, so that of sorted ones only those around one have to be looked at."""
    blocks = [(_network(address), address, one) for one in externals for address in one.addresses]
    around: list[tuple[IPNetwork, str, External]] = []
    for block in sorted(blocks, key=lambda item: _order(item[0], item[2])):
        network, address, external = block
        while around and not _holds(around[-1][0], network):
            around.pop()
        for _, outer, other in around:
            if other.workspace != external.workspace and meanings.meet(other, external):
                if visibility.precedence(consumer, other.workspace) < visibility.precedence(
                    consumer, external.workspace
                ):
                    yield external, (address, other)
                else:
                    yield other, (outer, external)
        around.append(block)


def _network(address: str) -> IPNetwork:
    return ipaddress.ip_network(address, strict=False)


def _order(network: IPNetwork, external: External) -> tuple[int, int, int, Ref]:
    return network.version, int(network.network_address), network.prefixlen, external.resource.ref


def _holds(outer: IPNetwork, inner: IPNetwork) -> bool:
    return outer.version == inner.version and int(inner.network_address) <= int(outer.broadcast_address)
