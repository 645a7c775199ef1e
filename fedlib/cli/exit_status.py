"""What the command line ends with."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
ERRORS: Final = 1
"""Errors were found."""
USAGE: Final = 2
"""It was called wrongly."""
