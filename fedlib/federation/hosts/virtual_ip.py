"""Virtual IPs: an address for each host, the same in every run and in every cluster.

IPv4 addresses come from 241.0.0.0 to 254.255.255.255 (240.0.0.0/4 without the part of which Istio allocates,
240.240.0.0/16, and without the broadcast address), IPv6 addresses from a unique local /64.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from fedlib.diagnostics import Ref, Report, catalogue

_FIRST_OCTET: Final = 241
_IPV4_COUNT: Final = 14 * 256 * 256 * 254
_IPV6_PREFIX: Final = int(ipaddress.IPv6Address("fd66:6564:6c69:6200::"))


class Addressed(Protocol):
    """A host that gets addresses."""

    @property
    def host(self) -> str:
        """The host."""

    @property
    def key(self) -> tuple[str, str]:
        """Its owner, and the host."""

    @property
    def consumers(self) -> frozenset[str]:
        """The workspaces that may call it."""

    @property
    def ref(self) -> Ref:
        """What stands behind it, for findings."""


def _hash(host: str, attempt: int) -> int:
    text = host if attempt == 0 else f"{host}#{attempt}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _ipv4(number: int) -> str:
    number, last = divmod(number % _IPV4_COUNT, 254)
    first, middle = divmod(number, 65536)
    return f"{_FIRST_OCTET + first}.{middle >> 8}.{middle & 255}.{last + 1}"


def _ipv6(number: int) -> str:
    return str(ipaddress.IPv6Address(_IPV6_PREFIX | (number & 0xFFFF_FFFF_FFFF_FFFF) | 1))


def assign_virtual_ips(hosts: Sequence[Addressed], report: Report) -> dict[tuple[str, str], Mapping[str, str]]:
    """Give each host an address in each family.

    All hosts ask for their first choice; of those that ask for the same one, and that some workspace may call, the
    first by owner and name gets it, and the others ask for their next choice among what is left. So a host keeps its
    address whatever happens to hosts whose hashes differ from its own, and those of a collision keep theirs as long as
    both exist. Hosts that nobody may call both may have the same address.

    Args:
        hosts: the hosts, sorted by owner and name.
        report: takes the collisions.

    Returns:
        For each owner and host a mapping of `IPv4` and `IPv6` to an address.
    """
    v4 = _settle(hosts, _IPV4_COUNT)
    for one in hosts:
        number, attempt, winner = v4[one.key]
        if attempt:
            report.add(
                catalogue.VIRTUAL_IP_COLLISION, one.ref,
                address=_ipv4(_hash(one.host, 0)), host=one.host, winner=winner, chosen=_ipv4(number),
            )  # fmt: skip
    v6 = _settle(hosts, 1 << 63)
    return {one.key: {"IPv4": _ipv4(v4[one.key][0]), "IPv6": _ipv6(v6[one.key][0] << 1)} for one in hosts}


def _settle(hosts: Sequence[Addressed], count: int) -> dict[tuple[str, str], tuple[int, int, str]]:
    """Owner and host -> (number below `count`, attempts, the host that took its first choice)."""
    taken: dict[int, list[Addressed]] = {}
    settled: dict[tuple[str, str], tuple[int, int, str]] = {}
    asking, attempt = list(hosts), 0
    winners: dict[tuple[str, str], str] = {}
    while asking:
        losers = []
        for one in asking:
            number = _hash(one.host, attempt) % count
            others = taken.setdefault(number, [])
            winner = next((other for other in others if other.host != one.host and _meet(one, other)), None)
            if winner is None:
                others.append(one)
                settled[one.key] = (number, attempt, winners.get(one.key, ""))
            else:
                winners.setdefault(one.key, winner.host)
                losers.append(one)
        asking, attempt = losers, attempt + 1
    return settled


def _meet(one: Addressed, other: Addressed) -> bool:
    """Whether some workspace may call both."""
    return not one.consumers.isdisjoint(other.consumers)
