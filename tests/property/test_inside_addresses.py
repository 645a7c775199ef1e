"""Addresses that are inside: each one of a block counts, however it is written, and nothing else does."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from fedlib.compilation import compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from tests.golden_case import GOLDEN, read_inventory

Plain = dict[str, Any]

PLACES: Final = (
    "10.97.3.", "10.244.7.", "192.0.2.", "127.0.0.", "169.254.169.", "241.3.2.", "10.1.9.", "224.0.0.", "168.63.129.",
)  # fmt: skip
CREDENTIALS: Final = IPv4Address("168.63.129.16")
BLOCK: Final = IPv4Network("192.0.2.64/26")
PODS: Final = IPv4Network("10.244.7.128/25")
ALLOWED: Final = IPv4Network("127.0.0.32/27")
SPELLINGS: Final = ("{0}", "::ffff:{0}", "::ffff:{1:x}:{2:x}", "64:ff9b::{0}", "2002:{1:x}:{2:x}::1", "::{0}")


def _inventory(services: list[str], node: str) -> Plain:
    listed: list[Plain] = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"service-{index}", "namespace": "shop-web"},
            "spec": {"clusterIP": address, "clusterIPs": [address], "ports": [{"port": 80}]},
        }
        for index, address in enumerate(services)
    ]
    listed.append({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": "node"},
        "spec": {"podCIDR": str(PODS), "podCIDRs": [str(PODS)]},
        "status": {"addresses": [{"type": "InternalIP", "address": node}]},
    })  # fmt: skip
    return {"use": ["eu"], "inventory": {"eu": listed}}


def _refused(addresses: list[str], services: list[str], node: str) -> set[str]:
    """The addresses of an ExternalService that FED765 names."""
    config = {
        "clusters": {"eu": {"blocks": [str(BLOCK)]}},
        "allowedAddresses": [str(ALLOWED)],
        "workspaces": {"shop": {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-backend"}]}]}},
        "resources": [{
            "apiVersion": "networking.gloo.solo.io/v2", "kind": "ExternalService",
            "metadata": {"name": "x", "namespace": "shop-backend", "annotations": {"cluster.solo.io/cluster": "eu"}},
            "spec": {"addresses": addresses, "ports": [{"number": 5432, "protocol": "TCP"}]},
        }],
    }  # fmt: skip
    report = Report()
    stack = StackFile("test", GOLDEN, Source("Pulumi.test.yaml"), config)
    inventory = read_inventory(_inventory(services, node), stack, report)
    compile_federation(read_configuration(stack, report), inventory, report)
    named = [finding.message.split("'")[1] for finding in report if finding.code.id == "FED765"]
    strange = [finding for finding in report if finding.code.id not in ("FED765", "FED741")]
    assert not [one for one in strange if one.code.severity.name == "ERROR"], strange
    return set(named)


def _is_inside(address: IPv4Address, known: set[str]) -> bool:
    if address in ALLOWED:
        return False
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address == CREDENTIALS
        or address in BLOCK
        or address in PODS
        or str(address) in known
    )


@settings(max_examples=120)
@given(st.integers(0, 2**64))
def test_a_block_is_refused_if_any_address_of_it_is_inside(seed: int) -> None:
    """All blocks here are small enough to look at each address, and those with the allowed ones lie within them."""
    dice = Random(seed)
    services = sorted({f"10.97.3.{dice.randint(1, 254)}" for _ in range(3)})
    node = f"10.1.9.{dice.randint(0, 255)}"
    blocks = [
        IPv4Network(f"{dice.choice(PLACES)}{dice.randint(0, 255)}/{dice.randint(24, 32)}", strict=False)
        for _ in range(12)
    ]
    blocks = [one for one in blocks if not one.overlaps(ALLOWED) or one.subnet_of(ALLOWED)]
    written = [str(one) if one.prefixlen < 32 else str(one.network_address) for one in blocks]
    expected = {
        text
        for text, block in zip(written, blocks, strict=True)
        if any(_is_inside(address, {*services, node}) for address in block)
    }
    assert _refused(written, services, node) == expected


@settings(max_examples=120)
@given(st.integers(0, 2**64))
def test_an_address_counts_in_all_spellings_of_ipv6(seed: int) -> None:
    dice = Random(seed)
    services, node = ["10.97.3.77"], "10.1.9.9"
    expected, written = set(), []
    for _ in range(12):
        address = IPv4Address(dice.choice((f"{dice.choice(PLACES)}{dice.randint(0, 255)}", *services, node)))
        if address in ALLOWED:
            continue
        text = dice.choice(SPELLINGS).format(address, int(address) >> 16, int(address) & 0xFFFF)
        written.append(text)
        if _is_inside(address, {*services, node}):
            expected.add(text)
    if written:
        assert _refused(written, services, node) == expected
