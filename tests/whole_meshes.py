"""Whole meshes as Gloo's users published them, in our words, and the section about them in `docs/gloo-samples.md`.

A folder of `tests/meshes` is a project: `Pulumi.mesh.yaml`, Gloo YAML in `gloo`, a recorded inventory of each cluster.
`origin.yaml` says where its structure is from (`title`, `repository`, `folder`). Where it does not render as it is,
`reason` says why, and `mend` has the edits after which it does: a document less (`without`), or a text for another
(`old`, `new`). `expected.yaml` holds what became of it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from fedlib.cli.main import main

FOLDER: Final = Path(__file__).parent / "meshes"
EXPECTED: Final = "expected.yaml"
CLUSTER: Final = "context.mesh.gloo.solo.io/cluster"
"""The label with an object's cluster."""
INTRODUCTION: Final = """## Whole meshes

Each folder of `tests/meshes` has the structure of a public repository (workspaces, settings, tables, groups, policies,
and what runs in the clusters) with words, names and addresses of ours, on Istio 1.24; slips of the authors are kept.
They were chosen for their different features, so the numbers are no statistics. Steps that are left out repeat another
mesh, install something, or want filters that only Solo's build of Envoy has, at which a whole workshop stops (FED840).
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the structure of a mesh is from, and what keeps it from rendering."""

    name: str
    title: str
    repository: str
    folder: str
    reason: str = ""
    mend: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `render` wrote: its exit status and the objects of all files."""

    status: int
    objects: tuple[dict[str, Any], ...]

    def kinds(self) -> dict[str, dict[str, int]]:
        """For each cluster, how many objects of which kind."""
        places = Counter((one["metadata"]["labels"][CLUSTER], one["kind"]) for one in self.objects)
        found: dict[str, dict[str, int]] = {}
        for (cluster, kind), count in sorted(places.items()):
            found.setdefault(cluster, {})[kind] = count
        return found


def origins() -> list[Origin]:
    """All meshes by name."""
    return [
        Origin(path.parent.name, **{**read, "mend": tuple(read.get("mend", ()))})
        for path in sorted(FOLDER.glob("*/origin.yaml"))
        for read in [yaml.safe_load(path.read_text(encoding="utf-8"))]
    ]


def copied(origin: Origin, target: Path) -> Path:
    """The mesh in a folder where it may be mended; its stack file."""
    shutil.copytree(FOLDER / origin.name, target)
    return target / "Pulumi.mesh.yaml"


def mend(origin: Origin, project: Path) -> None:
    """Make the edits of `mend`; each must change something."""
    for edit in origin.mend:
        path = project / edit["file"]
        text = path.read_text(encoding="utf-8")
        changed = _without(text, edit["without"]) if "without" in edit else text.replace(edit["old"], edit["new"])
        assert changed != text, f"{origin.name}: nothing to mend: {dict(edit)}"
        path.write_text(changed, encoding="utf-8")


def _without(text: str, identity: str) -> str:
    documents = re.split(r"^---\n", text, flags=re.MULTILINE)
    return "---\n".join(one for one in documents if _identity(yaml.safe_load(one)) != identity)


def _identity(document: dict[str, Any]) -> str:
    metadata = document["metadata"]
    return f"{document['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def render(stack_file: Path, out: Path) -> Rendered:
    """What the command line renders."""
    status = main(["render", "--stack-file", str(stack_file), "--out", str(out), "--format", "json"])
    files = sorted(out.glob("*/*.json"))
    return Rendered(status, tuple(one for path in files for one in json.loads(path.read_bytes())["items"]))


def findings(checked: Mapping[str, Any]) -> list[str]:
    """The findings of `check --output json`, each in a line: severity, code, owner and subject."""
    return [_line(finding) for finding in checked["findings"]]


def _line(finding: Mapping[str, Any]) -> str:
    subject, owner = finding["subject"], finding["owner"]
    place = "/".join(subject[key] for key in ("namespace", "name") if key in subject)
    cluster = f" ({subject['cluster']})" if "cluster" in subject else ""
    whose = f"workspace {owner['name']}" if "name" in owner else "the platform"
    return f"{finding['severity']} {finding['code']} {finding['title']} [{subject['kind']} {place}{cluster}] of {whose}"


def expected(name: str) -> dict[str, Any]:
    """What was recorded of a mesh: `findings`, `objects`, and `mended` (the objects after the edits)."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name / EXPECTED).read_text(encoding="utf-8"))
    return loaded


def record(name: str, found: Mapping[str, Any]) -> None:
    """Write what became of a mesh."""
    (FOLDER / name / EXPECTED).write_text(yaml.safe_dump(dict(found), sort_keys=False, width=200), encoding="utf-8")


def section() -> str:
    """The section of `docs/gloo-samples.md`, from the recorded results."""
    meshes = [(origin, expected(origin.name)) for origin in origins()]
    rendered = sum(bool(found["objects"]) for _, found in meshes)
    return "\n".join(
        [
            INTRODUCTION,
            f"**{rendered} of {len(meshes)} render at the first try;** the others after the edits in `origin.yaml`.\n",
            "| mesh | from | what it has | result |",
            "|---|---|---|---|",
            *(_row(origin, found) for origin, found in meshes),
            "",
        ]
    )


def _row(origin: Origin, found: Mapping[str, Any]) -> str:
    return f"| {origin.name} | {origin.repository}: {origin.folder} | {origin.title} | {_outcome(origin, found)} |"


def _outcome(origin: Origin, found: Mapping[str, Any]) -> str:
    if not found["objects"]:
        return f"{', '.join(_codes(found, 'error'))}: {origin.reason}"
    count = sum(sum(kinds.values()) for kinds in found["objects"].values())
    warnings = ", ".join(_codes(found, "warning"))
    return f"{count} objects" + (f"; warnings {warnings}" if warnings else "")


def _codes(found: Mapping[str, Any], severity: str) -> Iterator[str]:
    return iter(sorted({line.split()[1] for line in found["findings"] if line.startswith(f"{severity} ")}))
