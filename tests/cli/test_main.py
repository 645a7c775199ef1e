"""The command line: exit status, output for machines, and that it needs no Pulumi."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fedlib.__main__ import start
from fedlib.cli.main import main
from fedlib.config.schema import stack_schema
from fedlib.diagnostics.document import findings_document

from .conftest import Project

ROOT = Path(__file__).resolve().parents[2]


def test_fine_is_0(project: Project) -> None:
    assert main(["check", "--stack", "small"]) == 0
    assert not project.out.exists()


def test_errors_are_1(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.config["federation:placement"] = "shred"
    project.config["federation:clusters"]["eu"]["inventory"] = "inventory/nowhere"
    project.write()
    assert main(["render", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "FED008" in printed
    assert "FED101" in printed
    assert "stacks/Pulumi.small.yaml:" in printed
    assert not project.out.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--stack", "unknown"],
        ["check", "--stack-file", "unknown.yaml"],
    ],
)
def test_unknown_stack_is_2(project: Project, arguments: list[str]) -> None:
    assert main(arguments) == 2


@pytest.mark.parametrize("arguments", [[], ["paint"], ["check"], ["render", "--stack", "small", "--format", "xml"]])
def test_wrong_usage_is_2(project: Project, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_unknown_stack_names_the_known_ones(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--stack", "smal"])
    assert "known stacks: small" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stack", "project_file", "told"),
    [
        ("x" * 300, "stackConfigDir: stacks", "FED001 FileUnreadable"),
        ("small", "stackConfigDir: [", "FED002 BrokenYaml"),
        ("small", "stackConfigDir: /nowhere", "FED012 StackUnknown"),
        ("folder", "stackConfigDir: stacks", "known stacks: small"),
    ],
)
def test_a_stack_that_cannot_be_found_is_one_finding(
    project: Project, stack: str, project_file: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "Pulumi.yaml").write_text(f"name: federation\n{project_file}\n", "utf-8")
    (project.folder / "stacks" / "Pulumi.folder.yaml").mkdir()
    assert main(["check", "--stack", stack]) == 2
    printed = capsys.readouterr().out
    assert told in printed
    assert "Findings: 1 error\n" in printed


def test_check_prints_json_for_machines(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.config["federation:workspaces"]["shop"]["settings"]["importFrom"] = [{"workspaces": [{"name": "shopp"}]}]
    project.write()
    assert main(["check", "--stack-file", str(project.stack_file), "--output", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    (finding,) = (one for one in result["findings"] if one["severity"] != "info")
    assert finding["code"] == "FED207"
    assert finding["owner"] == {"kind": "Workspace", "name": "shop"}
    assert finding["file"] == "stacks/Pulumi.small.yaml"
    assert finding["line"] > 0
    assert result["objects"]["eu"] == {"Gateway": 1, "ServiceEntry": 3}
    states = {status["resource"]["kind"]: status["state"] for status in result["statuses"]}
    assert states == {"Workspace": "ACCEPTED", "WorkspaceSettings": "WARNING"}


def test_paths_are_relative_to_the_stack_file_when_they_begin_with_a_dot(project: Project) -> None:
    project.config["federation:clusters"]["eu"]["inventory"] = "./../inventory/eu.yaml"
    project.write()
    assert main(["check", "--stack", "small"]) == 0


def test_defaults_of_the_project_count(project: Project) -> None:
    """As in Pulumi, a value or default of Pulumi.yaml holds for every stack that has none."""
    declared = "config:\n  federation:placement: {type: string, default: shared}\n"
    with (project.folder / "Pulumi.yaml").open("a") as file:
        file.write(declared)
    assert main(["render", "--stack", "small"]) == 0
    assert b"- shop-web" in project.files()["eu/shop-backend.yaml"]


def test_a_secret_kubeconfig_is_a_finding(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.config["federation:clusters"]["eu"] = {"kubeconfig": {"secret": "euKubeconfig"}}
    project.config["federation:euKubeconfig"] = {"secure": "v1:abc:def"}
    project.write()
    assert main(["check", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "FED019" in printed
    assert "v1:abc" not in printed


def test_one_kubeconfig_of_two_clusters_is_one_finding(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("eu", "us"):
        project.config["federation:clusters"][name] = {"kubeconfig": {"path": "nowhere", "context": name}}
    project.write()
    assert main(["check", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "FED103 KubeconfigUnusable [Cluster eu]" in printed
    assert "also: Cluster us at stacks/Pulumi.small.yaml:" in printed
    assert "Findings: 1 error\n" in printed


def test_a_misspelled_source_of_a_cluster_is_one_finding(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.config["federation:clusters"]["eu"] = {"inventroy": "inventory/eu.yaml"}
    project.write()
    assert main(["check", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "FED006" in printed
    assert "FED102" not in printed
    project.config["federation:clusters"]["eu"] = {"inventory": None, "labels": {"region": "europe"}}
    project.write()
    assert main(["check", "--stack", "small"]) == 1
    assert "FED102" in capsys.readouterr().out


def test_snapshot_passes_over_clusters_that_are_recorded_elsewhere(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["snapshot", "--stack", "small"]) == 1
    assert capsys.readouterr().out == "Nothing was recorded: no cluster of the stack has a kubeconfig.\n"
    project.config["federation:clusters"]["us"] = {"kubeconfig": {"path": "nowhere"}}
    project.write()
    assert main(["snapshot", "--stack", "small"]) == 1
    printed = capsys.readouterr().out
    assert "FED103" in printed
    assert "Findings: 1 error\n" in printed


def test_commands_run_without_pulumi(project: Project) -> None:
    """Nothing of Pulumi and nothing of the Kubernetes client is imported for a recorded stack."""
    code = (
        "import sys; from fedlib.cli.main import main; status = main(['render', '--stack', 'small']); "
        "print(status, sorted({m.split('.')[0] for m in sys.modules} & {'pulumi', 'pulumi_kubernetes', 'lightkube'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert run.stdout.splitlines()[-1] == "0 []"


def test_without_its_packages_it_says_how_to_run_it() -> None:
    """The system's Python, say, while the virtual environment is not active."""
    run = subprocess.run(
        [sys.executable, "-S", "-m", "fedlib", "check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("fedlib needs the package '")
    assert run.stderr.endswith("and then `.venv/bin/python -m fedlib ...`.\n")
    assert len(run.stderr.splitlines()) == 1


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert start() == 2
    assert "fedlib needs Python 3.11 or newer" in capsys.readouterr().err


def test_errors_come_last_and_infos_are_folded(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = project.config["federation:workspaces"]["shop"]
    workspace["settings"]["importFrom"] = [{"workspaces": [{"name": "nobody"}]}]
    workspace["workloadClusters"].append({"name": "eu", "namespaces": []})
    project.write()
    assert main(["check", "--stack", "small"]) == 1
    folded = capsys.readouterr().out
    assert folded.index("info 4 infos") < folded.index("warning FED207") < folded.index("error FED204")
    assert "FED340 MeshSettingsUnknown (2), FED353 TrustDomainUnknown (2)" in folded
    assert "info FED340" not in folded
    assert folded.splitlines()[-3:] == [
        "Findings: 1 error, 1 warning, 4 infos",
        "  workspace shop: 1 warning",
        "  the platform: 1 error, 4 infos",
    ]
    assert main(["check", "--stack", "small", "-v"]) == 1
    shown = capsys.readouterr().out
    assert shown.index("info FED340") < shown.index("warning FED207") < shown.index("error FED204")


def test_gateways_that_groups_alone_use_are_shown(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.config["federation:workspaces"]["shop"]["settings"] = {}
    project.write()
    assert main(["check", "--stack", "small"]) == 0
    assert capsys.readouterr().out.count("none in use") == 2
    group = {
        "hosts": ["catalog.global"],
        "services": [{"name": "catalog"}],
        "ports": [{"number": 8080, "protocol": "HTTP"}],
    }
    project.config["federation:resources"] = [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": "VirtualDestination",
            "metadata": {"name": "catalog", "namespace": "shop-backend"},
            "spec": group,
        }
    ]
    project.write()
    assert main(["check", "--stack", "small"]) == 0
    shown = capsys.readouterr().out
    assert "none in use" not in shown
    assert "198.51.100.9:15443" in shown


def test_findings_that_one_edit_mends_are_one(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A namespace without the label for sidecars, and 60 groups: one warning, and one group for machines."""
    for path in project.folder.glob("inventory/*.yaml"):
        path.write_text(path.read_text("utf-8").replace("istio-injection: enabled", "team: shop"), "utf-8")
    project.config["federation:resources"] = [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": "VirtualDestination",
            "metadata": {"name": f"group-{number}", "namespace": "shop-backend"},
            "spec": {
                "hosts": [f"group-{number}.shop.mesh"],
                "services": [{"name": "catalog", "cluster": "eu"}],
                "ports": [{"number": 80, "protocol": "HTTP", "targetPort": {"number": 8080}}],
            },
        }
        for number in range(60)
    ]
    project.write()
    assert main(["check", "--stack", "small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (head,) = [number for number, line in enumerate(lines) if "FED706" in line]
    assert lines[head] == (
        "warning FED706 GroupWithoutSidecar [VirtualDestination shop-backend/group-0 (mgmt)] of workspace shop"
    )
    assert lines[head + 2].startswith("  also: VirtualDestination shop-backend/group-1 (mgmt) at ")
    assert lines[head + 2].endswith(" and 56 more")
    assert main(["check", "--stack", "small", "-v"]) == 0
    assert "VirtualDestination shop-backend/group-59 (mgmt) at " in capsys.readouterr().out
    assert main(["check", "--stack", "small", "--output", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    (group,) = (one for one in result["findingGroups"] if one["code"] == "FED706")
    assert (group["count"], group["subjects"]) == (60, 60)
    assert group["owner"] == {"kind": "Workspace", "name": "shop"}
    assert sum(one["group"] == group["id"] for one in result["findings"]) == 60


def test_schema_for_editors_is_fresh() -> None:
    """`stacks/schema.json` is what `make docs` writes."""
    assert json.loads((ROOT / "stacks" / "schema.json").read_text(encoding="utf-8")) == stack_schema()


def test_document_of_findings_is_fresh() -> None:
    """`docs/findings.md` is what `make docs` writes."""
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == findings_document()
