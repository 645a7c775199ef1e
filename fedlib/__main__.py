"""`python -m fedlib`: the same compile as in a preview, without Pulumi."""

from __future__ import annotations

import sys
from typing import Final

WRONG_USAGE: Final = 2
_OLDEST: Final = (3, 11)
_HOW: Final = "Run `make demo` once, which sets up .venv, and then `.venv/bin/python -m fedlib ...`.\n"


def start() -> int:
    """Run the command line, or say what the Python that was called lacks."""
    if sys.version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        sys.stderr.write(f"fedlib needs Python {oldest} or newer; this is {sys.version.split()[0]}. {_HOW}")
        return WRONG_USAGE
    try:
        from fedlib.cli.main import main
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("fedlib"):
            raise
        sys.stderr.write(f"fedlib needs the package '{error.name}', which this Python does not have. {_HOW}")
        return WRONG_USAGE
    return main()


if __name__ == "__main__":
    sys.exit(start())
