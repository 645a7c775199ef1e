"""Paths that people name on the command line."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from fedlib.diagnostics.finding import printable


def is_file(path: Path) -> bool:
    """Whether there is a file; not, where nobody can tell."""
    try:
        return path.is_file()
    except OSError:  # too long, or not permitted
        return False


def shown_path(path: Path) -> str:
    """A path in rich's markup: a folder may be called `[/red]`."""
    return escape(printable(str(path)))
