"""`diff`: against a rendered folder and another stack file, as text and JSON, and what it does not compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fedlib.cli.main import main

from .conftest import Project

LOST = "catalog.shop-backend.svc.us.global:8080"


def _misspell(project: Project) -> None:
    """Of the namespaces in `us`."""
    project.config["federation:workspaces"]["shop"]["workloadClusters"] = [
        {"name": "eu", "namespaces": [{"name": "shop-*"}]},
        {"name": "us", "namespaces": [{"name": "shopp-*"}]},
    ]
    project.write()


def test_against_what_was_rendered(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--stack", "small"]) == 0
    before = project.files()
    capsys.readouterr()
    assert main(["diff", "--stack", "small"]) == 0
    assert capsys.readouterr().out == "Nothing changes.\n"
    _misspell(project)
    assert main(["diff", "--stack", "small"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("What callers lose")
    assert LOST in printed
    assert project.files() == before


def test_against_another_stack_file_is_the_same(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", "--stack", "small"])
    other = project.stack_file.with_name("Pulumi.before.yaml")
    other.write_bytes(project.stack_file.read_bytes())
    _misspell(project)
    capsys.readouterr()
    assert main(["diff", "--stack", "small", "--against", str(other)]) == 0
    printed = capsys.readouterr().out
    assert LOST in printed
    assert main(["diff", "--stack", "small"]) == 0
    assert capsys.readouterr().out == printed


def test_json_has_all_of_it(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", "--stack", "small"])
    _misspell(project)
    capsys.readouterr()
    assert main(["diff", "--stack", "small", "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["same"]) == (1, False)
    fact = next(
        one for one in found["facts"] if one["host"] == LOST.partition(":")[0] and "eu/shop-web" in one["callers"]
    )
    gateway = "us/istio-gateways/istio-eastwestgateway"
    assert fact == {
        "effect": "lost",
        "workspace": "shop",
        "callers": ["eu/shop-backend", "eu/shop-web"],
        "host": "catalog.shop-backend.svc.us.global",
        "ports": [8080],
        "before": [{"place": "us/shop-backend/catalog", "via": [gateway], "rank": 0, "partly": False}],
        "after": [],
        "why": "unknown to its proxy: requests go where DNS says",
        "parts": [],
    }
    assert {
        "change": "changed",
        "object": {
            "kind": "ServiceEntry",
            "namespace": "shop-backend",
            "name": "vd-catalog-shop-backend-svc-eu-global-shop",
            "cluster": "eu",
        },
        "workspace": "shop",
        "fields": ["spec.exportTo"],
    } in found["objects"]


def test_long_sections_are_cut_unless_all_is_asked_for(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", "--stack", "small"])
    text = (project.out / "eu" / "shop-web.yaml").read_text("utf-8")
    copies = [text.replace("name: vd-catalog", f"name: copy-{index}-vd-catalog") for index in range(30)]
    (project.out / "eu" / "more.yaml").write_text("---\n".join(copies), "utf-8")
    capsys.readouterr()
    assert main(["diff", "--stack", "small"]) == 0
    short = capsys.readouterr().out
    assert "Objects (30)" in short
    assert "and 10 more, shown with --all" in short
    assert main(["diff", "--stack", "small", "--all"]) == 0
    assert capsys.readouterr().out.count("- ServiceEntry shop-web/copy-") == 30


def test_nothing_to_compare_with_is_2(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--stack", "small"]) == 2
    assert "compare with: out/small does not exist. `render` writes a plan there" in capsys.readouterr().out
    assert main(["diff", "--stack", "small", "--against", "nowhere.yaml"]) == 2


def test_a_folder_without_the_clusters_is_not_taken_for_empty(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere" / "asia").mkdir(parents=True)
    assert main(["diff", "--stack", "small", "--against", "elsewhere"]) == 1
    printed = capsys.readouterr().out
    assert "FED001" in printed
    assert "Nothing was compared" in printed


@pytest.mark.parametrize("text", ["a: [", "kind: List\nmetadata: {continue: more}\nitems: []\n"])
def test_a_folder_that_cannot_be_read_is_not_compared(
    project: Project, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["render", "--stack", "small"])
    (project.out / "eu" / "broken.yaml").write_text(text, "utf-8")
    capsys.readouterr()
    assert main(["diff", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "out/small/eu/broken.yaml" in printed
    assert "Nothing was compared" in printed


@pytest.mark.parametrize("against", [[], ["--against", "stacks/Pulumi.before.yaml"]])
def test_errors_on_either_side_stop_it(
    project: Project, against: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["render", "--stack", "small"])
    good = project.stack_file.read_bytes()
    project.config["federation:clusters"]["us"]["inventory"] = "inventory/nowhere.yaml"
    project.write()
    if against:
        project.stack_file.rename(project.stack_file.with_name("Pulumi.before.yaml"))
        project.stack_file.write_bytes(good)
    capsys.readouterr()
    assert main(["diff", "--stack", "small", *against]) == 1
    printed = capsys.readouterr().out
    assert "FED101" in printed
    assert "Nothing was compared" in printed


def test_what_a_terminal_would_act_on_is_escaped(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", "--stack", "small"])
    entry = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": "a\x1b[2J", "namespace": "shop-web"},
        "spec": {"hosts": ["b\x1b[2J.example"], "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
                 "resolution": "STATIC", "endpoints": [{"address": "192.0.2.1"}]},
    }  # fmt: skip
    (project.out / "eu" / "mine.json").write_text(json.dumps(entry), "utf-8")
    capsys.readouterr()
    assert main(["diff", "--stack", "small"]) == 0
    printed = capsys.readouterr().out
    assert "\\x1b[2j.example:80" in printed
    assert "\x1b" not in printed
