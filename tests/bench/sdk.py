"""What a resource costs in Pulumi's SDK, with the engine mocked: the plan's resources against bare ones.

Each runs in a process of its own, which prints the CPU seconds; the bare ones have the same bytes and wait for nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from rich.table import Table

from fedlib.collector import without_collector
from fedlib.compilation import compile_federation
from fedlib.diagnostics import Report
from fedlib.distribution.plan import Plan
from fedlib.emit.components import FederationComponent
from fedlib.emit.providers import Target

from .mesh import synthetic_mesh

CLUSTERS: Final = 40
GROUPS: Final = 25
RUNS: Final = 3


class _Accepting(pulumi.runtime.Mocks):
    """An engine that takes everything."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        raise AssertionError(args.token)


def _declare(plan: Plan) -> None:
    targets = {cluster: Target("kube/config", cluster) for cluster in plan.clusters()}
    FederationComponent("federation").declare(plan, targets, {})


def _declare_bare(plan: Plan) -> None:
    for copy, _ in plan.order():
        manifest = copy.declaration.manifest(copy.cluster, copy.namespace)
        CustomResource(
            "/".join(copy.identity),
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            metadata=manifest["metadata"],
            spec=manifest["spec"],
        )


def measure(what: str) -> dict[str, float]:
    """CPU seconds of registering everything, with the number of resources and of the edges between them."""
    configuration, inventory = synthetic_mesh(CLUSTERS, GROUPS, "namespace", GROUPS)
    plan = compile_federation(configuration, inventory, Report()).plan
    pulumi.runtime.set_mocks(_Accepting(), project="federation", stack="bench")
    edges = sum(len(before) for _, before in plan.order())

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        (_declare if what == "plan" else _declare_bare)(plan)

    with without_collector():
        start = time.process_time()
        run()
        seconds = time.process_time() - start
    return {"seconds": seconds, "resources": float(len(plan)), "edges": float(edges)}


def sdk_table() -> Table:
    """The ratio, from the fastest of interleaved runs."""
    found: dict[str, list[dict[str, float]]] = {"plan": [], "bare": []}
    for _ in range(RUNS):
        for what, runs in found.items():
            command = [sys.executable, "-m", "tests.bench.sdk", what]
            run = subprocess.run(command, capture_output=True, text=True, check=True)
            runs.append(json.loads(run.stdout))
    plan, bare = (min(runs, key=lambda one: one["seconds"]) for runs in found.values())
    table = Table(title="Pulumi's SDK, engine mocked: CPU for each resource", title_justify="left")
    for column in ("clusters x groups", "resources", "edges each", "ms each", "bare ms each", "ratio"):
        table.add_column(column, justify="right")
    count = plan["resources"]
    table.add_row(
        f"{CLUSTERS} x {GROUPS}",
        f"{count:,.0f}",
        f"{plan['edges'] / count:.2f}",
        f"{1000 * plan['seconds'] / count:.2f}",
        f"{1000 * bare['seconds'] / count:.2f}",
        f"{plan['seconds'] / bare['seconds']:.2f}",
    )
    return table


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1])) + "\n")
