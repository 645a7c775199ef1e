"""`docs/security.md` names a test for each promise, and each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

from fedlib.diagnostics.catalogue import CODES
from fedlib.snapshot.istio_namespaces import UNOWNED, WELL_KNOWN
from tests.golden_case import GOLDEN

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def _promises() -> list[tuple[str, list[str]]]:
    """Each promise with the tests that its row names."""
    rows = re.findall(r"^\| (.+) \| (.+) \|$", TEXT.partition("## Promises")[2], re.MULTILINE)
    return [(promise, re.findall(r"`([^`]+)`", tests)) for promise, tests in rows if "`" in tests]


def _exists(name: str) -> bool:
    """Whether a test file or a golden case is there; the short form of a golden case is in `authority`."""
    if name.endswith(".py"):
        places = (ROOT / name, ROOT / "tests" / "discovery" / name)
        return any(place.is_file() for place in places)
    case = Path(name.removeprefix("tests/golden/"))
    return (GOLDEN / case.parent / f"{case.name}.in.yaml").is_file() or (
        GOLDEN / "authority" / f"{case.name}.in.yaml"
    ).is_file()


def test_each_promise_has_its_tests() -> None:
    """No row without a test, and no test that is not there."""
    promises = _promises()
    assert len(promises) > 8
    for promise, tests in promises:
        assert tests, promise
        assert [name for name in tests if not _exists(name)] == [], promise


def test_the_default_of_istio_namespaces_is_the_one_of_the_code() -> None:
    """All patterns, and no other ones."""
    paragraph = TEXT.partition("Without the key these count")[2].partition("Name them in the stack")[0]
    assert set(re.findall(r"`([^`]+)`", paragraph)) == {*WELL_KNOWN, *UNOWNED}


def test_the_findings_exist() -> None:
    """Each code that the page names is in the catalogue."""
    assert set(re.findall(r"FED\d+", TEXT)) <= set(CODES)
