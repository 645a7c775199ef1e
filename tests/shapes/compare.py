"""What Gloo was seen to write, held against what we write: every difference has a reason, every reason a difference."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from fedlib.compilation import Compilation
from tests.golden_case import compile_case
from tests.placed import placed

CAPTURED: Final = Path(__file__).with_name("captured.yaml")
CLUSTER: Final = "eu"

Leaves = dict[str, Any]


def cases() -> list[dict[str, Any]]:
    """The cases; one that says `the one before` has the objects of the case above it."""
    loaded: list[dict[str, Any]] = _document()["cases"]
    for before, case in itertools.pairwise(loaded):
        if isinstance(case["captured"], str):
            case["captured"] = before["captured"]
    return loaded


def compile_captured(case: Mapping[str, Any], folder: Path) -> Compilation:
    """Compile the input of a case in the clusters of golden/base.yaml."""
    config = dict(_document()["stack"])
    config["federation:resources"] = case.get("resources", [])
    if "group shape" in case:
        config["federation:groupShape"] = case["group shape"]
    shop = config["federation:workspaces"]["shop"]
    shop["settings"] = {**shop["settings"], **case.get("settings", {})}
    stack = {
        "title": case["title"],
        "use": ["eu", "us"],
        "inventory": {CLUSTER: case.get("inventory", [])},
        "config": config,
    }
    path = folder / "Pulumi.captured.yaml"
    path.write_text(yaml.safe_dump(stack, sort_keys=False), encoding="utf-8")
    return compile_case(path)


def differences(case: Mapping[str, Any], compilation: Compilation) -> dict[str, str]:
    """Each leaf that differs: where it is, and how."""
    theirs = dict(_captured_leaves(case))
    ours = dict(_our_leaves(case, compilation))
    found = {}
    for place in sorted({*theirs, *ours}):
        if place not in ours:
            found[place] = f"not written; Gloo: {theirs[place]}"
        elif place not in theirs:
            found[place] = f"{ours[place]}; Gloo: not there"
        elif ours[place] != theirs[place]:
            found[place] = f"{ours[place]}; Gloo: {theirs[place]}"
    return found


def reason(case: Mapping[str, Any], place: str) -> str:
    """Why a place differs; empty when no pattern of the case covers it."""
    return next((entry["why"] for entry in case["differences"] if fnmatch.fnmatchcase(place, entry["at"])), "")


def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CAPTURED.read_text(encoding="utf-8"))
    return loaded


def _captured_leaves(case: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for declared in case["captured"]:
        for namespace in declared["namespaces"]:
            place = f"{CLUSTER}/{namespace}/{declared['kind']}/{declared['name']}"
            yield from _leaves(place, {key: declared[key] for key in ("parent", "workspace", "spec")})


def _our_leaves(case: Mapping[str, Any], compilation: Compilation) -> Iterator[tuple[str, Any]]:
    for declaration in placed(compilation.plan):
        if declaration.cluster != CLUSTER or declaration.kind not in case.get("only", [declaration.kind]):
            continue
        for namespace in declaration.namespaces:
            place = f"{CLUSTER}/{namespace}/{declaration.kind}/{declaration.name}"
            lineage = declaration.lineage
            shown = {"parent": str(lineage.parent), "workspace": lineage.workspace, "spec": declaration.spec}
            yield from _leaves(place, shown)


def _leaves(place: str, value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key in value:
            yield from _leaves(place, value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(place, item, f"{path}.{index}")
    else:
        yield f"{place}: {path}", value
