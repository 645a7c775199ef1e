"""The first screen of the README: what it shows is what comes out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedlib.cli.main import main
from tests.engine.tools import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
WORKSPACES, OBJECT, FINDING = re.findall(r"^```\w+\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)[:3]


def _stack(folder: Path, workspaces: str) -> Path:
    clusters = {name: {"inventory": str(REPOSITORY / "inventory" / name)} for name in ("eu", "us")}
    path = folder / "Pulumi.shop.yaml"
    indented = "".join(f"    {line}\n" for line in workspaces.splitlines())
    path.write_text(
        f"config:\n  federation:clusters: {clusters}\n  federation:workspaces:\n{indented}", encoding="utf-8"
    )
    return path


def test_the_workspaces_make_the_object(tmp_path: Path) -> None:
    """All of its spec; of its metadata the name, and the namespace, by which it is found."""
    path = _stack(tmp_path, WORKSPACES)
    assert main(["render", "--stack-file", str(path), "--out", str(tmp_path / "out")]) == 0
    shown: dict[str, Any] = yaml.safe_load(OBJECT)
    rendered = yaml.safe_load_all((tmp_path / "out/us" / f"{shown['metadata']['namespace']}.yaml").read_text())
    (found,) = [one for one in rendered if one["metadata"]["name"] == shown["metadata"]["name"]]
    assert {**found, "metadata": shown["metadata"]} == shown
    assert len(WORKSPACES.splitlines()) == 8


def test_the_mistake_is_told_as_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, in one run."""
    path = _stack(tmp_path, WORKSPACES.replace("name: web}], resources", "name: wed}], resources"))
    assert main(["check", "--stack-file", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    wanted = FINDING.splitlines()
    assert len(wanted) == 4
    assert [line.rstrip() for line in printed if line.rstrip() in wanted] == wanted
