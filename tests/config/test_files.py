"""Files of a stack as they are found in real folders: encodings, templates, and names of what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedlib.config.gloo import WorkspaceSpec
from fedlib.config.load import Configuration, read_configuration
from fedlib.config.stack_file import load_stack_file
from fedlib.diagnostics import Report
from fedlib.diagnostics.templates import gap_in

WORKSPACE = """\
# the first line has no say
apiVersion: admin.gloo.solo.io/v2
kind: Workspace
metadata: {name: shop, namespace: gloo-mesh}
spec: {workloadClusters: [{name: eu, selector: {owner: "Łukasz"}, namespaces: [{name: shop}], selektor: {}}]}
"""


def read(folder: Path, path: str, **files: str | bytes) -> tuple[Configuration, list[str]]:
    """The configuration of a stack that names `path`, and its findings."""
    (folder / "gloo").mkdir()
    for name, content in files.items():
        file = folder / "gloo" / f"{name}.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    stack = folder / "Pulumi.dev.yaml"
    stack.write_text(f"config: {{federation:clusters: {{eu: {{}}}}, federation:files: [{{path: '{path}'}}]}}\n")
    report = Report()
    configuration = read_configuration(load_stack_file(stack, folder, report), report)
    return configuration, [f"{finding.code.id} {finding.location}" for finding in report]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_text_is_read_in_every_encoding_that_yaml_has(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark and without, and with the lines of Windows; findings point at the right one."""
    content = WORKSPACE.replace("\n", "\r\n").encode(encoding)
    configuration, findings = read(tmp_path, "./gloo/*.yaml", all=content)
    spec = configuration.resources[0].spec
    assert isinstance(spec, WorkspaceSpec)
    assert spec.workload_clusters[0].selector == {"owner": "Łukasz"}
    assert findings == ["FED006 gloo/all.yaml:5"]


def test_bytes_that_are_no_text_are_a_finding(tmp_path: Path) -> None:
    assert read(tmp_path, "./gloo/*.yaml", all=b"\xff\xfe\x00")[1] == ["FED001 gloo/all.yaml"]


def test_a_character_that_yaml_does_not_allow_is_found_at_its_line(tmp_path: Path) -> None:
    text = WORKSPACE.replace("Łukasz", "Łuka\x07sz")
    assert read(tmp_path, "./gloo/*.yaml", all=text)[1] == ["FED002 gloo/all.yaml:5"]


def test_a_file_that_is_named_must_hold_objects(tmp_path: Path) -> None:
    """A pattern finds what lies around; whoever names a file means it."""
    _, findings = read(tmp_path, "./gloo/all.yaml", all="values: {}\n---\napiVersion: v1\nkind: ConfigMap\n")
    assert findings == ["FED014 gloo/all.yaml:1", "FED034 Pulumi.dev.yaml:1"]


def test_a_list_of_objects_without_a_list_around_it_is_not_passed_over(tmp_path: Path) -> None:
    """`jq .items` leaves one."""
    _, findings = read(tmp_path, "./gloo/*.yaml", all="- apiVersion: admin.gloo.solo.io/v2\n  kind: Workspace\n")
    assert findings == ["FED014 gloo/all.yaml:1"]


def test_a_gap_tells_neither_defaults_nor_quoted_strings() -> None:
    shown = {value: gap.text for value in GAPS if (gap := gap_in(value))}
    assert shown == GAPS


GAPS = {
    "web.{{ .Values.domain }}": "{{ .Values.domain }}",
    "{{ .Values.token | default `hunter2` }}": "{{ ... }}",
    "{% if x %}": "{% if x %}",
    "${TOKEN:-hunter2}": "${TOKEN}",
    "${a.b}": "${a.b}",
    "a-$CLUSTER-b": "$CLUSTER",
    "$(NAME)": "$(NAME)",
    "<your host>": "<your host>",
}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "web",
        "/v\\d{1,2}$",
        "^/a$",
        "(?P<name>x)",
        "a < b > c",
        "$1",
        "$$",
        "100%",
        "{}",
        "${}",
        "cost: $5",
        "\\$ABC",
    ],
)
def test_what_is_no_gap(value: str) -> None:
    assert gap_in(value) is None
