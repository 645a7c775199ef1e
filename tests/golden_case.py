"""Golden cases: a stack file with an inventory beside it, and what the compile makes of it.

A case is a stack file (`config:`) with more keys: `title`, `use` (inventories of base.yaml), `inventory` (objects by
cluster, on top of those; an object with the same identity replaces one of base.yaml) and `remove`
(`cluster/Kind/namespace/name`). Findings therefore point at real lines of the case.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import Configuration, read_configuration
from fedlib.config.stack_file import StackFile, load_stack_file
from fedlib.diagnostics import PLATFORM, Report
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source
from fedlib.discovery.assemble import assemble
from fedlib.discovery.inventory import ClusterInventory, Inventory
from fedlib.discovery.recorded_objects import read_objects

GOLDEN = Path(__file__).parent / "golden"
KEYS = {"title", "use", "inventory", "remove", "config"}


def cases() -> list[Path]:
    """All cases."""
    return sorted(GOLDEN.rglob("*.in.yaml"))


@functools.cache
def base() -> dict[str, list[dict[str, Any]]]:
    """The inventories of base.yaml."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((GOLDEN / "base.yaml").read_text(encoding="utf-8"))
    return loaded


def compile_case(path: Path) -> Compilation:
    """Compile a case the way the product does, but for the discovery of its clusters."""
    report = Report()
    return compile_federation(*read_case(path, report), report)


def read_case(path: Path, report: Report) -> tuple[Configuration, Inventory]:
    """What a case is made of."""
    stack = load_stack_file(path, GOLDEN, report)
    document = yaml.safe_load(path.read_text(encoding="utf-8")) if not len(report) else {"use": []}
    unknown = set(document) - KEYS
    assert not unknown, f"unknown keys in {path.name}: {unknown}"
    configuration = read_configuration(stack, report)
    return configuration, read_inventory(document, stack, report.owned_by(PLATFORM))


def read_inventory(document: dict[str, Any], stack: StackFile, report: Report) -> Inventory:
    """The inventories of a case by cluster."""
    clusters: dict[str, ClusterInventory] = {}
    removed = set(document.get("remove", ()))
    for cluster in sorted({*document.get("use", ()), *document.get("inventory", {})}):
        chosen: dict[str, tuple[Any, Origin]] = {}
        for thing, origin in _objects(document, cluster, stack.source):
            metadata = thing.get("metadata", {})
            identity = f"{cluster}/{thing.get('kind')}/{metadata.get('namespace', '')}/{metadata.get('name')}"
            if identity not in removed:
                chosen[identity] = (thing, origin)
            removed.discard(identity)
        found = list(read_objects(cluster, chosen.values(), report))
        clusters[cluster] = assemble(cluster, found, report, live=False)
    assert not removed, f"nothing to remove: {removed}"
    return Inventory(clusters)


def _objects(document: dict[str, Any], cluster: str, source: Source) -> Iterator[tuple[Any, Origin]]:
    for index, thing in enumerate(base()[cluster] if cluster in document.get("use", ()) else ()):
        yield thing, Origin(Source("golden/base.yaml"), 0, (cluster, index))
    for index, thing in enumerate(document.get("inventory", {}).get(cluster, ())):
        yield from flatten(thing, Origin(source, 0, ("inventory", cluster, index)))
