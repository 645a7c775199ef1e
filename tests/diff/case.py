"""Cases of `diff`: golden cases (see `tests/golden_case.py`) with two stacks, `before` and `after`, for `config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from fedlib.compilation import compile_federation
from fedlib.diagnostics import Report
from fedlib.diff.side import Side, planned_side
from tests.golden_case import read_case

CASES = Path(__file__).parent / "cases"


def read_sides(path: Path, folder: Path) -> tuple[Side, Side]:
    """The two sides of a case; `folder` takes the stacks."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    stacks = {name: document.pop(name) for name in ("before", "after")}
    before, after = (_side({**document, "config": stack}, folder / f"{name}.yaml") for name, stack in stacks.items())
    return before, after


def _side(case: dict[str, Any], path: Path) -> Side:
    path.write_text(yaml.safe_dump(case), encoding="utf-8")
    report = Report()
    configuration, inventory = read_case(path, report)
    compilation = compile_federation(configuration, inventory, report)
    assert not report.has_errors, [finding.message for finding in report]
    return planned_side(compilation, inventory)
