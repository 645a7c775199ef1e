"""The EnvoyFilters of the golden cases are ones that the real Envoy takes.

Istio's schema says nothing about what stands in a patch, and a wrong patch makes a proxy refuse its whole update.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.engine.envoy_config import EnvoyConfig
from tests.engine.tools import REPOSITORY
from tests.golden_case import GOLDEN, cases, compile_case

pytestmark = pytest.mark.engine

CASES = [
    path for path in cases() if "kind: EnvoyFilter" in path.with_name(path.name.replace(".in.", ".out.")).read_text()
]


@pytest.fixture(scope="session")
def envoy() -> Path:
    """The program; without it the tests are skipped, or fail where `make engine-test` has just built it."""
    program = Path(os.environ.get("FEDLIB_TOOL_CACHE") or REPOSITORY / ".cache" / "tools") / "envoy"
    if not program.is_file():
        if os.environ.get("FEDLIB_ENGINE_TESTS") == "required":
            pytest.fail("envoy not found: run tools/build")
        pytest.skip("envoy not found: run tools/build")
    return program


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.relative_to(GOLDEN).as_posix().removesuffix(".in.yaml"))
def test_envoy_takes_every_patch(envoy: Path, path: Path, tmp_path: Path) -> None:
    """All patches of a cluster's objects together make a configuration that Envoy accepts."""
    objects: dict[str, dict[str, Any]] = {}
    for declaration in compile_case(path).plan.declarations:
        if declaration.kind == "EnvoyFilter":
            objects.setdefault(declaration.cluster, {})[declaration.name] = declaration.spec
    assert objects
    for cluster, specs in objects.items():
        config = EnvoyConfig()
        config.apply(specs.values())
        assert refusal(envoy, config, tmp_path / f"{cluster}.json") == ""


def test_envoy_refuses_a_wrong_patch(envoy: Path, tmp_path: Path) -> None:
    """The check sees a field that does not exist, deep in a filter's settings."""
    config = EnvoyConfig()
    settings = {"@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer", "max_bytes": 1}
    config.filters.insert(0, {"name": "envoy.filters.http.buffer", "typed_config": settings})
    assert "max_bytes" in refusal(envoy, config, tmp_path / "config.json")


def refusal(envoy: Path, config: EnvoyConfig, file: Path) -> str:
    """What Envoy has against a configuration; empty if nothing."""
    file.write_text(json.dumps(config.bootstrap()))
    command = [str(envoy), "--mode", "validate", "-c", str(file), "--log-level", "warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
