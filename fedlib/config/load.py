"""The stage's public functions: a stack file, or Pulumi's config, to a `Configuration`.

Workspaces of the stack config and Workspace objects end up as the same resources; nothing later can tell them apart.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fedlib.config.gloo import WorkspaceSpec
from fedlib.config.model import Model, dns_problem, host_problem
from fedlib.config.other_documents import OtherDocuments, is_object, is_wanted, top_level
from fedlib.config.resource import MANAGEMENT_CLUSTER, NO_KIND, Document, Resource, read_resources
from fedlib.config.stack import GlooFiles, StackConfig
from fedlib.config.stack_file import PROJECT, StackFile
from fedlib.config.unique import unique
from fedlib.config.unrendered import reports_gaps
from fedlib.config.validate import validate
from fedlib.diagnostics import NOWHERE, Location, Ref, Report, catalogue
from fedlib.diagnostics.folder_walk import FolderWalk, is_folder, is_pattern
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source, Step, Unread, load_yaml
from fedlib.diagnostics.suggestion import Suggestion, suggest

ADMIN_NAMESPACE: Final = "gloo-mesh"
GLOBAL_SETTINGS: Final = "global"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The input that people write: the stack config, and the Gloo resources of the stack and its files.

    `of_teams` are resources of files that the stack gives to one workspace each: whether they count, its namespaces
    decide. `at` answers where a value of the stack config stands, by its path.
    """

    stack: str
    config: StackConfig
    resources: tuple[Resource[Model], ...]
    of_teams: tuple[Resource[Model], ...] = ()
    at: Callable[[tuple[Step, ...]], Location] = field(default=lambda _: NOWHERE, compare=False, repr=False)


def read_configuration(stack: StackFile, report: Report) -> Configuration:
    """Validate a stack's values, read the files that it names, and give everything its model."""
    subject = Ref("Stack", stack.name)
    values = _known_keys(stack, subject, report)
    reports_gaps({key: value for key, value in values.items() if key != "resources"}, subject, stack.at, report)
    read, left_out = validate(StackConfig, values, subject, stack.at, report)
    stack = dataclasses.replace(stack, left_out=left_out)
    config = _check_names(read or StackConfig(), stack, report)
    if stack.readable and not config.clusters:
        report.add(catalogue.EMPTY_CONFIG, subject, stack.at(()), what="clusters")
    others = OtherDocuments(subject, stack.at(("files",) if config.files else ("resources",)))
    documents = [*_inline_documents(config, stack, others), *_documents_of_files(config, stack, others, report)]
    resources = [*_stack_resources(config, stack), *read_resources(documents, report)]
    others.report(report)
    common = unique((one for one in resources if not one.author), report)
    of_teams = tuple(sorted((one for one in resources if one.author), key=lambda one: (one.ref, one.at())))
    return Configuration(stack.name, config, common, of_teams, stack.at)


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
                field=f"{PROJECT}:{key}", suggestion=Suggestion(key, known, around=(f"{PROJECT}:", "")),
                allowed=", ".join(f"{PROJECT}:{one}" for one in known),
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
        for key, value in (("clusterDomain", cluster.cluster_domain), ("trustDomain", cluster.trust_domain)):
            if value is not None and host_problem(value):
                report.add(
                    catalogue.BAD_NAME, Ref("Cluster", name), stack.at(("clusters", name, key)),
                    name=value[:80], what=key, problem=host_problem(value), limit=253,
                )  # fmt: skip
    return config.model_copy(
        update={
            "clusters": {name: config.clusters[name] for name in sorted(set(config.clusters) - bad["clusters"])},
            "workspaces": {
                name: config.workspaces[name] for name in sorted(set(config.workspaces) - bad["workspaces"])
            },
        }
    )


def _stack_resources(config: StackConfig, stack: StackFile) -> Iterable[Resource[Model]]:
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


