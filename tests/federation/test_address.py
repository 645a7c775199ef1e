"""Which addresses are inside the machine, the cluster or the cloud."""

from __future__ import annotations

import pytest

from fedlib.federation.model.address import AllowedAddresses, inside_host, private_address, special_address


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "100.100.100.200", "::", "::1", "fe80::1", "fe80::1%eth0", "ff02::1", "fd00:ec2::254", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
    ],
)  # fmt: skip
def test_special_addresses(address: str) -> None:
    """Also those that other addresses hold."""
    assert special_address(address)


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "8.8.8.8", "10.0.0.1", "2001:4860::1", "fd00::1", "64:ff9b::808:808", "a.b", ""]
)
def test_other_addresses(address: str) -> None:
    """Private ones are no special ones, and what is no address is none."""
    assert special_address(address) == ""


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.0.0.1", True), ("172.16.0.1", True), ("192.168.1.1", True), ("100.64.0.1", True), ("fd00::1", True),
        ("::ffff:10.0.0.1", True), ("64:ff9b::a00:1", True), ("8.8.8.8", False), ("2001:4860::1", False),
        ("a.b", False),
    ],
)  # fmt: skip
def test_private_addresses(address: str, private: bool) -> None:
    """Those of pods, Services, nodes and companies."""
    assert private_address(address) == private


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("localhost", True), ("a.localhost", True), ("LOCALHOST.", True), ("catalog", True), ("catalog.shop", True),
        ("kubernetes.default", True), ("catalog.shop.svc", True), ("catalog.shop.svc.cluster.local", True),
        ("catalog.shop.svc.eu.example.net", True), ("a.mesh.example", True), ("mesh.example", True),
        ("metadata.google.internal", True), ("printer.local", True), ("a.0x7f000001", True), ("127.1", True),
        ("2130706433", True),
        ("id.example.com", False), ("svc.example.com", False), ("notmesh.example", False),
        ("catalog.shop.example.com", False),
    ],
)  # fmt: skip
def test_hosts_inside(host: str, inside: bool) -> None:
    """Names of the machine, of the cluster's DNS and of private networks."""
    assert bool(inside_host(host, ("cluster.local", "mesh.example"), frozenset({"shop"}))) == inside


def test_allowed_addresses() -> None:
    """By address, block, name, and all names below one."""
    allowed = AllowedAddresses(("10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "id.example.com", "*.keys.example.com"))
    for address in (
        "10.1.2.3",
        "192.0.2.1",
        "2001:db8::1",
        "ID.example.com.",
        "a.keys.example.com",
        "a.b.keys.example.com",
    ):
        assert allowed.names(address), address
    for address in (
        "11.0.0.1",
        "192.0.2.2",
        "a.id.example.com",
        "keys.example.com",
        "notkeys.example.com",
        "",
    ):
        assert not allowed.names(address), address
    assert not AllowedAddresses().names("id.example.com")
