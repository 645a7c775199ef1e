"""Recordings: what live discovery saw is what reading the recording sees."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedlib.diagnostics import NOWHERE, Report
from fedlib.diagnostics.source import Source, parse_yaml
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.inventory import ClusterInventory
from fedlib.discovery.live import discover_live
from fedlib.discovery.recorded import read_recorded
from fedlib.discovery.snapshot_file import record
from tests.discovery import api_double, samples
from tests.discovery.api_double import PLURALS, ApiDouble
from tests.discovery.conftest import FAST, live


def snapshot(server: ApiDouble, folder: Path) -> tuple[dict[str, int], list[str]]:
    report = Report()
    counts = record({"eu": live(server)}, {"eu": folder}, report, limits=FAST)
    return counts, [finding.message for finding in report]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def test_the_recording_reads_back_as_the_same_inventory(server: ApiDouble, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "eu"
    assert snapshot(server, folder) == ({"eu": 13}, [])
    report = Report()
    recorded = read_recorded("eu", folder, "inventory/eu", NOWHERE, report)
    seen = discover_live({"eu": live(server)}, report, limits=FAST)["eu"]
    assert list(report) == []
    assert recorded == seen
    assert isinstance(recorded, ClusterInventory)
    assert len(recorded.services) == 2


def test_the_bytes_are_stable_and_hold_nothing_private(server: ApiDouble, tmp_path: Path) -> None:
    folder = tmp_path / "eu"
    snapshot(server, folder)
    first = contents(folder)
    assert list(first) == ["cluster.yaml", "namespaces/gloo-mesh.yaml", "namespaces/shop.yaml"]
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in first} == {0o600}
    for items in server.lists.values():
        items.reverse()
        for item in items:
            item["metadata"]["resourceVersion"] = "456"
    snapshot(server, folder)
    assert contents(folder) == first
    text = b"".join(first.values()).decode()
    assert "hunter" not in text
    assert "private" not in text
    assert "token-abc" not in text
    assert "resourceVersion" not in text
    assert "lastHeartbeatTime" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["eu"]


def test_what_is_gone_from_the_cluster_is_gone_from_the_recording(server: ApiDouble, tmp_path: Path) -> None:
    folder = tmp_path / "eu"
    snapshot(server, folder)
    server.lists[PLURALS["admin.gloo.solo.io/v2/Workspace"]].clear()
    assert snapshot(server, folder) == ({"eu": 12}, [])
    assert list(contents(folder)) == ["cluster.yaml", "namespaces/shop.yaml"]


def test_a_failed_cluster_keeps_its_old_recording(server: ApiDouble, tmp_path: Path) -> None:
    folder = tmp_path / "eu"
    snapshot(server, folder)
    before = contents(folder)
    server.troubles[PLURALS["v1/Node"]] = api_double.status(403)
    counts, findings = snapshot(server, folder)
    assert counts == {}
    assert findings == ["cluster 'eu' could not be read: the user of its kubeconfig may not list nodes (HTTP 403)"]
    assert contents(folder) == before


def test_files_of_others_are_never_replaced(server: ApiDouble, tmp_path: Path) -> None:
    folder = tmp_path / "eu"
    snapshot(server, folder)
    (folder / "mine.yaml").write_text("a: 1\n", encoding="utf-8")
    before = contents(folder)
    counts, findings = snapshot(server, folder)
    assert counts == {}
    assert findings == [
        (
            "cluster 'eu' was not recorded: its folder holds mine.yaml, which snapshot did not write; "
            "move it, or record into another folder"
        )
    ]
    assert contents(folder) == before


def test_a_file_in_the_place_of_the_folder(server: ApiDouble, tmp_path: Path) -> None:
    (tmp_path / "eu").write_text("x", encoding="utf-8")
    assert snapshot(server, tmp_path / "eu")[0] == {}
    (message,) = snapshot(server, tmp_path / "eu" / "below")[1]
    assert message == "cluster 'eu' was not recorded: its folder cannot be written: file exists"


def test_a_failure_while_replacing_brings_the_old_recording_back(
    server: ApiDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "eu"
    snapshot(server, folder)
    before = contents(folder)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    assert snapshot(server, folder)[1] == [
        "cluster 'eu' was not recorded: its folder cannot be written: no space left on device"
    ]
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["eu"]


def test_objects_of_a_deleted_namespace_are_not_recorded(server: ApiDouble, tmp_path: Path) -> None:
    server.lists[PLURALS["v1/Service"]].append(samples.service("late", "deleted"))
    assert snapshot(server, tmp_path / "eu") == ({"eu": 13}, [])


_AMBIGUOUS = tuple("yes off true null ~ y 1e5 0o17 010 1:30 2026-01-02 << = .inf 5. 08".split())  # noqa: SIM905
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # surrogates are no Unicode text
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    _TEXTS,
    st.from_regex(r"[-+]?(0o?x?|\.)?[0-9_:.]{1,4}([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(_AMBIGUOUS),
)
_DOCUMENTS = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(_DOCUMENTS)
def test_every_json_value_survives_the_yaml(value: Any) -> None:
    assert _same(parse_yaml(dump_documents([{"v": value}]), Source("x"), Report()), [{"v": value}])


def _same(left: Any, right: Any) -> bool:
    """Equal with equal types: True is not 1."""
    return repr(left) == repr(right) or (left == right and _types(left) == _types(right))


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value)
