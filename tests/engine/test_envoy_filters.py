"""The EnvoyFilters of the golden cases are ones that the real Envoy takes.

Istio's schema says nothing about what stands in a patch, and a wrong patch makes a proxy refuse its whole update.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.engine.envoy_config import EnvoyConfig
from tests.engine.validators import Envoy
from tests.golden_case import GOLDEN, cases, compile_case
from tests.placed import placed

pytestmark = pytest.mark.engine

CASES = [
    path for path in cases() if "kind: EnvoyFilter" in path.with_name(path.name.replace(".in.", ".out.")).read_text()
]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.relative_to(GOLDEN).as_posix().removesuffix(".in.yaml"))
def test_envoy_takes_every_patch(envoy: Envoy, path: Path) -> None:
    """All patches of a cluster's objects together make a configuration that Envoy accepts."""
    objects = _specs(path)
    assert objects
    for specs in objects.values():
        config = EnvoyConfig()
        config.apply(specs.values())
        assert envoy.refusal(config) == ""


def test_envoy_refuses_a_wrong_patch(envoy: Envoy) -> None:
    """The check sees a field that does not exist, deep in a filter's settings."""
    config = EnvoyConfig()
    settings = {"@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer", "max_bytes": 1}
    config.filters.insert(0, {"name": "envoy.filters.http.buffer", "typed_config": settings})
    assert "max_bytes" in envoy.refusal(config)


def test_filters_are_on_for_the_routes_of_their_policies_only(envoy: Envoy, tmp_path: Path) -> None:
    """A request from a page of another origin is refused where a CSRFPolicy applies, and nowhere else."""
    config = EnvoyConfig()
    config.apply(_specs(GOLDEN / "envoy-filters" / "csrf.in.yaml")["eu"].values())
    with running(envoy.program, config, tmp_path / "config.json") as port:
        elsewhere = "http://elsewhere.example.net"
        assert 403 in {post(port, "/0", origin=elsewhere) for _ in range(5)}, "99.5 % are refused"
        assert post(port, "/0", origin="http://shop.example.com") == 200
        assert {post(port, "/1", origin=elsewhere) for _ in range(50)} == {200}, "a policy that only counts"
        assert post(port, "/other", origin=elsewhere) == 200


def _specs(path: Path) -> dict[str, dict[str, Any]]:
    """The specs of a case's EnvoyFilters by cluster and name."""
    objects: dict[str, dict[str, Any]] = {}
    for declaration in placed(compile_case(path).plan):
        if declaration.kind == "EnvoyFilter":
            objects.setdefault(declaration.cluster, {})[declaration.name] = declaration.spec
    return objects


@contextmanager
def running(envoy: Path, config: EnvoyConfig, file: Path) -> Iterator[int]:
    """An Envoy that listens on the port which this gives."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    bootstrap = config.bootstrap()
    bootstrap["static_resources"]["listeners"][0]["address"]["socket_address"]["port_value"] = port
    file.write_text(json.dumps(bootstrap))
    command = [str(envoy), "-c", str(file), "--log-level", "warning", "--concurrency", "1", "--base-id", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def post(port: int, path: str, *, origin: str) -> int:
    """The status of a POST request from a page of `origin`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, headers={"Origin": origin})
    return connection.getresponse().status
