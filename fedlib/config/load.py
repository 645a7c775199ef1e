"""The stage's public functions: a stack file, or Pulumi's config, to a `Configuration`.

Workspaces of the stack config and Workspace objects end up as the same resources; nothing later can tell them apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fedlib.config.gloo import WorkspaceSpec
from fedlib.config.model import dns_problem, host_problem
from fedlib.config.resource import MANAGEMENT_CLUSTER, Resource, read_resource
from fedlib.config.stack import StackConfig
from fedlib.config.validate import suggest, validate
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, Source, Step, as_mapping, load_yaml

PROJECT: Final = "federation"
ADMIN_NAMESPACE: Final = "gloo-mesh"
GLOBAL_SETTINGS: Final = "global"


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
    left_out: frozenset[tuple[Step, ...]] = frozenset()

    @property
    def folder(self) -> Path:
        """The folder of the stack file."""
        return self.source.file.parent if self.source.file else self.root

    def resolve(self, path: str) -> Path:
        """A path of the stack: relative to the project's root, or to the stack file when it begins with `./`."""
        return (self.folder if path.startswith("./") else self.root) / Path(path).expanduser()

    def show(self, path: Path, written: str = "") -> str:
        """A path as findings print it: relative to the project's root, or as it is written when it lies outside."""
        resolved, root = path.resolve(), self.root.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else written or path.as_posix()

    def at(self, path: tuple[Step, ...]) -> Location:
        """The location of a value; the first step is a key without its prefix."""
        location = self.origin(*path).at()
        return dataclasses.replace(location, path=location.path.removeprefix("config."))

    def origin(self, *path: Step) -> Origin:
        """The origin of a value; see `at`."""
        whole = Origin(self.source).without(_steps(one) for one in self.left_out)
        return whole.below(*_steps(path))


