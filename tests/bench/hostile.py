"""`python -m tests.bench.hostile [kind ...]`: what a megabyte of one workspace's input costs all others.

The floor is reading the same file as YAML: nobody can have less, and who writes a megabyte of anything has that much.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source, load_yaml
from tests.hostile.attacks import ATTACKS
from tests.hostile.documents import Document, as_text, sized
from tests.hostile.mesh import compile_mesh
from tests.hostile.texts import TEXTS

SIZE: Final = 1_000_000
SERVICES: Final = 300


def main() -> None:
    """Print a line for each kind."""
    alone = min(_seconds_for([])[0] for _ in range(2))
    print(f"CPU seconds that {SIZE:,} bytes more take, where the mesh alone takes {alone:.2f}; times reading; findings")
    for name in sys.argv[1:] or [*ATTACKS, *TEXTS]:
        text = as_text(sized(ATTACKS[name], SIZE)) if name in ATTACKS else TEXTS[name](SIZE)
        seconds, findings = _seconds_for(text)
        more, floor = max(seconds - alone, 0.0), _floor(text)
        print(f"{name:44}{more:8.2f}{more / floor:8.1f}{findings:10,}", flush=True)


def _seconds_for(hostile: list[Document] | str) -> tuple[float, int]:
    """CPU seconds of a compile with what a workspace writes, and the number of findings."""
    with tempfile.TemporaryDirectory() as folder:
        return _timed(lambda: len(compile_mesh(Path(folder), hostile, SERVICES)))


def _floor(text: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evil.yaml"
        path.write_text(text, encoding="utf-8")
        return _timed(lambda: sum(1 for _ in load_yaml(Source("evil.yaml", path), Report())))[0]


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


if __name__ == "__main__":
    main()
