"""The Pulumi program of the project `federation`."""

from __future__ import annotations

from pathlib import Path

from fedlib.emit.program import run

run(Path(__file__).resolve().parent)
