"""Hosts that the mesh makes up: one virtual IP and one stem of object names for each, whoever owns it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.federation.hosts.virtual_ip import assign_virtual_ips


@dataclass(frozen=True, slots=True)
class HostOwner:
    """What a host stands for: a Service or a VirtualDestination, when it was created, and where it is written."""

    ref: Ref
    created: str
    location: Location


@dataclass(frozen=True, slots=True)
class HostNames:
    """Addresses and stems by host. `virtual_ips` maps `IPv4` and `IPv6` to an address for each host."""

    virtual_ips: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stems: Mapping[str, str] = field(default_factory=dict)

    def addresses(self, host: str, families: tuple[str, ...]) -> list[str]:
        """The virtual IPs of a host in the IP families of a cluster."""
        return [self.virtual_ips[host][family] for family in families]


def name_hosts(owners: Mapping[str, HostOwner], report: Report) -> HostNames:
    """Give every host its addresses and its stem, all hosts at once so that no two get the same."""
    virtual_ips = assign_virtual_ips({host: owner.ref for host, owner in owners.items()}, report)
    return HostNames(virtual_ips, _stems(owners, report))


def _stems(owners: Mapping[str, HostOwner], report: Report) -> dict[str, str]:
    """What names of objects are made of: the host; the older of two that look the same stays plain."""
    taken: dict[str, str] = {}
    stems: dict[str, str] = {}
    for host in sorted(owners, key=lambda h: (owners[h].created or "9999", h)):
        winner = taken.setdefault(host.replace(".", "-"), host)
        stems[host] = host
        if winner != host:
            digest = hashlib.sha256(host.encode()).hexdigest()[:8]
            stems[host] = f"{digest}-{host}"
            owner = owners[host]
            report.add(catalogue.NAME_COLLISION, owner.ref, owner.location, host=host, winner=winner)
    return stems
