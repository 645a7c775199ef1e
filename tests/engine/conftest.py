"""Fixtures of the engine tests: the clusters and the CLI, started once for all of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .control_plane import KEPT_LOGS, Cluster, ControlPlane
from .program import Engine, interrupted_programs_forgotten
from .tools import MissingToolError, Tools, find_tools

CLUSTERS = ("eu", "us", "ap")


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The tools; without one the tests are skipped, or fail where `make engine-test` has just built them."""
    try:
        return find_tools()
    except MissingToolError as missing:
        if os.environ.get("FEDLIB_ENGINE_TESTS") == "required":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def clusters(tools: Tools, request: pytest.FixtureRequest) -> Iterator[dict[str, Cluster]]:
    """Three running clusters by name, Istio's CRDs served."""
    plane = ControlPlane(tools, CLUSTERS)
    yield plane.clusters
    failed = request.session.testsfailed > 0
    plane.stop(keep_logs=failed)
    if failed:
        print(f"\nlogs of the API servers and etcd: {KEPT_LOGS}")  # noqa: T201


@pytest.fixture(scope="session")
def engine(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The Pulumi CLI with the Kubernetes provider: the real plugin, or the double without one."""
    with interrupted_programs_forgotten():
        yield Engine(tools, tmp_path_factory.mktemp("engine"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Pulumi project named `federation` whose stack files are in `stacks`."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: federation\nruntime: python\nstackConfigDir: stacks\n")
    return tmp_path
