"""What objects mean that this project did not write: `UPDATE_GOLDEN=1 pytest tests/reach` writes it.

`test_of_istiod.py` asks istiod, too.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reach.hand_written import hand_written_cases, read_hand_written, shown

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("path", hand_written_cases(), ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    expected, actual = path.with_suffix(".txt"), shown(read_hand_written(path).mesh)
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")
    assert expected.is_file(), f"{expected.name} is missing; run with UPDATE_GOLDEN=1, and read it"
    assert actual == expected.read_text(encoding="utf-8")
