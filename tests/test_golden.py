"""Every golden case: the compile's result is the one that was read and committed.

`UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes the results; read each of them before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.golden_case import GOLDEN, cases, compile_case
from tests.golden_text import BASES, expand, show, whole

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("path", cases(), ids=lambda p: p.relative_to(GOLDEN).as_posix().removesuffix(".in.yaml"))
def test_golden(path: Path) -> None:
    """The case's output is what its `.out.yaml` says."""
    expected = path.with_name(path.name.replace(".in.yaml", ".out.yaml"))
    actual = show(compile_case(path), path.relative_to(GOLDEN).as_posix().removesuffix(".in.yaml"))
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")
    assert expected.is_file(), f"{expected.name} is missing; run with UPDATE_GOLDEN=1, and read it"
    assert actual == expected.read_text(encoding="utf-8")


def test_no_output_without_input() -> None:
    """Each `.out.yaml` belongs to a case."""
    outputs = {path.name.removesuffix(".out.yaml") for path in GOLDEN.rglob("*.out.yaml")}
    inputs = {path.name.removesuffix(".in.yaml") for path in cases()}
    assert outputs <= inputs


@pytest.mark.parametrize("topic", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_nothing_is_dropped(topic: str) -> None:
    """With the lines that name a base case expanded, each file holds all objects, field by field."""
    for path in sorted((GOLDEN / topic).glob("*.in.yaml")):
        text = path.with_name(path.name.replace(".in.yaml", ".out.yaml")).read_text(encoding="utf-8")
        assert expand(yaml.safe_load(text)) == yaml.safe_load(yaml.safe_dump(whole(compile_case(path)))), path.name


def test_base_cases_show_everything() -> None:
    """What a line names can be read in full."""
    for base in BASES:
        assert ", as in " not in (GOLDEN / f"{base}.out.yaml").read_text(encoding="utf-8")
