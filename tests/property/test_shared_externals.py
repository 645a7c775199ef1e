"""ExternalServices of several teams in a workspace that sees them all: one answer for each host and address there."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from tests.golden_case import GOLDEN, read_inventory
from tests.placed import placed

Plain = dict[str, Any]

TEAMS: Final = {"shop": "shop-backend", "pay": "shop-web", "edge": "istio-gateways"}
SHARES: Final = {"exportTo": [{"workspaces": [{"name": "edge"}]}]}
LAST: Final = (0, 1, 63, 64, 127, 128, 129, 255)
IMPORTS: Final = {"importFrom": [{"workspaces": [{"name": "*"}]}]}


def _external(dice: Random, index: int, namespace: str) -> Plain:
    ports = dice.sample((25, 5432, 6379), dice.randint(1, 2))
    protocol = dice.choice(("TCP", "TLS"))
    spec: Plain = {"ports": [{"number": port, "protocol": protocol} for port in ports]}
    if dice.random() < 0.6:
        spec["addresses"] = [
            str(
                ipaddress.ip_network(f"8.8.8.{dice.choice(LAST)}/{dice.choice((24, 25, 26, 30, 32, 32))}", strict=False)
            )
            for _ in range(dice.randint(1, 3))
        ]
    else:
        spec["hosts"] = dice.sample(("a.example.com", "b.example.com"), dice.randint(1, 2))
    metadata = {"name": f"x-{index}", "namespace": namespace, "annotations": {"cluster.solo.io/cluster": "eu"}}
    return {
        "apiVersion": "networking.gloo.solo.io/v2", "kind": "ExternalService", "metadata": metadata, "spec": spec
    }  # fmt: skip


def _compile(resources: list[Plain]) -> Compilation:
    config = {
        "clusters": {"eu": {}},
        "workspaces": {
            team: {
                "workloadClusters": [{"name": "*", "namespaces": [{"name": namespace}]}],
                "settings": IMPORTS if team == "edge" else SHARES,
            }
            for team, namespace in TEAMS.items()
        },
        "resources": resources,
    }
    report = Report()
    stack = StackFile("test", GOLDEN, Source("Pulumi.test.yaml"), config)
    inventory = read_inventory({"use": ["eu"]}, stack, report)
    return compile_federation(read_configuration(stack, report), inventory, report)


@dataclass(frozen=True)
class Entry:
    """A ServiceEntry as a workspace sees it."""

    parent: str
    team: str
    hosts: frozenset[str]
    addresses: tuple[str, ...]
    ports: frozenset[tuple[int, str]]


def _seen(compilation: Compilation, namespace: str) -> Iterator[Entry]:
    for declaration in placed(compilation.plan):
        if declaration.kind == "ServiceEntry" and namespace in declaration.namespaces:
            ref, spec = declaration.lineage.parent, declaration.spec
            ports = frozenset((port["number"], port["protocol"]) for port in spec["ports"])
            yield Entry(str(ref), ref.namespace, frozenset(spec["hosts"]), tuple(spec.get("addresses", ())), ports)


def _meet(one: Entry, other: Entry) -> bool:
    """Whether some connection is for both: an address and a port number are."""
    return bool({port for port, _ in one.ports} & {port for port, _ in other.ports}) and any(
        ipaddress.ip_network(a).overlaps(ipaddress.ip_network(b)) for a in one.addresses for b in other.addresses
    )


@settings(max_examples=200)
@given(st.integers(0, 2**64))
def test_the_importer_sees_one_of_each_host_and_address_and_the_teams_see_their_own(seed: int) -> None:
    """Its own comes first, and nothing is missing but what meets something else."""
    dice = Random(seed)
    owners = [dice.choice(list(TEAMS.values())) for _ in range(dice.randint(2, 6))]
    resources = [_external(dice, index, namespace) for index, namespace in enumerate(owners)]
    together = _compile(resources)
    alone = {
        namespace: _compile([one for one in resources if one["metadata"]["namespace"] == namespace])
        for namespace in TEAMS.values()
    }
    seen = {namespace: set(_seen(together, namespace)) for namespace in TEAMS.values()}
    own = {namespace: set(_seen(alone[namespace], namespace)) for namespace in TEAMS.values()}
    imported = seen[TEAMS["edge"]]
    assert own[TEAMS["edge"]] <= imported
    for namespace in (TEAMS["shop"], TEAMS["pay"]):
        assert seen[namespace] == own[namespace]
        assert _findings(together, namespace) == _findings(alone[namespace], namespace)
        others = {one for other, entries in own.items() if other != namespace for one in entries}
        missing = own[namespace] - imported - {one for one in own[namespace] if _is_withheld(one)}
        assert all(any(_meet(one, other) or one.hosts & other.hosts for other in others) for one in missing)
    hosts = [host for entry in imported for host in entry.hosts]
    assert len(hosts) == len(set(hosts))
    for one, other in combinations(imported, 2):
        assert one.team == other.team or one.ports == other.ports or not _meet(one, other), (one, other)


def _is_withheld(entry: Entry) -> bool:
    """Whether it would take connections of other workspaces to any address."""
    return not entry.addresses and any(protocol == "TCP" for _, protocol in entry.ports)


def _findings(compilation: Compilation, namespace: str) -> set[str]:
    return {str(finding) for finding in compilation.report if finding.subject.namespace == namespace}
