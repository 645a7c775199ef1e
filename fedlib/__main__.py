"""`python -m fedlib`: the same compile as in a preview, without Pulumi."""

from __future__ import annotations

import sys

from fedlib.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
