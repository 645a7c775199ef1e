"""A small project in a folder of its own: two recorded clusters, one workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.golden_case import base


class Project:
    """A project folder with one stack, `small`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack_file = folder / "stacks" / "Pulumi.small.yaml"
        self.out = folder / "out" / "small"
        self.config: dict[str, Any] = {
            "federation:clusters": {name: {"inventory": f"inventory/{name}.yaml"} for name in ("eu", "us")},
            "federation:workspaces": {
                "shop": {
                    "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}],
                    "settings": {"options": {"federation": {"enabled": True, "hostSuffix": "global"}}},
                }
            },
        }

    def write(self) -> None:
        """Write the stack file as `config` says."""
        self.stack_file.write_text(yaml.safe_dump({"config": self.config}), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """The contents of all rendered files by name."""
        return {p.relative_to(self.out).as_posix(): p.read_bytes() for p in self.out.rglob("*") if p.is_file()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project; the working directory is its folder."""
    for name in ("stacks", "inventory"):
        (tmp_path / name).mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: federation\nruntime: python\nstackConfigDir: stacks\n", "utf-8")
    for cluster, objects in base().items():
        (tmp_path / "inventory" / f"{cluster}.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write()
    return project
