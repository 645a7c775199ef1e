"""Paths that people name on the command line."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from fedlib.diagnostics.finding import printable


def shown_path(path: Path) -> str:
    """A path in rich's markup (a folder may be called `[/red]`), from the working folder on where it is in that."""
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return escape(printable(str(shown)))
