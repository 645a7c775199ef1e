"""Writing a plan to a folder: one folder for each cluster, one file for each namespace, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import orjson

from fedlib.distribution.plan import Plan
from fedlib.distribution.yaml_text import YamlText

INDEX: Final = "fedlib.json"


def write_plan(plan: Plan, out: Path, file_format: str) -> list[Path]:
    """Write all objects below `out`, and remove what an earlier call wrote and this one does not.

    `out/fedlib.json` lists the files, so that other files in the folder are never touched.

    Args:
        plan: what to write.
        out: the folder; made when it does not exist.
        file_format: `yaml` or `json`. A JSON file holds a List.

    Returns:
        The files, sorted.

    Raises:
        OSError: the folder cannot be written to.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = _listed(out)
    writer = YamlText()
    written: list[Path] = []
    for (cluster, namespace), declarations in plan.by_namespace().items():
        path = out / cluster / f"{namespace}.{file_format}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if file_format == "yaml":
            path.write_text(writer.documents(declarations, cluster, namespace), encoding="utf-8")
        else:
            items = [declaration.manifest(cluster, namespace) for declaration in declarations]
            document = {"apiVersion": "v1", "kind": "List", "items": items}
            path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append(path)
    _remove_stale(out, before - {path.relative_to(out).as_posix() for path in written})
    index = {"digest": plan.digest(), "objects": len(plan), "files": [p.relative_to(out).as_posix() for p in written]}
    (out / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    return written


def written_before(out: Path) -> int:
    """The number of files in `out` that an earlier call wrote, and that are still there."""
    return sum((out / name).is_file() for name in _listed(out))


def _listed(out: Path) -> set[str]:
    """The files that an earlier call wrote, as far as its index can be believed."""
    try:
        index: Any = json.loads((out / INDEX).read_text(encoding="utf-8"))
        files = index["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {f for f in files if isinstance(f, str) and f.count("/") == 1 and ".." not in f and not f.startswith("/")}


def _remove_stale(out: Path, stale: set[str]) -> None:
    for name in sorted(stale):
        path = out / name
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
