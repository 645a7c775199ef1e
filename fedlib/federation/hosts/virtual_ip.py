"""Virtual IPs: an address for each host, the same in every run and in every cluster.

IPv4 addresses come from 241.0.0.0 to 254.255.255.255 (240.0.0.0/4 without the part of which Istio allocates,
240.240.0.0/16, and without the broadcast address), IPv6 addresses from a unique local /64.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

from fedlib.diagnostics import Ref, Report, catalogue

_FIRST_OCTET: Final = 241
_IPV4_COUNT: Final = 14 * 256 * 256 * 254
_IPV6_PREFIX: Final = int(ipaddress.IPv6Address("fd66:6564:6c69:6200::"))


def _hash(host: str, attempt: int) -> int:
    text = host if attempt == 0 else f"{host}#{attempt}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _ipv4(number: int) -> str:
    number, last = divmod(number % _IPV4_COUNT, 254)
    first, middle = divmod(number, 65536)
    return f"{_FIRST_OCTET + first}.{middle >> 8}.{middle & 255}.{last + 1}"


def _ipv6(number: int) -> str:
    return str(ipaddress.IPv6Address(_IPV6_PREFIX | (number & 0xFFFF_FFFF_FFFF_FFFF) | 1))


def assign_virtual_ips(hosts: Mapping[str, Ref], report: Report) -> dict[str, Mapping[str, str]]:
    """Give each host an address in each family.

    All hosts ask for their first choice; of those that ask for the same one the first by name gets it, and the others
    ask for their next choice among what is left. So a host keeps its address whatever happens to hosts whose
    hashes differ from its own, and those of a collision keep theirs as long as both exist.

    Args:
        hosts: the hosts, and the Service behind each for findings.
        report: takes the collisions.

    Returns:
        For each host a mapping of `IPv4` and `IPv6` to an address.
    """
    v4 = _settle(hosts, _IPV4_COUNT)
    for host, (number, attempt, winner) in v4.items():
        if attempt:
            report.add(
                catalogue.VIRTUAL_IP_COLLISION, hosts[host],
                address=_ipv4(_hash(host, 0)), host=host, winner=winner, chosen=_ipv4(number),
            )  # fmt: skip
    v6 = _settle(hosts, 1 << 63)
    return {host: {"IPv4": _ipv4(v4[host][0]), "IPv6": _ipv6(v6[host][0] << 1)} for host in hosts}


def _settle(hosts: Iterable[str], count: int) -> dict[str, tuple[int, int, str]]:
    """Host -> (number below `count`, attempts, the host that took its first choice)."""
    taken: dict[int, str] = {}
    settled: dict[str, tuple[int, int, str]] = {}
    asking, attempt = sorted(hosts), 0
    winners: dict[str, str] = {}
    while asking:
        losers = []
        for host in asking:
            number = _hash(host, attempt) % count
            winner = taken.setdefault(number, host)
            if winner == host:
                settled[host] = (number, attempt, winners.get(host, ""))
            else:
                winners.setdefault(host, winner)
                losers.append(host)
        asking, attempt = losers, attempt + 1
    return settled
