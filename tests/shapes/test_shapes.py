"""The differential check on shape: what Gloo was seen to write, and each difference explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.shapes.compare import cases, compile_captured, differences, reason
from tests.shapes.document import DOCUMENT, page

every_case = pytest.mark.parametrize("case", cases(), ids=[case["title"] for case in cases()])


@every_case
def test_every_difference_has_a_reason(case: dict[str, Any], tmp_path: Path) -> None:
    """Nothing differs from the captured objects but for a reason that is written down."""
    found = differences(case, compile_captured(case, tmp_path))
    assert {place: how for place, how in found.items() if not reason(case, place)} == {}


@every_case
def test_every_reason_has_a_difference(case: dict[str, Any], tmp_path: Path) -> None:
    """A reason that covers nothing is out of date."""
    found = differences(case, compile_captured(case, tmp_path))
    used = {reason(case, place) for place in found}
    assert [entry["at"] for entry in case["differences"] if entry["why"] not in used] == []


def test_the_page_is_fresh() -> None:
    """docs/gloo-shapes.md says what the data says: `make docs` writes it."""
    assert DOCUMENT.read_text(encoding="utf-8") == page()
