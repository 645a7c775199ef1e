"""Every case of `diff` says what was read and committed: `UPDATE_GOLDEN=1 pytest tests/diff` writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fedlib.diff.difference import difference
from fedlib.diff.text import difference_lines
from tests.diff.case import CASES, read_sides

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.in.yaml")), ids=lambda path: path.name.removesuffix(".in.yaml"))
def test_case(path: Path, tmp_path: Path) -> None:
    expected = path.with_name(path.name.replace(".in.yaml", ".out.txt"))
    actual = "".join(f"{line}\n" for line in difference_lines(difference(*read_sides(path, tmp_path)), every=True))
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")
    assert expected.is_file(), f"{expected.name} is missing; run with UPDATE_GOLDEN=1, and read it"
    assert actual == expected.read_text(encoding="utf-8")
