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

    def names(self, address: str) -> bool:
        """Whether the administrator allows an address or a host."""
        found = ip_address(address)
        if found is not None:
            return any(found in network for network in _networks(self.entries))
        name = address.lower().rstrip(".")
        return any(name == entry or (entry.startswith("*.") and name.endswith(entry[1:])) for entry in self.entries)


@functools.lru_cache(maxsize=64)
def _networks(entries: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    found = []
    for entry in entries:
        try:
            found.append(ipaddress.ip_network(entry))
        except ValueError:
            continue
    return tuple(found)
