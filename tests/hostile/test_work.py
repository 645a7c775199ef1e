"""How much a compile has to do for what one workspace writes, counted in lines of fedlib that run.

A megabyte, and what a workspace may ask for in all, are both made 128 times smaller: what takes too long for a whole
megabyte takes too many lines for each byte here too. `python -m tests.bench.hostile` takes times of whole megabytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

import fedlib
from fedlib.diagnostics import Report, Severity, report
from fedlib.federation.routes import delegation_size
from fedlib.snapshot.allowance import Allowance
from tests.hostile.attacks import ATTACKS
from tests.hostile.documents import EVIL, sized
from tests.hostile.mesh import compile_mesh
from tests.hostile.texts import TEXTS

SCALE: Final = 128
SIZE: Final = 1_000_000 // SCALE
MOST_LINES: Final = 90
"""For each byte: some seconds for a megabyte. A list of short hosts in a table that everybody imports takes the most:
each host is asked about for each importer, and every other one is a mistake with its place in the file."""

FEDLIB: Final = str(Path(fedlib.__file__).parent)
FEW: Final = 6
WRITTEN: Final = ("c0/evil.yaml", "c0/settings.yaml")
"""What evil writes; something that has no namespace, or another one, is its own mistake when it stands there."""


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a workspace may ask for in all, made as much smaller as the input is."""
    original = Allowance.__init__

    def scaled(self: Allowance, limit: int, *arguments: Any) -> None:
        original(self, max(1, limit // SCALE), *arguments)

    monkeypatch.setattr(Allowance, "__init__", scaled)
    monkeypatch.setattr(delegation_size, "MAX_ROUTES", delegation_size.MAX_ROUTES // SCALE)
    monkeypatch.setattr(report, "MOST_COMPARISONS", report.MOST_COMPARISONS // SCALE)


def count_lines(work: Callable[[], object]) -> int:
    """How many lines of fedlib run; a line that a loop comes back to counts each time."""
    lines = 0

    def trace_lines(_frame: FrameType, _event: str, _argument: object) -> Any:
        nonlocal lines
        lines += 1
        return trace_lines

    def trace_calls(frame: FrameType, _event: str, _argument: object) -> Any:
        return trace_lines if frame.f_code.co_filename.startswith(FEDLIB) else None

    before = sys.gettrace()
    sys.settrace(trace_calls)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


@pytest.fixture(scope="module")
def lines_without(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The lines for the mesh in which `evil` has nothing; the first compile makes things that stay."""
    folder = tmp_path_factory.mktemp("nothing")
    compile_mesh(folder, [], FEW)
    return count_lines(lambda: compile_mesh(folder, [], FEW))


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("name", ATTACKS)
def test_documents(name: str, tmp_path: Path, lines_without: int) -> None:
    """No kind of document takes more than so many lines for each byte, and only its author hears of mistakes."""
    documents = sized(ATTACKS[name], SIZE)
    reports: list[Report] = []
    lines = count_lines(lambda: reports.append(compile_mesh(tmp_path, documents, FEW)))
    written = (tmp_path / "c0" / "evil.yaml").stat().st_size
    assert (lines - lines_without) / written < MOST_LINES
    errors = [one for one in reports[0] if one.severity is Severity.ERROR]
    assert [one for one in errors if not one.location.file.endswith(WRITTEN) and one.subject.namespace != EVIL] == []


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str, tmp_path: Path, lines_without: int) -> None:
    """No text of a file takes more than so many lines for each byte, whatever it is."""
    text = TEXTS[name](SIZE)
    lines = count_lines(lambda: compile_mesh(tmp_path, text, FEW))
    assert (lines - lines_without) / max(len(text), SIZE) < MOST_LINES
