"""Virtual IPs: in range, unique, and stable when other hosts come and go."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import pytest

from fedlib.diagnostics import NOWHERE, Ref, Report
from fedlib.federation.hosts import virtual_ip
from fedlib.federation.hosts.names import OwnedHost
from fedlib.federation.hosts.virtual_ip import assign_virtual_ips

HOSTS = [f"service-{number}.shop.svc.eu.global" for number in range(2000)]


def owned(host: str, workspace: str = "shop", *others: str) -> OwnedHost:
    """A host of a workspace, which others may call too."""
    ref = Ref("Service", host.partition(".")[0], workspace, "eu")
    return OwnedHost(host, workspace, frozenset({workspace, *others}), ref, "", NOWHERE)


def assign(hosts: Iterable[str], report: Report | None = None) -> dict[str, str]:
    """The IPv4 address of each host."""
    found = assign_virtual_ips(
        sorted(map(owned, hosts), key=lambda one: one.key), report if report is not None else Report()
    )
    return {host: addresses["IPv4"] for (_, host), addresses in found.items()}


def test_addresses_are_in_the_reserved_ranges() -> None:
    """IPv4 outside Istio's own 240.240.0.0/16 and the broadcast address, IPv6 in a unique local /64."""
    found = assign_virtual_ips(list(map(owned, HOSTS)), Report())
    for addresses in found.values():
        v4, v6 = ipaddress.IPv4Address(addresses["IPv4"]), ipaddress.IPv6Address(addresses["IPv6"])
        assert ipaddress.IPv4Address("241.0.0.1") <= v4 <= ipaddress.IPv4Address("254.255.255.254")
        assert int(v4) & 255 not in (0, 255)
        assert v6 in ipaddress.IPv6Network("fd66:6564:6c69:6200::/64")
    for family in ("IPv4", "IPv6"):
        assert len({addresses[family] for addresses in found.values()}) == len(HOSTS)


def test_the_order_of_hosts_does_not_matter() -> None:
    """The same hosts in any order get the same addresses."""
    assert assign(HOSTS) == assign(reversed(HOSTS))


def test_hosts_keep_their_addresses_when_others_come_and_go() -> None:
    """Without a collision an address depends on its host alone."""
    everything = assign(HOSTS)
    assert assign(HOSTS[::7]) == {host: everything[host] for host in HOSTS[::7]}


def test_a_collision_is_settled_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED414: in a range of 64 numbers 50 hosts collide, are told apart, and the finding names both sides."""
    monkeypatch.setattr(virtual_ip, "_IPV4_COUNT", 64)
    report = Report()
    found = assign(HOSTS[:50], report)
    assert len(set(found.values())) == 50
    assert {finding.code.id for finding in report} == {"FED414"}
    for finding in report:
        loser, winner = finding.message.split("'")[1], finding.message.split("'")[3]
        wanted = finding.message.removeprefix("the virtual IP ").split(" ")[0]
        assert found[winner] == wanted != found[loser]
        assert found[loser] in finding.message


def test_the_settlement_of_a_collision_is_stable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts whose first choice nobody else wants keep it, whatever the losers of collisions choose next."""
    monkeypatch.setattr(virtual_ip, "_IPV4_COUNT", 64)
    report = Report()
    few = assign(HOSTS[:50], report)
    losers = {finding.message.split("'")[1] for finding in report}
    alone = {host: assign([host])[host] for host in HOSTS[:50]}
    assert all(few[host] == alone[host] for host in few if host not in losers)


def test_hosts_that_nobody_calls_both_do_not_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one workspace calls its hosts changes no address of another one that shares nothing with it."""
    monkeypatch.setattr(virtual_ip, "_IPV4_COUNT", 64)
    shop = [owned(host) for host in HOSTS[:30]]
    report = Report()
    alone = assign_virtual_ips(shop, report)
    beside = assign_virtual_ips([*(owned(host, "a-neighbour") for host in HOSTS[30:60]), *shop], Report())
    assert {key: beside[key] for key in alone} == alone
    common = assign_virtual_ips(
        [
            *(owned(host, "neighbour", "both") for host in HOSTS[30:60]),
            *(owned(host, "shop", "both") for host in HOSTS[:30]),
        ],
        Report(),
    )
    assert len({addresses["IPv4"] for addresses in common.values()}) == 60
