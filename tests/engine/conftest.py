"""Fixtures of the engine tests: the clusters and the CLI, started once for all of them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .control_plane import KEPT_LOGS, Cluster, ControlPlane
from .program import Engine, interrupted_programs_forgotten
from .tools import MissingToolError, Tools, cache_of_tools, find_tools
from .validators import Envoy, Istioctl

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
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Envoy:
    """Envoy, and a certificate; without one the tests are skipped, or fail where the tools must be there."""
    program, openssl = cache_of_tools() / "envoy", shutil.which("openssl")
    if openssl is None or not program.is_file():
        reason = f"{'envoy' if openssl else 'openssl'} not found: run tools/build; openssl comes from the system"
        if os.environ.get("FEDLIB_ENGINE_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("envoy")
    key, certificate = home / "key.pem", home / "certificate.pem"
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=shop.example.com")
    subprocess.run([openssl, *new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    return Envoy(program, home, certificate)


@pytest.fixture(scope="session")
def istioctl(tmp_path_factory: pytest.TempPathFactory) -> Istioctl:
    """Istio's own validation; the mesh tests bring it, and without them the tests are skipped."""
    program = cache_of_tools() / "istioctl"
    if not program.is_file():
        pytest.skip("istioctl not found: run tools/build istio")
    return Istioctl(program, tmp_path_factory.mktemp("istioctl"))


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
