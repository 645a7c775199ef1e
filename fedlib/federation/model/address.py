"""Addresses: IP addresses, DNS names and sockets."""

from __future__ import annotations

import functools
import ipaddress
from typing import Final

UNIX: Final = "unix://"


@functools.lru_cache(maxsize=4096)
def is_hostname(address: str) -> bool:
    """Whether an address is a DNS name rather than an IP address or a Unix domain socket."""
    return not address.startswith(UNIX) and not _is_ip(address)


def is_ipv6(address: str) -> bool:
    """Whether an address is an IPv6 address."""
    return _is_ip(address) and ":" in address


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