def _inline_documents(config: StackConfig, stack: StackFile, others: OtherDocuments) -> Iterable[Document]:
    for index, document in enumerate(config.resources):
        yield from _documents(document, stack.origin("resources", index), MANAGEMENT_CLUSTER, others)


def _documents_of_files(
    config: StackConfig, stack: StackFile, others: OtherDocuments, report: Report
) -> Iterable[Document]:
    for index, entry in enumerate(config.files):
        if not _is_cluster(entry.cluster, index, config, stack, report):
            continue
        location, pattern = stack.at(("files", index, "path")), stack.resolve(entry.path)
        paths, problems = _matching(pattern, stack.root)
        for path, reason in problems:
            shown = stack.show(path)
            report.add(catalogue.FILE_UNREADABLE, Ref("File", shown), Location(shown), reason=reason)
        if not paths and not problems:
            folder = f"; it is a folder: write '{entry.path.rstrip('/')}/*.yaml'" if is_folder(pattern) else ""
            report.add(
                catalogue.NO_FILES_MATCH, Ref("Stack", stack.name), location, pattern=entry.path, suggestion=folder
            )
        for path in paths:
            yield from _read_file(path, stack.show(path), entry, others, report)


def _matching(pattern: Path, root: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The files that fit a pattern, sorted, and what was not looked at."""
    parts = pattern.parts
    fixed = next((index for index, part in enumerate(parts) if is_pattern(part)), len(parts))
    if fixed == len(parts):
        return ([pattern] if os.path.lexists(pattern) and not is_folder(pattern) else []), []
    if any("**" in part and part != "**" for part in parts):
        return [], []  # as in `**.yaml`, which means nothing
    base = Path(*parts[:fixed])
    walk = FolderWalk(tuple(Path(os.path.realpath(one)) for one in (base, root)))
    return sorted(set(walk.matching(base, parts[fixed:]))), walk.problems


def _is_cluster(name: str | None, index: int, config: StackConfig, stack: StackFile, report: Report) -> bool:
    """Whether resources of files can live there; one that is not declared may be the management cluster's name."""
    subject, location = Ref("Stack", stack.name), stack.at(("files", index, "cluster"))
    problem = dns_problem(name) if name is not None else ""
    if problem:
        report.add(
            catalogue.BAD_NAME, subject, location, name=(name or "")[:80], what="name of a cluster",
            problem=problem, limit=63,
        )  # fmt: skip
    elif name and name != MANAGEMENT_CLUSTER and config.clusters and name not in config.clusters:
        near = suggest(name, config.clusters)
        report.add(catalogue.FILES_ELSEWHERE, subject, location, cluster=name, suggestion=near)
    return not problem


def _read_file(path: Path, shown: str, entry: GlooFiles, others: OtherDocuments, report: Report) -> Iterable[Document]:
    """The documents of a file. One that a pattern found may hold something else; one that is named must not."""
    source, named = Source(shown, path), not is_pattern(entry.path)
    for index, document in enumerate(load_yaml(source, report, is_wanted)):
        origin = Origin(source, index)
        if isinstance(document, Unread) and (is_object(document.top) or not named):
            others.pass_over(document.top, origin)
        elif isinstance(document, Unread):
            report.add(catalogue.NOT_A_RESOURCE, Ref("Document"), origin.at(), problem=NO_KIND)
        elif document is not None:  # an empty document, or one that was reported
            for part in _documents(document, origin, entry.cluster or MANAGEMENT_CLUSTER, others):
                yield part._replace(author=entry.workspace or "")


def _documents(document: Any, origin: Origin, cluster: str, others: OtherDocuments) -> Iterable[Document]:
    """The Gloo objects of a document, which may be a List."""
    for part, where in flatten(document, origin):
        top = top_level(part)
        if is_object(top) and not is_wanted(top):
            others.pass_over(top, where)
        else:
            yield Document(part, cluster, where)
