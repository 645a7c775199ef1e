"""The stack file: where it is, its keys of this project, and where their values stand."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fedlib.config.stack import StackConfig
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.left_out import LeftOut
from fedlib.diagnostics.regular_file import is_file, reason_of
from fedlib.diagnostics.source import NOTHING_LEFT_OUT, Origin, Source, Step, as_mapping, load_yaml

PROJECT: Final = "federation"


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack file and what it holds.

    `values` maps keys without the `federation:` prefix to plain data. `root` is the project's folder. `readable` is
    False for a file that could not be parsed: then there are no values, and that is reported. `left_out` are parts of
    the values that were refused.
    """

    name: str
    root: Path
    source: Source
    values: Mapping[str, Any]
    readable: bool = True
    left_out: LeftOut = NOTHING_LEFT_OUT

    @property
    def folder(self) -> Path:
        """The folder of the stack file."""
        return self.source.file.parent if self.source.file else self.root

    def resolve(self, path: str) -> Path:
        """A path of the stack: relative to the project's root, or to the stack file when it begins with `./`."""
        return (self.folder if path.startswith("./") else self.root) / Path(path).expanduser()

    def show(self, path: Path, written: str = "") -> str:
        """A path as findings print it: relative to the project's root, or as it is written when it lies outside."""
        resolved, root = (Path(os.path.normpath(one.absolute())) for one in (path, self.root))  # links may be circles
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else written or path.as_posix()

    def at(self, path: tuple[Step, ...]) -> Location:
        """The location of a value; the first step is a key without its prefix."""
        location = self.origin(*path).at()
        return dataclasses.replace(location, path=location.path.removeprefix("config."))

    def origin(self, *path: Step) -> Origin:
        """The origin of a value; see `at`."""
        whole = Origin(self.source).without(_steps(one) for one in self.left_out.paths)
        return whole.below(*_steps(path))


def _steps(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The path in a stack file of a path in its values."""
    return ("config", f"{PROJECT}:{path[0]}", *path[1:]) if path else ("config",)


def find_stack_file(name: str, root: Path, report: Report) -> Path | None:
    """The file of a stack, by Pulumi's rules: in `stackConfigDir` of Pulumi.yaml. None is reported."""
    found = len(report)
    project = as_mapping(next(iter(load_yaml(Source("Pulumi.yaml", root / "Pulumi.yaml"), report)), None))
    if len(report) > found:
        return None  # nobody knows in which folder the stacks are
    folder = root / str(project.get("stackConfigDir") or ".")
    path = folder / f"Pulumi.{name}.yaml"
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        if path.is_file():
            return path
    except OSError as error:  # not permitted, or a name that is too long
        report.add(catalogue.FILE_UNREADABLE, Ref("File", shown), Location(shown), reason=reason_of(error))
        return None
    files = (one for one in folder.glob("Pulumi.*.yaml") if is_file(one))
    known = ", ".join(sorted(one.name.split(".", 1)[1].removesuffix(".yaml") for one in files))
    report.add(catalogue.STACK_UNKNOWN, Ref("Stack", name), path=shown, known=known or "none")
    return None


def load_stack_file(path: Path, root: Path, report: Report) -> StackFile:
    """Read a stack file; defaults come from the project's `config` in Pulumi.yaml, as in Pulumi itself."""
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    shown = (
        path.resolve().relative_to(root.resolve()).as_posix()
        if path.resolve().is_relative_to(root.resolve())
        else path.as_posix()
    )
    source = Source(shown, path)
    found = len(report)
    document = next(iter(load_yaml(source, report)), None)
    readable = document is not None or len(report) == found
    config = as_mapping(as_mapping(document).get("config"))
    _check_prefixes(config, Origin(source), name, report)
    values = {**_project_values(root), **_strip(config)}
    return StackFile(name, root, source, values, readable)


def _check_prefixes(config: Mapping[str, Any], origin: Origin, stack: str, report: Report) -> None:
    """Report keys that look like ours and are not: Pulumi refuses keys without a prefix, and others are not read."""
    known = [field.alias or name for name, field in StackConfig.model_fields.items()]
    for key in config:
        prefix, colon, name = key.partition(":")
        if prefix == PROJECT or (colon and not difflib.get_close_matches(prefix, [PROJECT], cutoff=0.8)):
            continue
        name = name if colon else key
        near = f"{PROJECT}:{name}" if name in known else f"{PROJECT}:<key>"
        report.add(
            catalogue.UNKNOWN_FIELD, Ref("Stack", stack), origin.at("config", key),
            field=key, suggestion=f"; did you mean '{near}'?", allowed=", ".join(f"{PROJECT}:{one}" for one in known),
        )  # fmt: skip


def _project_values(root: Path) -> dict[str, Any]:
    """Values and defaults that Pulumi.yaml gives to keys of the project."""
    documents = (
        load_yaml(Source("Pulumi.yaml", root / "Pulumi.yaml"), Report()) if (root / "Pulumi.yaml").is_file() else []
    )
    declared = _strip(as_mapping(as_mapping(next(iter(documents), None)).get("config")), bare=True)
    values = {}
    for key, declaration in declared.items():
        for field in ("value", "default"):
            if isinstance(declaration, Mapping) and field in declaration:
                values[key] = declaration[field]
                break
    return values


def _strip(config: Mapping[str, Any], *, bare: bool = False) -> dict[str, Any]:
    """Keys of this project without their prefix; `bare` keeps keys without any prefix too."""
    prefix = f"{PROJECT}:"
    return {
        key.removeprefix(prefix): value
        for key, value in config.items()
        if key.startswith(prefix) or (bare and ":" not in key)
    }
