"""A recorded inventory: a file or folder of Kubernetes YAML or JSON, as `kubectl get -o yaml` prints it.

A recording that cannot be read as a whole is no inventory at all: a cluster is never taken for less than it has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source, as_mapping, load_yaml
from fedlib.discovery.assemble import assemble
from fedlib.discovery.inventory import ClusterInventory, Namespace
from fedlib.discovery.pending import PendingFindings
from fedlib.discovery.recorded_objects import read_objects

SUFFIXES: Final = (".yaml", ".yml", ".json")


def read_recorded(cluster: str, path: Path, shown: str, location: Location, report: Report) -> ClusterInventory | None:
    """Read the recording of a cluster.

    Args:
        cluster: the cluster's name.
        path: a file, or a folder that is searched for *.yaml, *.yml and *.json; hidden files are passed over.
        shown: how findings name `path`.
        location: where the stack names it.
        report: takes the findings.

    Returns:
        The inventory; None when any part of the recording could not be read, or when it holds no Namespace.
        Broken objects are reported and left out.
    """
    trouble = PendingFindings()
    documents = (one for source in _sources(path, shown, trouble) for one in _documents(cluster, source, trouble))
    found = list(read_objects(cluster, documents, report))
    trouble.hand_over(report)
    if trouble.has_errors:
        reason, advice = f"its recorded inventory {shown} is broken", "mend the recording, or record the cluster again"
        subject = Ref("Cluster", cluster)
        report.add(catalogue.CLUSTER_UNREADABLE, subject, location, cluster=cluster, reason=reason, advice=advice)
        return None
    if not any(isinstance(one, Namespace) for one, _ in found):
        report.add(catalogue.EMPTY_INVENTORY, Ref("Cluster", cluster), Location(shown), cluster=cluster)
        return None
    return assemble(cluster, found, report, live=False)


def _sources(path: Path, shown: str, trouble: Report) -> list[Source]:
    """The files of a recording in a fixed order."""
    try:
        if not path.is_dir():
            path.stat()  # tells why it is no folder: missing, or not permitted
            return [Source(shown, path)]
        files = sorted(_walk(path))
    except OSError as error:
        _unreadable(shown, (error.strerror or "unreadable").lower(), trouble)
        return []
    if not files:
        _unreadable(shown, "the folder holds no *.yaml, *.yml or *.json file", trouble)
    return [Source(f"{shown.rstrip('/')}/{name}", path / name) for name in files]


def _walk(folder: Path) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise error  # a subfolder that cannot be listed would otherwise be passed over in silence

    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield (Path(parent) / name).relative_to(folder).as_posix()


def _unreadable(shown: str, reason: str, trouble: Report) -> None:
    trouble.add(catalogue.FILE_UNREADABLE, Ref("File", shown), Location(shown), reason=reason)


def _documents(cluster: str, source: Source, trouble: Report) -> Iterator[tuple[Any, Origin]]:
    """The objects of a file as plain data. What makes the recording incomplete goes to `trouble`."""
    for index, document in enumerate(load_yaml(source, trouble)):
        origin = Origin(source, index)
        _check_complete(document, cluster, origin, trouble)
        if document is not None:  # an empty document between two separators
            yield from flatten(document, origin)


def _check_complete(document: Any, cluster: str, origin: Origin, trouble: Report) -> None:
    """A page of a list (`kubectl get --raw '...?limit=500'`) is less than the cluster has."""
    if as_mapping(as_mapping(document).get("metadata")).get("continue"):
        kind = str(as_mapping(document).get("kind", "List"))
        problem = "the List is one page of several (metadata.continue)"
        trouble.add(
            catalogue.BROKEN_OBJECT, Ref(kind, cluster=cluster), origin.at("metadata", "continue"), problem=problem
        )
