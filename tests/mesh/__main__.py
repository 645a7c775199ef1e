"""A bed that stays up, for those who write scenarios: `tools/private-network .venv/bin/python -m tests.mesh FIFO`.

Each line written to the FIFO is a list of pytest's arguments, such as `tests/mesh/test_routes.py -k mirror`; the tests
run on the bed that is there, with the code as it is now (but for the bed's own modules). The line `stop` ends it.
"""

import os
import shlex
import sys
import tempfile
from pathlib import Path

import pytest

from tests.engine.program import Engine, interrupted_programs_forgotten

from .bed import Mesh
from .conftest import REGIONS, StandingBed
from .federation import Federation
from .shop import open_shop
from .tools import find_mesh_tools

_EDITED = (
    "fedlib",
    "tests.mesh.test_",
    "tests.mesh.shop",
    "tests.mesh.answers",
    "tests.mesh.rpc",
    "tests.mesh.tokens",
    "tests.mesh.asked_servers",
    "tests.mesh.load",
    "tests.mesh.conftest",
)


def main(commands: Path) -> None:
    """Start the bed, and run tests on it as told."""
    tools = find_mesh_tools()
    os.mkfifo(commands)
    mesh = Mesh(tools, REGIONS)
    try:
        open_shop(mesh, "eu", "us")
        with tempfile.TemporaryDirectory() as engine, interrupted_programs_forgotten():
            federation = Federation(Engine(tools.engine, Path(engine)), mesh)
            while (line := commands.read_text().strip()) != "stop":
                _forget_code()
                pytest.main(["-m", "mesh", *shlex.split(line)], plugins=[StandingBed(mesh, federation)])
                print("=== done ===", flush=True)  # noqa: T201
    finally:
        mesh.stop()
        commands.unlink()


def _forget_code() -> None:
    for name in [name for name in sys.modules if name.startswith(_EDITED)]:
        del sys.modules[name]


main(Path(sys.argv[1]))
