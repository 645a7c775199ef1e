"""Cases of objects that people wrote: an inventory as golden cases have it, and `objects` of cluster `eu`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from fedlib.config.stack_file import load_stack_file
from fedlib.diagnostics import Report
from fedlib.diff.access import Accesses
from fedlib.discovery.inventory import ClusterInventory
from fedlib.reach.cluster import ClusterObjects
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller, Rule, Way
from fedlib.reach.objects import read_objects
from fedlib.reach.proxies import ProxyKind
from tests.golden_case import read_inventory

CASES = Path(__file__).parent / "cases"
CLUSTER = "eu"


@dataclass(frozen=True, slots=True)
class HandWritten:
    """A case."""

    inventory: ClusterInventory
    objects: tuple[dict[str, Any], ...]

    @property
    def mesh(self) -> Mesh:
        """The mesh of it."""
        return Mesh([ClusterObjects(self.inventory, tuple(read_objects(CLUSTER, self.objects)))])


def hand_written_cases() -> list[Path]:
    """All cases."""
    return sorted(CASES.glob("*.yaml"))


def read_hand_written(path: Path) -> HandWritten:
    """Read a case. Pods stand on one node, so that each has one locality."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    report = Report()
    stack = load_stack_file(path, CASES, report)
    inventory = read_inventory(document, stack, report).clusters[CLUSTER]
    return HandWritten(replace(inventory, nodes=inventory.nodes[:1]), tuple(document["objects"]))


def callers(mesh: Mesh) -> Iterator[Caller]:
    """All callers with a sidecar."""
    for namespace in mesh.namespaces(CLUSTER):
        yield from (one for one in mesh.callers(CLUSTER, namespace) if one.proxy is ProxyKind.SIDECAR)


def shown(mesh: Mesh) -> str:
    """What each caller reaches under each host, with the TLS, timeouts and subsets of its rules."""
    lines = []
    for caller in callers(mesh):
        name = "/".join(part for part in (caller.namespace, caller.workload) if part)
        accesses = Accesses(mesh)
        for host in mesh.hosts(caller):
            for port in mesh.ports(caller, host):
                found = accesses.of(caller, host, port)
                served = ", ".join(map(str, found.destinations)) or f"nobody: {found.why}"
                rules = "; ".join(_rule(rule) for rule in found.reached.rules)
                lines.append(f"{name} -> {host}:{port}: {served}" + (f" [{rules}]" if rules else ""))
        lines.append(f"{name} -> elsewhere.example:80: {accesses.of(caller, 'elsewhere.example', 80).why}")
    return "".join(f"{line}\n" for line in lines)


def _rule(rule: Rule) -> str:
    conditions = "".join(f"{one.part} {one.operator} {one.value}: " for one in rule.match.conditions)
    timeout = f" within {rule.timeout}" if rule.timeout else ""
    return conditions + ", ".join(map(_way, rule.ways)) + timeout


def _way(way: Way) -> str:
    subset = f" subset {way.subset}" if way.subset else ""
    if way.upstream is None:
        return f"no such destination{subset}"
    tls = way.upstream.tls
    return f"{tls.mode}{f' {tls.sni}' if tls.mode == 'SIMPLE' else ''}{subset}"
