"""Recordings of live clusters: plain Kubernetes YAML that `read_recorded` reads back as the same inventory.

A folder for each cluster: `cluster.yaml` holds its Namespaces and Nodes, `namespaces/NAME.yaml` the rest. The bytes
depend on the objects only. Written is what discovery reads (see `_KEPT`) and nothing else: no Secrets, no environment
of containers but the settings of istiod that are known by name, no annotations but the mesh's.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.regular_file import reason_of
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.assemble import identity
from fedlib.discovery.inventory import GlooObject, MeshConfig, Namespace, Node, RootCertificate, Workload
from fedlib.discovery.istio_settings import keep_config_map, keep_istiod
from fedlib.discovery.live import inventory_of, read_clusters
from fedlib.discovery.live_cluster import Limits, LiveCluster
from fedlib.discovery.objects import (
    NO_LOAD_BALANCER,
    REGION,
    SUBZONE,
    ZONE,
    Discovered,
    parse_object,
)
from fedlib.discovery.progress import Progress, silent
from fedlib.discovery.standing_workloads import standing
from fedlib.discovery.workloads import WORKLOAD_READERS, is_mesh_annotation

PRIVATE: Final = 0o600
"""A recording says how a cluster is built: its owner alone reads it, until he hands it on."""

HEADER: Final = "# Recorded by `python -m fedlib snapshot`, which writes this folder anew each time.\n"

Keep = None | Mapping[str, Any] | Callable[[str], bool]
"""What of a value is kept: all of it, the named fields (of each item in a list), or the keys that pass a test."""

_METADATA: Final[Mapping[str, Keep]] = {"name": None, "namespace": None, "labels": None, "creationTimestamp": None}
_CONTAINER: Final[Mapping[str, Keep]] = {"name": None, "ports": None, "restartPolicy": None}
_POD_SPEC: Final[Mapping[str, Keep]] = {
    "serviceAccountName": None,
    "serviceAccount": None,
    "containers": _CONTAINER,
    "initContainers": _CONTAINER,
}
_POD_METADATA: Final[Mapping[str, Keep]] = {"labels": None, "annotations": is_mesh_annotation}
_TEMPLATE: Final[Mapping[str, Keep]] = {"template": {"metadata": _POD_METADATA, "spec": _POD_SPEC}}
_MADE: Final[Mapping[str, Keep]] = {
    "name": None,
    "namespace": None,
    "ownerReferences": {"apiVersion": None, "kind": None, "name": None, "controller": None},
}
_WORKLOAD: Final[Mapping[str, Keep]] = {"metadata": _MADE, "spec": _TEMPLATE}
_NODE_LABELS: Final = frozenset({*REGION, *ZONE, SUBZONE, NO_LOAD_BALANCER})
_KEPT: Final[Mapping[str, Mapping[str, Keep]]] = {
    "Namespace": {"metadata": {**_METADATA, "deletionTimestamp": None, "annotations": is_mesh_annotation}},
    "Service": {
        "metadata": {**_METADATA, "annotations": is_mesh_annotation},
        "spec": dict.fromkeys(
            (
                "type", "selector", "ports", "clusterIP", "clusterIPs", "ipFamilies", "externalName", "externalIPs",
                "externalTrafficPolicy", "trafficDistribution",
            )
        ),
        "status": {"loadBalancer": {"ingress": {"ip": None, "hostname": None}}},
    },
    "ServiceAccount": {"metadata": {"name": None, "namespace": None, "labels": None}},
    "Node": {
        "metadata": {"name": None, "labels": _NODE_LABELS.__contains__},
        "spec": {"podCIDR": None, "podCIDRs": None},
        "status": {
            "addresses": {"type": None, "address": None},
            "conditions": {"type": None, "status": None},  # without the times of heartbeats
        },
    },
    "APIGroup": {"metadata": {"name": None}, "versions": {"version": None}},
    **{kind: _WORKLOAD for _, kind in WORKLOAD_READERS},
    "CronJob": {"metadata": _MADE, "spec": {"jobTemplate": {"spec": _TEMPLATE}}},
    "Pod": {"metadata": {**_MADE, **_POD_METADATA}, "spec": _POD_SPEC},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Recorded:
    """An object and the part of its document that is written."""

    found: Discovered
    document: Mapping[str, Any]


def record(
    clusters: Mapping[str, LiveCluster],
    folders: Mapping[str, Path],
    report: Report,
    progress: Progress = silent,
    limits: Limits | None = None,
) -> dict[str, int]:
    """Record clusters as they are now.

    A cluster that cannot be read or written is reported, and its old recording stays as it is. A folder that holds
    files which `record` did not write is never replaced.

    Args:
        clusters: the clusters by name.
        folders: the folder of each cluster's recording by name.
        report: takes the findings.
        progress: learns how reading goes.
        limits: how patient reading is.

    Returns:
        The number of objects that were recorded for each cluster.
    """
    counts = {}
    for name, recorded in read_clusters(clusters, _take, report, progress, limits or Limits()):
        if inventory_of(clusters[name], ((one.found, None) for one in recorded), report) is None:
            continue
        namespaces = {one.found.name for one in recorded if isinstance(one.found, Namespace)} | {""}
        counted = {id(one) for one in standing(one.found for one in recorded if isinstance(one.found, Workload))}
        kept = [
            one
            for one in recorded
            if identity(one.found)[1].namespace in namespaces
            if id(one.found) in counted or not isinstance(one.found, Workload)
        ]
        problem = _write(folders[name], _files(kept))
        if problem:
            report.add(catalogue.NOT_RECORDED, Ref("Cluster", name), cluster=name, reason=problem)
        else:
            counts[name] = len(kept)
    return dict(sorted(counts.items()))


def _take(document: Any, cluster: str, report: Report) -> _Recorded | None:
    found = parse_object(document, cluster, None, report)
    if found is None or (isinstance(found, MeshConfig) and not found.readable):
        return None
    if isinstance(found, GlooObject):
        return _Recorded(found, found.document)
    if isinstance(found, MeshConfig | RootCertificate):
        return _Recorded(found, keep_config_map(document))
    kept = _prune(document, {"apiVersion": None, "kind": None, **_KEPT[document["kind"]]})
    if isinstance(found, Workload) and found.istiod:
        kept = keep_istiod(document, kept)
    return _Recorded(found, kept)


def _prune(value: Any, keep: Keep) -> Any:
    if keep is None or value is None:
        return value
    if isinstance(value, list):
        return [_prune(item, keep) for item in value]
    if not isinstance(value, dict):
        return value
    if not isinstance(keep, Mapping):
        return {key: item for key, item in value.items() if keep(key)}
    return {key: _prune(value[key], inner) for key, inner in keep.items() if key in value}


def _files(recorded: Iterable[_Recorded]) -> dict[str, str]:
    """The texts of a recording by file name."""
    documents: dict[str, list[_Recorded]] = defaultdict(list)
    for one in recorded:
        namespace = identity(one.found)[1].namespace
        alone = isinstance(one.found, Namespace | Node) or not namespace
        documents["cluster.yaml" if alone else f"namespaces/{namespace}.yaml"].append(one)
    return {name: _text(documents[name]) for name in sorted(documents)}


def _text(recorded: list[_Recorded]) -> str:
    ordered = sorted(recorded, key=lambda one: (identity(one.found)[1], identity(one.found)[0]))
    return HEADER + dump_documents(one.document for one in ordered)


def _write(folder: Path, files: Mapping[str, str]) -> str:
    """Replace the folder by these files; the problem in words where that cannot be done."""
    try:
        foreign = _foreign_file(folder)
        if foreign:
            return f"its folder holds {foreign}, which snapshot did not write; move it, or record into another folder"
        folder.parent.mkdir(parents=True, exist_ok=True)
        # beside the old recording: a rename does not cross file systems
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            new, old = Path(scratch, "new"), Path(scratch, "old")
            for name, text in files.items():
                file = new / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch(mode=PRIVATE)
                file.write_text(text, encoding="utf-8", newline="\n")
            _swap(folder, new, old)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "an object holds text that is not Unicode"
        return f"its folder cannot be written: {reason}"
    return ""


def _swap(folder: Path, new: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _foreign_file(folder: Path) -> str:
    """A file in the folder that was not written here; empty when there is none."""
    if folder.exists() and not folder.is_dir():
        return "a file of that name"
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            file = Path(parent, name)
            if not stat.S_ISREG(file.lstat().st_mode) or not file.read_bytes().startswith(HEADER.encode()):
                return file.relative_to(folder).as_posix()
    return ""
