"""One size in a process of its own, for its peak memory. Prints a JSON line: seconds, objects, mebibytes."""

from __future__ import annotations

import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from fedlib.cli.render import write_plan
from fedlib.compilation import compile_federation
from fedlib.diagnostics import Report

from .floor import addresses_of, by_hand
from .mesh import synthetic_mesh

RUNS = 3


def fastest(action: Callable[[], object]) -> float:
    """The shortest of a few runs, in CPU seconds: the others had something else in their way."""
    times = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def _peak_mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(clusters: int, services: int, placement: str, groups: int) -> dict[str, float]:
    """Measure the compile, then what it is held against."""
    configuration, inventory = synthetic_mesh(clusters, services, placement, groups)
    compile_seconds = fastest(lambda: compile_federation(configuration, inventory, Report()))
    report = Report()
    compilation = compile_federation(configuration, inventory, report)
    plan = compilation.plan
    assert not report.has_errors, list(report)
    found = {"objects": float(len(plan)), "compile": compile_seconds, "memory": _peak_mebibytes()}
    gc.disable()  # the floors hold every object at once, which the collector would scan again and again
    addresses = addresses_of(plan)
    found["floor"] = fastest(lambda: by_hand(clusters, services, placement, groups, addresses))
    assert by_hand(clusters, services, placement, groups, addresses).declarations == plan.declarations
    found["after"] = fastest(compilation.plan.digest) + fastest(compilation.details)
    start = time.perf_counter()
    manifests = list(plan.manifests())
    found["manifests"] = time.perf_counter() - start
    found["json"] = fastest(lambda: json.dumps(manifests))
    found["orjson"] = fastest(lambda: orjson.dumps(manifests))
    with tempfile.TemporaryDirectory() as folder:
        for file_format in ("yaml", "json"):
            start = time.perf_counter()
            write_plan(plan, Path(folder), file_format)
            found[f"render {file_format}"] = time.perf_counter() - start
    return found


if __name__ == "__main__":
    size, count, chosen, grouped = sys.argv[1:]
    sys.stdout.write(json.dumps(measure(int(size), int(count), chosen, int(grouped))) + "\n")
