"""Fixtures of the mesh tests: the bed, started once for all of them."""

import os
from pathlib import Path

import pytest

from tests.engine.tools import MissingToolError

from .tools import MeshTools, find_mesh_tools


@pytest.fixture(scope="session")
def mesh_tools() -> MeshTools:
    """The tools; without them or a network of their own the tests are skipped, or fail under `make mesh-test`."""
    try:
        tools = find_mesh_tools()
        if _routes():
            raise MissingToolError("a network namespace is missing: run `tools/private-network pytest -m mesh`")
    except MissingToolError as missing:
        if os.environ.get("FEDLIB_MESH_TESTS") == "required":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    return tools


def _routes() -> list[str]:
    """A network namespace of its own has none before the bed is made."""
    return Path("/proc/self/net/route").read_text().splitlines()[1:]
