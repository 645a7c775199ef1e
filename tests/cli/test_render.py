"""Rendered folders: exactly the plan, the same bytes every time, and nobody else's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedlib.cli.main import main
from fedlib.cli.render import write_plan
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import Lineage
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.source import Source, parse_yaml
from fedlib.distribution.plan import Plan
from tests.golden_case import cases, compile_case

from .conftest import Project


@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_files_hold_the_plan(tmp_path: Path, file_format: str) -> None:
    """For every golden case: reading the files gives the manifests of the plan."""
    for number, case in enumerate(cases()):
        plan = compile_case(case).plan
        out = tmp_path / str(number)
        found: list[dict[str, Any]] = []
        for path in write_plan(plan, out, file_format):
            documents = yaml.safe_load_all(path.read_text(encoding="utf-8"))
            objects = list(documents) if file_format == "yaml" else json.loads(path.read_bytes())["items"]
            places = {
                (o["metadata"]["labels"]["context.mesh.gloo.solo.io/cluster"], o["metadata"]["namespace"])
                for o in objects
            }
            assert places == {(path.parent.name, path.stem)}
            found += objects
        assert sorted(map(repr, map(_ordered, found))) == sorted(map(repr, map(_ordered, plan.manifests())))


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("namespace", ["true", "1", "null", "0x1f", "on", "1e3", "0o17", "a-b"])
def test_names_that_look_like_other_types_stay_strings(tmp_path: Path, namespace: str) -> None:
    lineage = Lineage(Ref("Service", "on", "null", "1"), "", "v1", "off")
    plan = Plan((Declaration({"1": (namespace,)}, "v1", "Gateway", "007", {"selector": {"a": "yes"}}, lineage),))
    (path,) = write_plan(plan, tmp_path, "yaml")
    text = path.read_text(encoding="utf-8")
    assert list(yaml.safe_load_all(text)) == list(plan.manifests())
    assert parse_yaml(text, Source("x"), Report()) == list(plan.manifests())


@pytest.mark.parametrize(
    "text", ["a\nb", "\n", "true", ": x", "# y", "'", '"', "\t", "", "a: b", "- x", "|", "{}", "é", "x " * 99]
)
def test_any_text_is_read_back(tmp_path: Path, text: str) -> None:
    lineage = Lineage(Ref("RouteTable", "a", "b", "c"), "networking.gloo.solo.io", "v2", "shop")
    spec = {"hosts": [text, "b"], "http": [{"name": text, "headers": {text or "k": {"exact": text}}}], "text": text}
    declaration = Declaration({"eu": ("shop",)}, "v1", "VirtualService", "a", spec, lineage, {"note": text})
    (path,) = write_plan(Plan((declaration,)), tmp_path, "yaml")
    assert list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) == list(declaration.manifests("eu"))


def test_second_render_writes_the_same_bytes(project: Project) -> None:
    assert main(["render", "--stack", "small"]) == 0
    first = project.files()
    assert main(["render", "--stack", "small"]) == 0
    assert project.files() == first
    assert set(first) == {"fedlib.json"} | {
        f"{c}/{n}.yaml" for c in ("eu", "us") for n in ("istio-gateways", "shop-backend", "shop-web")
    }


def test_stale_files_go_and_foreign_files_stay(project: Project) -> None:
    assert main(["render", "--stack", "small"]) == 0
    (project.out / "README.md").write_text("mine")
    (project.out / "eu" / "mine.yaml").write_text("mine: too")
    del project.config["federation:clusters"]["us"]
    project.write()
    assert main(["render", "--stack", "small"]) == 0
    assert set(project.files()) == {"fedlib.json", "README.md", "eu/mine.yaml", "eu/shop-backend.yaml"}
    assert not (project.out / "us").exists()


def test_errors_leave_an_old_render_as_it_is(project: Project) -> None:
    assert main(["render", "--stack", "small"]) == 0
    before = project.files()
    project.config["federation:clusters"]["us"]["inventory"] = "inventory/nowhere.yaml"
    project.write()
    assert main(["render", "--stack", "small"]) == 1
    assert project.files() == before


def test_other_format_replaces_the_files(project: Project) -> None:
    assert main(["render", "--stack", "small"]) == 0
    assert main(["render", "--stack", "small", "--format", "json"]) == 0
    assert all(name.endswith(".json") for name in project.files())


def test_index_cannot_make_render_delete_elsewhere(project: Project) -> None:
    """A tampered index names files outside of the folder; they stay."""
    assert main(["render", "--stack", "small"]) == 0
    outside = project.folder / "keep.yaml"
    outside.write_text("keep")
    index = project.out / "fedlib.json"
    index.write_text(json.dumps({"files": ["../../keep.yaml", str(outside), 3, "eu/../../../keep.yaml"]}))
    assert main(["render", "--stack", "small"]) == 0
    assert outside.read_text() == "keep"


def test_folder_that_cannot_be_written_is_no_traceback(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.folder / "file").write_text("in the way")
    assert main(["render", "--stack", "small", "--out", "file/out"]) == 1
    assert "cannot be written" in capsys.readouterr().out


def test_a_misspelled_cluster_deletes_no_file(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--stack", "small"]) == 0
    before = project.files()
    project.config["federation:workspaces"]["shop"]["workloadClusters"][0]["name"] = "uss"
    project.write()
    assert main(["render", "--stack", "small"]) == 1
    assert "did you mean 'us'?" in capsys.readouterr().out
    assert project.files() == before


def test_namespaces_that_nobody_has_delete_no_file(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--stack", "small"]) == 0
    before = project.files()
    project.config["federation:workspaces"]["shop"]["workloadClusters"][0]["namespaces"] = [{"name": "shopp-*"}]
    project.write()
    assert main(["render", "--stack", "small"]) == 1
    assert "FED610 EmptyPlan" in capsys.readouterr().out
    assert project.files() == before


def test_a_plan_that_is_meant_to_be_empty_deletes_nothing_either(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wants that removes the folder; a stack that never had objects is fine."""
    assert main(["render", "--stack", "small"]) == 0
    before = project.files()
    del project.config["federation:workspaces"]["shop"]["settings"]
    project.write()
    assert main(["render", "--stack", "small"]) == 1
    assert f"holds {len(before) - 1} files of an earlier one" in capsys.readouterr().out
    assert project.files() == before
    assert main(["render", "--stack", "small", "--out", "out/new"]) == 0
    assert main(["render", "--stack", "small", "--out", "out/new"]) == 0
