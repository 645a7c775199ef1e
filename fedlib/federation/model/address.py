"""Addresses: IP addresses, DNS names and sockets; which of them are inside the machine, the cluster or the cloud.

Whoever names an inside address in a resource makes a gateway or istiod call what only they can reach.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

UNIX: Final = "unix://"

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_IPV4_IN_IPV6: Final = ipaddress.IPv6Network("::/96")
_METADATA: Final = (ipaddress.IPv6Address("fd00:ec2::254"), ipaddress.IPv4Address("100.100.100.200"))
"""Where clouds answer with credentials of the machine, beside the link-local addresses."""

_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_INSIDE: Final = ("localhost", "local", "localdomain", "internal", "svc", "intranet", "lan", "arpa")
"""Last parts of names that no public server has."""
_SYSTEM: Final = ("default", "kube-system", "istio-system")


@functools.lru_cache(maxsize=4096)
def is_hostname(address: str) -> bool:
    """Whether an address is a DNS name rather than an IP address or a Unix domain socket."""
    return not address.startswith(UNIX) and ip_address(address) is None


def is_ipv6(address: str) -> bool:
    """Whether an address is an IPv6 address."""
    return ip_address(address) is not None and ":" in address


def ip_address(address: str) -> IPAddress | None:
    """The IP address that a string is; None if it is none."""
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def special_address(address: str) -> str:
    """Why an IP address is no server that anybody may name: that of a machine itself, a link or a group.

    Addresses of IPv4 within IPv6 count as what they are. Empty for all others, and for what is no IP address.
    """
    return next((why for why in map(_special, _forms(ip_address(address))) if why), "")


_SPECIAL: Final = (
    ("0.0.0.0/8", "an address that stands for none"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.0.0/16", "a link-local address, where clouds keep credentials"),
    ("224.0.0.0/4", "an address of a group"),
    ("240.0.0.0/4", "one of the addresses from which hosts of the mesh get theirs"),
    ("100.100.100.200/32", "an address where clouds keep credentials"),
    ("168.63.129.16/32", "an address where clouds keep credentials"),
    ("192.0.0.192/32", "an address where clouds keep credentials"),
    ("::/128", "an address that stands for none"),
    ("::1/128", "a loopback address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a link-local address"),
    ("ff00::/8", "an address of a group"),
    ("fd00:ec2::/64", "an address where clouds keep credentials"),
    ("fd20:ce::254/128", "an address where clouds keep credentials"),
    ("fd66:6564:6c69:6200::/64", "one of the addresses from which hosts of the mesh get theirs"),
    ("2001::/32", "an address of a tunnel"),
    ("2001:2::/48", "one of the addresses from which hosts of the mesh get theirs"),
)
"""Blocks of addresses that nobody outside has; those of the mesh are virtual IPs, ours and Istio's own."""

_EMBEDDED: Final = (
    (ipaddress.IPv6Network("::/96"), 96),
    (ipaddress.IPv6Network("::ffff:0:0/96"), 96),
    (ipaddress.IPv6Network("64:ff9b::/96"), 96),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 96),
    (ipaddress.IPv6Network("2002::/16"), 16),
)
"""Where addresses of IPv6 stand for ones of IPv4, and after how many bits these begin."""


def ip_network(address: str) -> IPNetwork | None:
    """The block that a string is, of a single address for one; None if it is none."""
    try:
        return ipaddress.ip_network(address, strict=False)
    except ValueError:
        return None


def meant_networks(network: IPNetwork) -> tuple[IPNetwork, ...]:
    """The block, and the blocks of IPv4 that it stands for if it has to do with those within IPv6."""
    if isinstance(network, ipaddress.IPv4Network):
        return (network,)
    meant: list[IPNetwork] = [network]
    for block, bits in _EMBEDDED:
        if network.overlaps(block):
            number = (int(network.network_address) >> (96 - bits)) & 0xFFFFFFFF
            length = min(max(network.prefixlen - bits, 0), 32)
            meant.append(ipaddress.IPv4Network((number, length), strict=False))
    return tuple(meant)


def special_network(network: IPNetwork) -> str:
    """What a block is, or holds, that nobody outside has; empty if it is nothing of the kind."""
    return next(
        (what for block, what in _special_blocks() if block.version == network.version and network.overlaps(block)), ""
    )


@functools.cache
def _special_blocks() -> tuple[tuple[IPNetwork, str], ...]:
    return tuple((ipaddress.ip_network(block), what) for block, what in _SPECIAL)


def private_address(address: str) -> bool:
    """Whether an IP address is one of a private network: of pods, Services, nodes, or a company."""
    return any(not form.is_global for form in _forms(ip_address(address)))


def _forms(address: IPAddress | None) -> Iterable[IPAddress]:
    """The address, and the addresses of IPv4 that it stands for."""
    if address is None:
        return ()
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    embedded = [address.ipv4_mapped, address.sixtofour, address.teredo[1] if address.teredo else None]
    if any(address in network for network in _NAT64) or (address in _IPV4_IN_IPV6 and int(address) > 1):
        embedded.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(one for one in embedded if one is not None)]


def _special(address: IPAddress) -> str:
    if address.is_loopback or address in ipaddress.ip_network("127.0.0.0/8"):
        return "a loopback address"
    if address.is_unspecified or address in ipaddress.ip_network("0.0.0.0/8"):
        return "an address that stands for none"
    if address.is_link_local or address in _METADATA:
        return "a link-local address, or one where clouds keep credentials"
    if address.is_multicast:
        return "an address of a group"
    return "a reserved address" if isinstance(address, ipaddress.IPv4Address) and address.is_reserved else ""


def inside_host(host: str, cluster_domains: Iterable[str], namespaces: Collection[str]) -> str:
    """Why a DNS name is one of the machine, the cluster or the cloud; empty for all others.

    Args:
        host: a DNS name.
        cluster_domains: the DNS domains of the clusters.
        namespaces: the names of their namespaces.
    """
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return "a number in place of a name, which some programs take for an address"
    if labels[-1] == "localhost":
        return "a name of the machine itself"
    if len(labels) == 1:
        return "a name of one part, which the cluster's DNS completes"
    if "svc" in labels[1:] or any(name == domain or name.endswith(f".{domain}") for domain in cluster_domains):
        return "a name of the cluster's DNS"
    if len(labels) == 2 and (labels[1] in namespaces or labels[1] in _SYSTEM):
        return "a name of the cluster's DNS"
    return "a name of a private network or a cloud" if labels[-1] in _INSIDE else ""


@dataclass(frozen=True, slots=True)
class AllowedAddresses:
    """What `federation:allowedAddresses` names: IP addresses, blocks of them, hosts, and `*.` before a host."""

    entries: tuple[str, ...] = ()

    def holds(self, network: IPNetwork) -> bool:
        """Whether the administrator allows all addresses of a block."""
        return any(
            one.version == network.version and int(one.network_address) <= int(network.network_address)
            and int(network.broadcast_address) <= int(one.broadcast_address)
            for one in _networks(self.entries)
        )  # fmt: skip

    def names(self, address: str) -> bool:
        """Whether the administrator allows an address or a host."""
        found = ip_address(address)
        if found is not None:
            return any(found in network for network in _networks(self.entries))
        name = address.lower().rstrip(".")
        return any(name == entry or (entry.startswith("*.") and name.endswith(entry[1:])) for entry in self.entries)


@functools.lru_cache(maxsize=64)
def _networks(entries: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    found = []
    for entry in entries:
        try:
            found.append(ipaddress.ip_network(entry))
        except ValueError:
            continue
    return tuple(found)
