"""Whole meshes of Gloo's users, through the command line: what is found, and what is rendered.

`UPDATE_GOLDEN=1 pytest tests/test_meshes.py` writes what becomes of them; read it before you commit it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fedlib.cli.main import main
from tests.oracle.istio_crds import IstioOracle
from tests.oracle.plugin import istio_oracle as istio_oracle
from tests.whole_meshes import (
    CLUSTER,
    EXPECTED,
    FOLDER,
    Origin,
    Rendered,
    copied,
    expected,
    findings,
    mend,
    origins,
    record,
    render,
)

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"

every_mesh = pytest.mark.parametrize("origin", origins(), ids=lambda origin: origin.name)


@every_mesh
def test_what_becomes_of_it(origin: Origin, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings, and how many objects of which kind in which cluster, are those that were read and committed."""
    rendered, mended = _both(origin, tmp_path)
    found: dict[str, Any] = {"findings": findings(_checked(origin, capsys)), "objects": rendered.kinds()}
    if origin.mend:
        found["mended"] = mended.kinds()
    if UPDATE:
        record(origin.name, found)
    assert found == expected(origin.name)


@every_mesh
def test_it_renders_or_says_why_not(origin: Origin, tmp_path: Path) -> None:
    """At the first try, or after the edits of `mend`, which are there exactly where a reason is."""
    rendered, mended = _both(origin, tmp_path)
    assert (rendered.status == 0) is bool(rendered.objects) is not bool(origin.reason)
    assert bool(origin.mend) is bool(origin.reason)
    assert mended.status == 0
    assert mended.objects


@every_mesh
def test_istio_admits_every_object(istio_oracle: IstioOracle, origin: Origin, tmp_path: Path) -> None:
    """Schemas, CEL rules and the limits of metadata hold nothing against any object; no two have one identity."""
    _, mended = _both(origin, tmp_path)
    assert [fault for one in mended.objects for fault in istio_oracle.violations(one)] == []
    identities = Counter(map(_identity, mended.objects))
    assert [identity for identity, count in identities.items() if count > 1] == []


def _identity(manifest: dict[str, Any]) -> tuple[str, ...]:
    metadata = manifest["metadata"]
    return (metadata["labels"][CLUSTER], manifest["kind"], metadata["namespace"], metadata["name"])


def test_every_folder_is_a_mesh() -> None:
    """No folder without its origin and its result."""
    folders = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    assert folders == [origin.name for origin in origins()]
    assert [name for name in folders if not (FOLDER / name / EXPECTED).is_file()] == []


def _both(origin: Origin, folder: Path) -> tuple[Rendered, Rendered]:
    """What is rendered as the mesh is, and after its edits."""
    stack_file = copied(origin, folder / "project")
    first = render(stack_file, folder / "first")
    if not origin.mend:
        return first, first
    mend(origin, stack_file.parent)
    return first, render(stack_file, folder / "second")


def _checked(origin: Origin, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `check --output json` prints of the mesh as it is."""
    capsys.readouterr()
    main(["check", "--stack-file", str(FOLDER / origin.name / "Pulumi.mesh.yaml"), "--output", "json"])
    loaded: dict[str, Any] = json.loads(capsys.readouterr().out)
    return loaded
