"""Recorded inventories: files and folders, and every way in which they can be broken."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedlib.diagnostics import NOWHERE, Report
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.inventory import ClusterInventory
from fedlib.discovery.recorded import read_recorded
from tests.discovery import samples


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else dump_documents(content), encoding="utf-8")
    return folder


def read(path: Path, shown: str = "inventory/eu") -> tuple[ClusterInventory | None, list[str]]:
    report = Report()
    inventory = read_recorded("eu", path, shown, NOWHERE, report)
    return inventory, [f"{finding.code.id} {finding.location}: {finding.message}" for finding in report]


def sound(path: Path) -> ClusterInventory:
    inventory, findings = read(path)
    assert findings == []
    assert inventory is not None
    return inventory


def codes(findings: list[str]) -> list[str]:
    return [finding.split()[0] for finding in findings]


def test_a_folder_is_read_in_any_layout_to_the_same_inventory(tmp_path: Path) -> None:
    documents = samples.cluster()
    one = write(tmp_path / "one", {"all.yaml": [{"apiVersion": "v1", "kind": "List", "items": documents}]})
    shuffled = random.Random(7).sample(documents, len(documents))
    many = {f"{index % 3}/deep/{index}.{'yml' if index % 2 else 'yaml'}": [d] for index, d in enumerate(shuffled)}
    assert sound(one) == sound(write(tmp_path / "many", many))
    as_json = write(
        tmp_path / "json", {"all.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})}
    )
    assert sound(as_json) == sound(one / "all.yaml")
    inventory = sound(one)
    assert [workload.name for workload in inventory.workloads] == ["agent", "db", "web"]
    assert len(inventory.gloo_objects) == 1


def test_origins_name_file_and_line(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.yaml": [samples.namespace("shop")], "b/s.yaml": [samples.service("web")]})
    service = sound(folder).services[0]
    assert str(service.at("spec", "ports", 0)) == "inventory/eu/b/s.yaml:22"


def test_hidden_and_other_files_are_passed_over(tmp_path: Path) -> None:
    files = {"a.yaml": [samples.namespace("shop")], ".hidden.yaml": "}", ".git/x.yaml": "}", "README.md": "}"}
    assert len(sound(write(tmp_path, files)).namespaces) == 1


def test_empty_documents_are_fine(tmp_path: Path) -> None:
    text = "---\n---\n" + yaml.safe_dump(samples.namespace("shop")) + "---\n# nothing\n"
    assert len(sound(write(tmp_path, {"a.yaml": text, "empty.yaml": ""})).namespaces) == 1


def test_missing_file(tmp_path: Path) -> None:
    inventory, findings = read(tmp_path / "nowhere")
    assert inventory is None
    assert findings == [
        (
            "FED101 : cluster 'eu' could not be read: its recorded inventory inventory/eu cannot be read: "
            "no such file or directory"
        )
    ]


def test_empty_folder(tmp_path: Path) -> None:
    inventory, findings = read(tmp_path)
    assert inventory is None
    assert (
        findings[0] == "FED001 inventory/eu: the file cannot be read: the folder holds no *.yaml, *.yml or *.json file"
    )


def test_dangling_link(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": [samples.namespace("shop")]})
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone.yaml")
    inventory, findings = read(tmp_path)
    assert inventory is None
    assert codes(findings) == ["FED001"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1\n", "FED002"),
        ("a: 1\na: 2\n", "FED003"),
        ("a: &a [*a]\n", "FED004"),
        ("true: 1\n", "FED005"),
        ("\x00\x01", "FED002"),
        ("!!python/object:os.system {}\n", "FED002"),
    ],
)
def test_one_broken_file_fails_the_whole_recording(tmp_path: Path, text: str, code: str) -> None:
    inventory, findings = read(write(tmp_path, {"a.yaml": [samples.namespace("shop")], "b.yaml": text}))
    assert inventory is None
    assert codes(findings) == [code]
    assert findings[0].split()[1].startswith("inventory/eu/b.yaml")


def test_a_broken_file_fails_each_cluster_that_records_it(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.yaml": "}"})
    report = Report()
    assert [read_recorded(name, folder, "shared", NOWHERE, report) for name in ("eu", "us")] == [None, None]
    assert [finding.subject.name for finding in report] == ["shared/a.yaml"]


def test_ten_megabytes_of_garbage(tmp_path: Path) -> None:
    garbage = random.Random(1).randbytes(10_000_000)
    (tmp_path / "a.yaml").write_bytes(garbage)
    inventory, findings = read(tmp_path)
    assert inventory is None
    assert codes(findings) == ["FED001"]
    (tmp_path / "a.yaml").write_bytes(b"garbage: [" + bytes(32 + byte % 95 for byte in garbage))
    inventory, findings = read(tmp_path)
    assert inventory is None
    assert codes(findings) == ["FED002"]


def test_no_namespace(tmp_path: Path) -> None:
    inventory, findings = read(write(tmp_path, {"a.yaml": [samples.service("web")]}))
    assert inventory is None
    assert findings == ["FED106 inventory/eu: the inventory of cluster 'eu' holds no Namespace"]


def test_unknown_namespace_is_reported_once_and_its_objects_are_left_out(tmp_path: Path) -> None:
    documents = [samples.namespace("shop"), samples.service("web"), *(samples.service(n, "lost") for n in "ab")]
    inventory, findings = read(write(tmp_path, {"a.yaml": documents}))
    assert inventory is not None
    assert [service.name for service in inventory.services] == ["web"]
    assert len(findings) == 1
    assert findings[0].endswith("namespace 'lost' is not in the inventory of cluster 'eu'")
    assert findings[0].startswith("FED107 inventory/eu/a.yaml:")


def test_equal_duplicates_are_fine(tmp_path: Path) -> None:
    newer = samples.workspace("shop")
    newer["metadata"]["resourceVersion"] = "999"
    files = {"a.yaml": samples.cluster(), "b.yaml": [*samples.cluster(), newer]}
    assert len(sound(write(tmp_path, files)).services) == 2


def test_of_differing_duplicates_none_is_used(tmp_path: Path) -> None:
    other = samples.service("web", ports=[{"port": 81}])
    files = {"a.yaml": samples.cluster(), "b.yaml": [other], "c.yaml": [samples.service("web")]}
    inventory, findings = read(write(tmp_path, files))
    assert inventory is not None
    assert [service.name for service in inventory.services] == ["eastwest"]
    assert len(findings) == 1
    assert findings[0].startswith("FED015 inventory/eu/b.yaml:1: Service shop/web (eu) is given twice, also at ")


def test_a_boolean_label_leaves_out_its_object_only(tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n  labels:\n    canary: true\n"
    )
    inventory, findings = read(write(tmp_path, {"a.yaml": text}))
    assert inventory is not None
    assert inventory.services == ()
    assert findings == [
        (
            "FED105 inventory/eu/a.yaml:11: the object cannot be understood: "
            "metadata.labels.canary must be a string, not the boolean true"
        )
    ]


def test_a_page_of_a_list_is_no_recording(tmp_path: Path) -> None:
    page = {
        "apiVersion": "v1",
        "kind": "NamespaceList",
        "metadata": {"continue": "t"},
        "items": [samples.namespace("s")],
    }
    inventory, findings = read(write(tmp_path, {"a.yaml": [page]}))
    assert inventory is None
    assert codes(findings) == ["FED105"]


def test_a_list_that_is_cut_off_is_no_recording(tmp_path: Path) -> None:
    """What kubectl writes ends with the list's kind, so that half of a file may well be valid YAML."""
    whole = yaml.safe_dump({"apiVersion": "v1", "items": [samples.namespace("t")], "kind": "List"}, sort_keys=False)
    half = whole.removesuffix("kind: List\n")
    inventory, findings = read(write(tmp_path, {"a.yaml": [samples.namespace("s")], "b.yaml": half}))
    assert half != whole
    assert inventory is None
    assert findings == [
        (
            "FED105 inventory/eu/b.yaml:1: the object cannot be understood: "
            "the List has no kind, which kubectl writes last: the file may be cut off"
        )
    ]


def test_a_single_file(tmp_path: Path) -> None:
    file = write(tmp_path, {"eu.txt": [samples.namespace("shop")]}) / "eu.txt"
    assert sound(file).namespaces[0].name == "shop"


@pytest.mark.parametrize(
    ("name", "target", "shown", "reason"),
    [
        ("pipe.yaml", None, "pipe.yaml", "it is a named pipe, not a file"),
        ("again", ".", "again", "it is a link that leads back to a folder above it"),
        ("out", "/", "out", "it is a link that leads out of the project's folder"),
        ("\x1b[2J.yaml", "nowhere", "\\x1b[2J.yaml", "no such file or directory"),
        ("\udcff.yaml", "nowhere", "\\udcff.yaml", "no such file or directory"),
    ],
)
def test_what_a_folder_should_not_hold(tmp_path: Path, name: str, target: str | None, shown: str, reason: str) -> None:
    """Nothing waits, nothing is passed over in silence, and no name reaches a terminal as it is."""
    write(tmp_path, {"a.yaml": [samples.namespace("shop")]})
    if target is None:
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).symlink_to(target)
    inventory, findings = read(tmp_path)
    assert inventory is None
    assert findings[0] == f"FED001 inventory/eu/{shown}: the file cannot be read: {reason}"
