"""A folder that was rendered is the plan that it was rendered from."""

from __future__ import annotations

from pathlib import Path

from fedlib.cli.render import write_plan
from fedlib.compilation import compile_federation
from fedlib.diagnostics import Report
from fedlib.diff.difference import Difference, difference
from fedlib.diff.side import planned_side, recorded_side
from tests.golden_case import cases, read_case


def test_rendered_goldens_are_their_plans(tmp_path: Path) -> None:
    """For every golden case with a plan that may be applied."""
    compared = 0
    for index, path in enumerate(cases()):
        report, folder = Report(), tmp_path / str(index)
        configuration, inventory = read_case(path, report)
        compilation = compile_federation(configuration, inventory, report)
        if report.has_errors or not compilation.plan:
            continue
        write_plan(compilation.plan, folder, "json" if index % 2 else "yaml")
        before = recorded_side(compilation, inventory, folder, "out", report)
        assert before is not None, path
        assert difference(before, planned_side(compilation, inventory)) == Difference((), ()), path
        compared += 1
    assert compared > 100
