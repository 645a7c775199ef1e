"""Fixtures of the mesh tests: the bed and the project's program on it, started once for all of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.program import Engine, interrupted_programs_forgotten
from tests.engine.tools import MissingToolError

from .bed import KEPT_LOGS, Mesh
from .federation import Federation
from .shop import open_shop
from .tools import MeshTools, find_mesh_tools

REGIONS = {"eu": "eu-west", "us": "us-east", "ap": "ap-south"}


@dataclass(frozen=True, slots=True)
class StandingBed:
    """A plugin that says: there is a bed already (see `__main__`)."""

    mesh: Mesh
    federation: Federation


@pytest.fixture(scope="session")
def mesh_tools(request: pytest.FixtureRequest) -> MeshTools:
    """The tools; without them or a network of their own the tests are skipped, or fail under `make mesh-test`."""
    try:
        tools = find_mesh_tools()
        if _standing(request) is None and _routes():
            raise MissingToolError("a network namespace is missing: run `tools/private-network pytest -m mesh`")
    except MissingToolError as missing:
        if os.environ.get("FEDLIB_MESH_TESTS") == "required":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    return tools


@pytest.fixture(scope="session")
def mesh(mesh_tools: MeshTools, request: pytest.FixtureRequest) -> Iterator[Mesh]:
    """The clusters `eu` and `us` with a shop in each; `ap` is there but not started."""
    if standing := _standing(request):
        yield standing.mesh
        return
    mesh = Mesh(mesh_tools, REGIONS)
    try:
        open_shop(mesh, "eu", "us")
        yield mesh
        refused = mesh.rejections()
        assert not refused, f"after all tests, refused configurations: {refused}"
    finally:
        failed = request.session.testsfailed > 0
        mesh.stop(keep_logs=failed)
        if failed:
            print(f"\nlogs of the mesh: {KEPT_LOGS}")  # noqa: T201


@pytest.fixture(scope="session")
def federation(
    mesh: Mesh, mesh_tools: MeshTools, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Federation]:
    """The project's program on the real engine, for the clusters of the mesh."""
    if standing := _standing(request):
        yield standing.federation
        return
    with interrupted_programs_forgotten():
        yield Federation(Engine(mesh_tools.engine, tmp_path_factory.mktemp("engine")), mesh)


def _standing(request: pytest.FixtureRequest) -> StandingBed | None:
    # By name: modules are imported anew between runs on a standing bed, so this class is another one then.
    plugins = request.config.pluginmanager.get_plugins()
    return next((p for p in plugins if type(p).__name__ == StandingBed.__name__), None)


def _routes() -> list[str]:
    """A network namespace of its own has none before the bed is made."""
    return Path("/proc/self/net/route").read_text().splitlines()[1:]
