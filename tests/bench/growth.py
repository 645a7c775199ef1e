"""Meshes of other shapes, each in three sizes: what grows faster than its objects and its input shows here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from fedlib.cli.render import write_plan
from fedlib.compilation import compile_federation
from fedlib.config.load import Configuration, read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from fedlib.discovery.inventory import Inventory

from .measure import fastest
from .mesh import cluster_inventory, gloo_object

Mesh = tuple[dict[str, Any], Inventory]
FEDERATED: Final = {"options": {"federation": {"enabled": True, "hostSuffix": "global"}}}
ISOLATED: Final = {"options": {"serviceIsolation": {"enabled": True}}}


def growth_table() -> Table:
    """Each shape in its size, twice and four times that. `x` is the time against the row above: 2 is linear."""
    table = Table(title="other shapes", title_justify="left")
    for column in ("shape", "size", "objects", "compile s", "x", "check s", "x", "yaml s", "x"):
        table.add_column(column, justify="left" if column == "shape" else "right")
    for shape, (size, make) in SHAPES.items():
        before: tuple[float, ...] = ()
        for factor in (1, 2, 4):
            values, inventory = make(size * factor)
            stack = StackFile("bench", Path(), Source("bench"), values)
            objects, *times = _measured(read_configuration(stack, Report()), inventory)
            cells = [shape if factor == 1 else "", f"{size * factor}", f"{objects:,.0f}"]
            for index, seconds in enumerate(times):
                cells += [f"{seconds:.2f}", f"{seconds / before[index]:.1f}" if before else ""]
            table.add_row(*cells)
            before = tuple(times)
    return table


def _measured(configuration: Configuration, inventory: Inventory) -> tuple[float, ...]:
    compilation = compile_federation(configuration, inventory, Report())
    with tempfile.TemporaryDirectory() as folder:
        return (
            len(compilation.plan),
            fastest(lambda: compile_federation(configuration, inventory, Report())),
            fastest(lambda: (json.dumps(list(compilation.details().values())), compilation.plan.digest())),
            fastest(lambda: write_plan(compilation.plan, Path(folder), "yaml")),
        )


def _workspace(pattern: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {"workloadClusters": [{"name": "*", "namespaces": [{"name": pattern}]}], "settings": settings}


def _shop(count: int, namespaces: int, resources: list[dict[str, Any]], settings: dict[str, Any]) -> Mesh:
    """One workspace in two clusters of `count` Services."""
    clusters = ("c0", "c1")
    names = [f"shop-{index}" for index in range(namespaces)]
    values = {
        "clusters": {name: {} for name in clusters},
        "workspaces": {"shop": _workspace("shop-*", settings)},
        "placement": "shared",
        "resources": resources,
    }
    return values, Inventory({name: cluster_inventory(name, count, names) for name in clusters})


def _destination(service: str, namespace: str, cluster: str = "c0") -> dict[str, Any]:
    ref = {"name": service, "namespace": namespace, "cluster": cluster}
    return {"forwardTo": {"destinations": [{"ref": ref, "port": {"number": 8080}}]}}


def _delegation(count: int) -> Mesh:
    """A root RouteTable for each Service, which delegates to four of its own by name."""
    resources = []
    for index in range(count):
        service, namespace = f"service-{index:04}", f"shop-{index % 6}"
        routes = []
        for child in range(4):
            name, prefix = f"{service}-{child}", {"uri": {"prefix": f"/{child}"}}
            selected = {"routeTables": [{"name": name, "namespace": namespace}]}
            routes.append({"name": f"to-{child}", "matchers": [prefix], "delegate": selected})
            own = {"http": [{"name": "all", **_destination(service, namespace)}]}
            resources.append(gloo_object("networking", "RouteTable", name, namespace, own))
        root = {"hosts": [f"{service}.{namespace}.svc.cluster.local"], "http": routes}
        resources.append(gloo_object("networking", "RouteTable", service, namespace, root))
    return _shop(count, 6, resources, FEDERATED)


def _unknown(count: int) -> Mesh:
    """RouteTables with a destination that is misspelled, in namespaces of 20 Services: as many findings."""
    resources = []
    for index in range(count):
        service, namespace = f"servce-{index:04}", f"shop-{index % (count // 20)}"
        table = {"hosts": [f"{service}.{namespace}.svc.cluster.local"], "http": [_destination(service, namespace)]}
        resources.append(gloo_object("networking", "RouteTable", f"table-{index}", namespace, table))
    return _shop(count, count // 20, resources, FEDERATED)


def _policies(count: int) -> Mesh:
    """An isolated namespace with an AccessPolicy for each Service, and one that trims its proxies."""
    resources = []
    for index in range(count):
        service, client = f"service-{index:04}", f"service-{(index + 1) % count:04}"
        admitted = {"allowedClients": [{"serviceAccountSelector": {"name": client}}], "allowedMethods": ["GET"]}
        access = {"applyToDestinations": [{"selector": {"name": service}}], "config": {"authzList": [admitted]}}
        trim = {
            "applyToWorkloads": [{"selector": {"labels": {"app": service}}}],
            "config": {"includedDestinations": [{"selector": {"name": client}}]},
        }
        resources.append(gloo_object("security.policy", "AccessPolicy", service, "shop-0", access))
        resources.append(gloo_object("resilience.policy", "TrimProxyConfigPolicy", service, "shop-0", trim))
    return _shop(count, 1, resources, ISOLATED)


def _isolation(count: int) -> Mesh:
    """Workspaces of 20 namespaces with five Services each, isolated; each imports from the next three."""
    workspaces = {}
    for index in range(count):
        near = {way: [{"name": f"w{(index + step * way) % count}"} for step in (1, 2, 3)] for way in (1, -1)}
        shared = {"importFrom": [{"workspaces": near[1]}], "exportTo": [{"workspaces": near[-1]}]}
        workspaces[f"w{index}"] = _workspace(f"w{index}-*", {**shared, **ISOLATED})
    names = [f"w{index}-{part}" for index in range(count) for part in range(20)]
    values = {"clusters": {"c0": {}, "c1": {}}, "workspaces": workspaces}
    return values, Inventory({name: cluster_inventory(name, 5 * len(names), names) for name in ("c0", "c1")})


SHAPES: Final[dict[str, tuple[int, Callable[[int], Mesh]]]] = {
    "delegation: root RouteTables with four below each": (100, _delegation),
    "misspelled destinations": (200, _unknown),
    "isolated namespace: Services with two policies each": (100, _policies),
    "isolated workspaces of 100 Services": (8, _isolation),
}
