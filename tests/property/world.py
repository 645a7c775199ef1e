"""A world: a stack config as plain data and the objects of its clusters, easy to change and to compile again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import PLATFORM, Report
from fedlib.diagnostics.source import Source
from fedlib.discovery.assemble import assemble
from fedlib.discovery.inventory import (
    Inventory,
    MeshConfig,
    Namespace,
    Node,
    RootCertificate,
    Service,
    ServiceAccount,
    Workload,
)
from fedlib.distribution.plan import canonical
from tests.placed import placed

Discovered = Namespace | Node | Service | ServiceAccount | Workload | MeshConfig | RootCertificate


@dataclass(frozen=True)
class World:
    """`config` holds the keys of `federation:`; `objects` are those of all clusters."""

    config: dict[str, Any]
    objects: tuple[Discovered, ...]

    def edited(self, edit: Callable[[dict[str, Any]], object]) -> World:
        """The world after an edit of its stack config."""
        config = json.loads(json.dumps(self.config))  # unlike a deep copy, this parts what the strategies share
        edit(config)
        return replace(self, config=config)

    def without_imports(self, workspace: str) -> World | None:
        """The world in which a workspace imports nothing; None where the global settings decide about imports."""
        if "importFrom" in self.config.get("globalSettings", {}):
            return None
        return self.edited(lambda config: config["workspaces"][workspace]["settings"].update(importFrom=[]))

    def without_cluster(self, name: str) -> World:
        """The world without a cluster and what is in it."""
        kept = tuple(one for one in self.objects if one.cluster != name)
        return replace(self.edited(lambda config: config["clusters"].pop(name)), objects=kept)

    def without_objects(self, gone: Iterable[Discovered]) -> World:
        """The world without some objects."""
        names = [id(one) for one in gone]
        return replace(self, objects=tuple(one for one in self.objects if id(one) not in names))

    def namespaces(self) -> list[Namespace]:
        """All Namespaces."""
        return [one for one in self.objects if isinstance(one, Namespace)]

    def services(self) -> list[Service]:
        """All Services."""
        return [one for one in self.objects if isinstance(one, Service)]


def compile_world(world: World) -> Compilation:
    """Compile a world the way the product does, from plain data on."""
    report = Report()
    stack = StackFile("test", Path("/nowhere"), Source("Pulumi.test.yaml"), world.config)
    configuration = read_configuration(stack, report)
    return compile_federation(configuration, world_inventory(world, report), report)


def world_inventory(world: World, report: Report) -> Inventory:
    """What discovery finds in a world."""
    return Inventory(
        {
            cluster: assemble(
                cluster,
                [(one, None) for one in world.objects if one.cluster == cluster],
                report.owned_by(PLATFORM),
                live=False,
            )
            for cluster in world.config["clusters"]
        }
    )


def shuffled(world: World, randomness: random.Random) -> World:
    """The same world written in another order: keys of mappings, objects of clusters, resources."""
    config = _reordered(world.config, randomness)
    randomness.shuffle(config["resources"])
    objects = list(world.objects)
    randomness.shuffle(objects)
    return World(config, tuple(objects))


def _reordered(value: Any, randomness: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, _reordered(item, randomness)) for key, item in value.items()]
        randomness.shuffle(items)
        return dict(items)
    return [_reordered(item, randomness) for item in value] if isinstance(value, list) else value


def object_bytes(compilation: Compilation) -> dict[tuple[str, str, str, str], bytes]:
    """Every object's bytes by identity: (cluster, kind, namespace, name)."""
    found: dict[tuple[str, str, str, str], bytes] = {}
    for declaration in placed(compilation.plan):
        for manifest in declaration.manifests():
            metadata = manifest["metadata"]
            key = (declaration.cluster, manifest["kind"], metadata["namespace"], metadata["name"])
            assert key not in found, f"two objects are {key}"
            found[key] = canonical(manifest)
    return found


def codes(compilation: Compilation) -> set[str]:
    """The titles of all findings."""
    return {finding.code.title for finding in compilation.report}
