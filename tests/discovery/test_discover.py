"""The stage as a whole: which clusters come from where."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from fedlib.config.stack import Cluster, Kubeconfig
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.discover import discover
from fedlib.discovery.inventory import Inventory
from fedlib.discovery.progress import silent, terminal_progress
from tests.discovery import samples
from tests.discovery.api_double import ApiDouble
from tests.discovery.conftest import TOKEN, kubeconfig


def run(clusters: dict[str, Cluster], root: Path, secrets: dict[str, str] | None = None) -> tuple[Inventory, list[str]]:
    report = Report()
    stack = StackFile("dev", root, Source("stacks/Pulumi.dev.yaml", root / "stacks" / "Pulumi.dev.yaml"), {})
    inventory = discover(clusters, stack, report, (secrets or {}).get)
    assert TOKEN not in repr(list(report))
    return inventory, [f"{finding.code.id} {finding.subject} {finding.location}" for finding in report]


def recording(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text(dump_documents(samples.cluster()), encoding="utf-8")


def test_recorded_and_live_clusters_together(server: ApiDouble, tmp_path: Path) -> None:
    recording(tmp_path / "inventory" / "eu")
    recording(tmp_path / "stacks" / "us")
    clusters = {
        "us": Cluster(inventory="./us"),
        "eu": Cluster(inventory="inventory/eu", kubeconfig=Kubeconfig(path="nowhere")),
        "asia": Cluster(kubeconfig=Kubeconfig(secret="key", context="here")),
    }
    inventory, findings = run(clusters, tmp_path, {"key": kubeconfig(server.url)})
    unrecorded = ("FED340", "FED353")  # Istio's settings: test_unrecorded.py
    assert [finding for finding in findings if not finding.startswith(unrecorded)] == []
    assert list(inventory.clusters) == ["asia", "eu", "us"]
    assert inventory.clusters["us"].services[0].at().file == "stacks/us/all.yaml"
    assert {len(one.services) for one in inventory.clusters.values()} == {2}


def test_what_cannot_be_read_is_reported_and_absent(tmp_path: Path) -> None:
    clusters = {
        "bare": Cluster(),
        "file": Cluster(inventory="inventory/none"),
        "link": Cluster(kubeconfig=Kubeconfig(path="./none")),
        "safe": Cluster(kubeconfig=Kubeconfig(secret="key")),
    }
    inventory, findings = run(clusters, tmp_path)
    assert inventory == Inventory()
    assert findings == [
        "FED019 Cluster safe stacks/Pulumi.dev.yaml",
        "FED101 Cluster file stacks/Pulumi.dev.yaml",
        "FED102 Cluster bare stacks/Pulumi.dev.yaml",
        "FED103 Cluster link stacks/Pulumi.dev.yaml",
    ]


def test_an_empty_secret_is_a_broken_kubeconfig(tmp_path: Path) -> None:
    _, findings = run({"eu": Cluster(kubeconfig=Kubeconfig(secret="key"))}, tmp_path, {"key": ""})
    assert findings == ["FED103 Cluster eu stacks/Pulumi.dev.yaml"]


def test_no_client_is_imported_for_recorded_clusters() -> None:
    code = (
        "import sys, fedlib.discovery.discover\n"
        "print([name for name in ('lightkube', 'httpx2', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_display_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_progress() as progress:
        assert progress is silent
        progress("eu", "Service", 3, done=False)
    assert capsys.readouterr() == ("", "")


def test_the_display_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with terminal_progress() as progress:
        progress("eu", "Service", 3, done=False)
        progress("eu", "", 12, done=True)
        progress("us", "", -1, done=True)
    assert "12 objects" in terminal.getvalue()
    assert "not readable" in terminal.getvalue()
