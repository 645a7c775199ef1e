"""A recorded inventory: a file or folder of Kubernetes YAML or JSON, as `kubectl get -o yaml` prints it.

A recording that cannot be read as a whole is no inventory at all: a cluster is never taken for less than it has.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.folder_walk import FolderWalk, is_folder
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.regular_file import reason_of
from fedlib.diagnostics.source import Origin, Source, as_mapping, load_yaml
from fedlib.discovery.assemble import assemble
from fedlib.discovery.inventory import ClusterInventory, Namespace
from fedlib.discovery.pending import PendingFindings
from fedlib.discovery.recorded_objects import read_objects

SUFFIXES: Final = (".yaml", ".yml", ".json")

_ADVICE: Final = (
    "check the path (relative to the project's root, or to the stack file when it begins with ./) and its permissions, "
    "or record the cluster: `python -m fedlib snapshot`"
)


def read_recorded(
    cluster: str, path: Path, shown: str, location: Location, report: Report, root: Path | None = None
) -> ClusterInventory | None:
    """Read the recording of a cluster.

    Args:
        cluster: the cluster's name.
        path: a file, or a folder that is searched for *.yaml, *.yml and *.json; hidden files are passed over.
        shown: how findings name `path`.
        location: where the stack names it.
        report: takes the findings.
        root: the project's folder: links in the recording may lead into it.

    Returns:
        The inventory; None when any part of the recording could not be read, or when it holds no Namespace.
        Broken objects are reported and left out.
    """
    problem = _problem_of(path)
    if problem:
        report.add(
            catalogue.CLUSTER_UNREADABLE, Ref("Cluster", cluster), location, cluster=cluster,
            reason=f"its recorded inventory {shown} cannot be read: {problem}", advice=_ADVICE,
        )  # fmt: skip
        return None
    trouble = PendingFindings()
    found = list(read_objects(cluster, read_documents(cluster, path, shown, trouble, root=root), report))
    trouble.hand_over(report)
    if trouble.has_errors:
        return None
    if not any(isinstance(one, Namespace) for one, _ in found):
        report.add(catalogue.EMPTY_INVENTORY, Ref("Cluster", cluster), Location(shown), cluster=cluster)
        return None
    return assemble(cluster, found, report, live=False)


def read_documents(
    cluster: str, path: Path, shown: str, trouble: Report, *, root: Path | None = None
) -> Iterator[tuple[Any, Origin]]:
    """The objects of a file or folder as plain data, with where each stands.

    Args:
        cluster: the cluster that they are of.
        path: see `read_recorded`.
        shown: how findings name `path`.
        trouble: takes what makes them less than there is.
        root: see `read_recorded`.
    """
    for source in _sources(path, shown, root or path, trouble):
        yield from _documents(cluster, source, trouble)


def _problem_of(path: Path) -> str:
    """Why nothing at all can be read there: it is missing, or not permitted."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            os.scandir(path).close()
    except OSError as error:
        return reason_of(error)
    return ""


def _sources(path: Path, shown: str, root: Path, trouble: Report) -> list[Source]:
    """The files of a recording in a fixed order."""
    if not is_folder(path):
        return [Source(shown, path)]
    walk = FolderWalk(tuple(Path(os.path.realpath(one)) for one in (path, root)))
    found = sorted(one.relative_to(path).as_posix() for one in walk.files(path, SUFFIXES))
    for problem, reason in walk.problems:
        _unreadable(_below(shown, problem.relative_to(path).as_posix()), reason, trouble)
    if not found and not walk.problems:
        _unreadable(shown, "the folder holds no *.yaml, *.yml or *.json file", trouble)
    return [Source(_below(shown, name), path / name) for name in found]


def _below(shown: str, name: str) -> str:
    return shown if name == "." else f"{shown.rstrip('/')}/{name}"


def _unreadable(shown: str, reason: str, trouble: Report) -> None:
    trouble.add(catalogue.FILE_UNREADABLE, Ref("File", shown), Location(shown), reason=reason)


def _documents(cluster: str, source: Source, trouble: Report) -> Iterator[tuple[Any, Origin]]:
    """The objects of a file as plain data. What makes the recording incomplete goes to `trouble`."""
    for index, document in enumerate(load_yaml(source, trouble)):
        origin = Origin(source, index)
        # an empty document stands between two separators
        if document is not None and _is_complete(document, cluster, origin, trouble):
            yield from flatten(document, origin)


def _is_complete(document: Any, cluster: str, origin: Origin, trouble: Report) -> bool:
    """Whether a document is whole: a page of a list, or the first half of one, is less than the cluster has."""
    content = as_mapping(document)
    kind, problem, at = content.get("kind"), "", origin.at()
    if as_mapping(content.get("metadata")).get("continue"):  # `kubectl get --raw '...?limit=500'`
        problem, at = "the List is one page of several (metadata.continue)", origin.at("metadata", "continue")
    elif kind is None and "items" in content:
        problem = "the List has no kind, which kubectl writes last: the file may be cut off"
    if problem:
        trouble.add(catalogue.BROKEN_OBJECT, Ref(str(kind or "List"), cluster=cluster), at, problem=problem)
    return not problem
