"""Hosts that the mesh makes up: virtual IPs and stems of object names, for whoever owns and calls them.

Two workspaces that share nothing do not notice each other here: a host is told from others where somebody sees both.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.federation.hosts.virtual_ip import assign_virtual_ips

HostKey = tuple[str, str]
"""The workspace that owns a host, and the host."""


@dataclass(frozen=True, slots=True)
class OwnedHost:
    """A host and what it stands for.

    Attributes:
        host: the host.
        workspace: the workspace that owns it.
        consumers: the workspaces that may call it, the owner included.
        ref: the Service or VirtualDestination behind it.
        created: when that was created; empty if it is not known.
        location: where it is written.
    """

    host: str
    workspace: str
    consumers: frozenset[str]
    ref: Ref
    created: str
    location: Location

    @property
    def key(self) -> HostKey:
        """Its identity."""
        return self.workspace, self.host


@dataclass(frozen=True, slots=True)
class HostNames:
    """Addresses of hosts, and stems of the names of their objects.

    Attributes:
        virtual_ips: for each host a mapping of `IPv4` and `IPv6` to an address.
        hashed: the stems that are not the host itself, by the workspace that the objects are for.
    """

    virtual_ips: Mapping[HostKey, Mapping[str, str]] = field(default_factory=dict)
    hashed: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def has_addresses(self, workspace: str, host: str) -> bool:
        """Whether a host of a workspace has addresses."""
        return (workspace, host) in self.virtual_ips

    def addresses(self, workspace: str, host: str, families: tuple[str, ...]) -> list[str]:
        """The virtual IPs of a host that a workspace owns, in the IP families of a cluster."""
        found = self.virtual_ips[workspace, host]
        return [found[family] for family in families]

    def stem(self, host: str, workspace: str) -> str:
        """What the names of a host's objects for a workspace are made of."""
        return self.hashed.get((workspace, host), host)


Precedence = Callable[[str, str], int]
"""Whose things come first for a workspace (the first argument): its own, then those of others as it imports them."""


def name_hosts(hosts: Iterable[OwnedHost], precedence: Precedence, report: Report) -> HostNames:
    """Give every host its addresses and its stems, all hosts at once so that nobody sees two of one kind."""
    listed = sorted(hosts, key=lambda one: one.key)
    return HostNames(assign_virtual_ips(listed, report), _stems(listed, precedence, report))


def _stems(hosts: Iterable[OwnedHost], precedence: Precedence, report: Report) -> dict[tuple[str, str], str]:
    """Stems with a hash, where a workspace has objects for two hosts that look the same in names.

    Its own host stays plain, and of several the older one; among those that it imports the order of imports counts.
    """
    alike: dict[str, list[OwnedHost]] = defaultdict(list)
    for one in hosts:
        alike[one.host.replace(".", "-")].append(one)
    stems = {}
    for same in alike.values():
        if len({one.host for one in same}) == 1:
            continue
        for workspace in sorted({name for one in same for name in one.consumers}):
            seen = [one for one in same if workspace in one.consumers]
            winner, *others = sorted(seen, key=lambda one: (precedence(workspace, one.workspace), *_age(one)))
            for one in (other for other in others if other.host != winner.host):
                digest = hashlib.sha256(one.host.encode()).hexdigest()[:8]
                stems[workspace, one.host] = f"{digest}-{one.host}"
                if one.workspace == winner.workspace == workspace:
                    report.add(catalogue.NAME_COLLISION, one.ref, one.location, host=one.host, winner=winner.host)
    return stems


def _age(one: OwnedHost) -> tuple[str, str]:
    return one.created or "9999", one.host
