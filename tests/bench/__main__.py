"""`make bench`: the tables. An object is one copy in one namespace of one cluster."""

from __future__ import annotations

import json
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from .growth import growth_table
from .preview import compare_previews
from .sdk import sdk_table

SIZES = ((2, 100), (10, 100), (10, 300), (10, 1000))
GROUPS = ((10, 100), (10, 1000))
COLUMNS = (
    "clusters x services", "objects", "compile s", "objects/s", "with manifests", "x by hand", "after %", "x json",
    "x orjson", "MiB", "growth", "yaml s", "json s",
)  # fmt: skip


def _measured(clusters: int, services: int, placement: str, groups: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.measure", str(clusters), str(services), placement, str(groups)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(run.stdout)
    return result


def _table(placement: str, sizes: tuple[tuple[int, int], ...], *, grouped: bool) -> Table:
    what = "groups with four policies each" if grouped else "ungrouped"
    table = Table(title=f"{what}, placement: {placement}", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    before = 0.0
    for clusters, services in sizes:
        found = _measured(clusters, services, placement, services if grouped else 0)
        objects, seconds = found["objects"], found["compile"]
        each = seconds / objects
        table.add_row(
            f"{clusters} x {services}",
            f"{objects:,.0f}",
            f"{seconds:.2f}",
            f"{objects / seconds:,.0f}",
            f"{objects / (seconds + found['manifests']):,.0f}",
            f"{seconds / found['floor']:.1f}",
            f"{100 * found['after'] / seconds:.0f}",
            f"{seconds / found['json']:.2f}",
            f"{seconds / found['orjson']:.2f}",
            f"{found['memory']:.0f}",
            f"{each / before:.2f}" if before else "",
            f"{found['render yaml']:.1f}",
            f"{found['render json']:.1f}",
        )
        before = each
    return table


def main() -> None:
    """Print everything."""
    console = Console(width=150)
    console.print(
        "compile: configuration and inventory to a plan. objects/s: of the plan, whose copies share bodies.",
        "with manifests: the same plus making every object as a dict of its own. x by hand: against making the same",
        "declarations by hand, with shared parts, and sorting them. after %: digest and details against the compile.",
        "x json, x orjson: the compile against serialising all objects. MiB: the peak of the process after compiling,",
        "input included. growth: time for each object against the row above. yaml s, json s: the time of render.",
    )
    for placement in ("namespace", "shared"):
        console.print(_table(placement, SIZES, grouped=False))
        console.print(_table(placement, GROUPS, grouped=True))
    console.print(growth_table())
    console.print(sdk_table())
    console.print(compare_previews())


if __name__ == "__main__":
    main()
