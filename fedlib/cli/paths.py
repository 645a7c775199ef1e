"""Paths that people name on the command line."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from fedlib.diagnostics.finding import printable


def shown_path(path: Path) -> str:
    """A path in rich's markup: a folder may be called `[/red]`."""
    return escape(printable(str(path)))
