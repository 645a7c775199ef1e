"""Finds Istio's CRD file, building it once when it is missing, and reads it quickly."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache"
BUILD_SECONDS = 300


class OracleUnavailableError(RuntimeError):
    """The CRD file is missing and cannot be made here; the message says why."""


@lru_cache(maxsize=1)
def crd_file() -> Path:
    """Return the path of the CRD file, after running `tools/build istio-api` if it is missing."""
    # The same variable that tools/build reads, so that both always mean one directory.
    tools = Path(os.environ.get("FEDLIB_TOOL_CACHE") or CACHE / "tools")
    path = tools / "istio-crds.yaml"
    tools.mkdir(parents=True, exist_ok=True)
    with _lock(tools / "istio-crds.lock"):
        if not path.exists():
            _build()
    if not path.exists():
        raise OracleUnavailableError(f"tools/build istio-api ended well but left no {path}")
    return path


def crd_documents(path: Path) -> list[dict[str, Any]]:
    """Return the parsed CRDs of `path`, from a JSON copy named by the file's hash when there is."""
    text = path.read_bytes()
    copy = CACHE / "oracle" / f"istio-crds-{hashlib.sha256(text).hexdigest()[:16]}.json"
    if copy.exists():
        cached: list[dict[str, Any]] = json.loads(copy.read_bytes())
        return cached
    documents = [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]
    _write_whole(copy, json.dumps(documents))
    return documents


def _build() -> None:
    """Run `tools/build istio-api`, turning every failure into `OracleUnavailableError`."""
    if shutil.which("go") is None:
        raise OracleUnavailableError("Istio's CRDs are missing and Go is not installed to fetch them")
    command = [str(REPOSITORY / "tools" / "build"), "istio-api"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise OracleUnavailableError(f"tools/build istio-api did not finish: {failure}") from failure
    if done.returncode != 0:
        # tools/build swallows what `go mod download -json` says, which is on standard output.
        said = (done.stderr.strip() or "no output, likely no download").splitlines()[-1]
        raise OracleUnavailableError(f"tools/build istio-api failed ({done.returncode}): {said}")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold an exclusive file lock: pytest-xdist workers must not build at the same time."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader in another process never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text)
    part.replace(path)