def _steps(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The path in a stack file of a path in its values."""
    return ("config", f"{PROJECT}:{path[0]}", *path[1:]) if path else ("config",)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The input that people write: the stack config, and the Gloo resources of the stack and its files."""

    stack: str
    config: StackConfig
    resources: tuple[Resource, ...]


def find_stack_file(name: str, root: Path, report: Report) -> Path | None:
    """The file of a stack, by Pulumi's rules: in `stackConfigDir` of Pulumi.yaml."""
    project = as_mapping(next(iter(load_yaml(Source("Pulumi.yaml", root / "Pulumi.yaml"), report)), None))
    folder = root / str(project.get("stackConfigDir") or ".")
    path = folder / f"Pulumi.{name}.yaml"
    if path.is_file():
        return path
    known = ", ".join(sorted(p.name.split(".", 1)[1].removesuffix(".yaml") for p in folder.glob("Pulumi.*.yaml")))
    shown = path.relative_to(root).as_posix()
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
    values = {**_project_values(root), **_strip(config)}
    return StackFile(name, root, source, values, readable)


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


def read_configuration(stack: StackFile, report: Report) -> Configuration:
    """Validate a stack's values, read the files that it names, and give everything its model."""
    subject = Ref("Stack", stack.name)
    values = _known_keys(stack, subject, report)
    read, left_out = validate(StackConfig, values, subject, stack.at, report)
    stack = dataclasses.replace(stack, left_out=left_out)
    config = _check_names(read or StackConfig(), stack, report)
    if stack.readable and not config.clusters:
        report.add(catalogue.EMPTY_CONFIG, subject, stack.at(()), what="clusters")
    resources = [*_stack_resources(config, stack), *_inline_resources(config, stack, report)]
    resources += _file_resources(config, stack, report)
    return Configuration(stack.name, config, unique(resources, report))


def _known_keys(stack: StackFile, subject: Ref, report: Report) -> dict[str, Any]:
    """The keys of the schema. Encrypted values may have any key: a kubeconfig names its own."""
    known = {field.alias or name: name for name, field in StackConfig.model_fields.items()}
    values = {}
    for key, value in stack.values.items():
        if key in known:
            values[key] = value
        elif not (isinstance(value, Mapping) and set(value) == {"secure"}):
            report.add(
                catalogue.UNKNOWN_FIELD, subject, stack.at((key,)),
                field=f"{PROJECT}:{key}", suggestion=suggest(key, known), allowed=", ".join(known),
            )  # fmt: skip
    return values


def _check_names(config: StackConfig, stack: StackFile, report: Report) -> StackConfig:
    """Leave out clusters and workspaces whose names cannot become parts of hosts, names and labels."""
    bad: dict[str, set[str]] = {"clusters": set(), "workspaces": set()}
    for section, what, names in (
        ("clusters", "name of a cluster", config.clusters),
        ("workspaces", "name of a workspace", config.workspaces),
    ):
        for name in names:
            problem = dns_problem(name)
            if problem:
                report.add(
                    catalogue.BAD_NAME, Ref(what.rpartition(" ")[2].capitalize(), name[:80]), stack.at((section, name)),
                    name=name[:80], what=what, problem=problem, limit=63,
                )  # fmt: skip
                bad[section].add(name)
    for name, cluster in config.clusters.items():
        for field, value in (("clusterDomain", cluster.cluster_domain), ("trustDomain", cluster.trust_domain)):
            if value is not None and host_problem(value):
                report.add(
                    catalogue.BAD_NAME, Ref("Cluster", name), stack.at(("clusters", name, field)),
                    name=value[:80], what=field, problem=host_problem(value), limit=253,
                )  # fmt: skip
    return config.model_copy(
        update={
            "clusters": {name: config.clusters[name] for name in sorted(set(config.clusters) - bad["clusters"])},
            "workspaces": {
                name: config.workspaces[name] for name in sorted(set(config.workspaces) - bad["workspaces"])
            },
        }
    )


def _stack_resources(config: StackConfig, stack: StackFile) -> Iterable[Resource]:
    """Workspaces and settings of the stack config as the resources that they stand for."""
    for name, workspace in config.workspaces.items():
        origin = stack.origin("workspaces", name)
        ref = Ref("Workspace", name, ADMIN_NAMESPACE, MANAGEMENT_CLUSTER)
        spec = WorkspaceSpec(workload_clusters=workspace.workload_clusters)
        yield Resource(ref, spec, workspace.labels, "", origin, ())
        if workspace.settings is not None:
            settings = Ref("WorkspaceSettings", name, ADMIN_NAMESPACE, MANAGEMENT_CLUSTER)
            yield Resource(settings, workspace.settings, {}, "", origin.below("settings"), (), workspace=name)
    if config.global_settings is not None and config.global_settings.model_fields_set:
        origin = stack.origin("globalSettings")
        ref = Ref("WorkspaceSettings", GLOBAL_SETTINGS, ADMIN_NAMESPACE, MANAGEMENT_CLUSTER)
        yield Resource(ref, config.global_settings, {}, "", origin, ())


def _inline_resources(config: StackConfig, stack: StackFile, report: Report) -> Iterable[Resource]:
    for index, document in enumerate(config.resources):
        origin = stack.origin("resources", index)
        resource = read_resource(document, MANAGEMENT_CLUSTER, origin, report)
        if resource:
            yield resource


def _file_resources(config: StackConfig, stack: StackFile, report: Report) -> Iterable[Resource]:
    for index, entry in enumerate(config.files):
        pattern = stack.resolve(entry.path)
        anchor = Path(pattern.anchor) if pattern.is_absolute() else Path()
        try:
            paths = sorted(path for path in anchor.glob(str(pattern.relative_to(anchor))) if path.is_file())
        except (ValueError, NotImplementedError):  # `**.yaml` and the like
            paths = []
        if not paths:
            location = stack.at(("files", index, "path"))
            report.add(catalogue.NO_FILES_MATCH, Ref("Stack", stack.name), location, pattern=entry.path)
        for path in paths:
            yield from _read_file(path, stack.show(path), entry.cluster or MANAGEMENT_CLUSTER, report)


def _read_file(path: Path, shown: str, cluster: str, report: Report) -> Iterable[Resource]:
    source = Source(shown, path)
    for index, document in enumerate(load_yaml(source, report)):
        if document is None:
            continue  # an empty document, or one that was reported
        origin = Origin(source, index)
        items = as_mapping(document).get("items")
        if str(as_mapping(document).get("kind", "")).endswith("List") and isinstance(items, list):
            parts = [(item, origin.below("items", i)) for i, item in enumerate(items)]
        else:
            parts = [(document, origin)]
        for part, where in parts:
            resource = read_resource(part, cluster, where, report)
            if resource:
                yield resource


def unique(resources: Iterable[Resource], report: Report) -> tuple[Resource, ...]:
    """Resources sorted by identity; of two different ones with one identity neither is kept."""
    by_ref: dict[Ref, Resource] = {}
    refused: set[Ref] = set()
    for resource in sorted(resources, key=lambda r: (r.ref, r.at())):
        first = by_ref.setdefault(resource.ref, resource)
        if first != resource:
            refused.add(resource.ref)
            report.add(
                catalogue.DUPLICATE_RESOURCE, resource.ref, resource.at(), thing=resource.ref, other=first.at()
            )  # fmt: skip
    return tuple(resource for ref, resource in by_ref.items() if ref not in refused)
