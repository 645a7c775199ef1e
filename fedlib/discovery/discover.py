"""The discovery stage: recorded clusters from files, the others live.

Importing this module imports no Kubernetes client: a stack of recorded clusters renders without one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from fedlib.config.stack import Cluster
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import ClusterInventory, Inventory
from fedlib.discovery.live_cluster import LiveCluster
from fedlib.discovery.progress import Progress, silent
from fedlib.discovery.recorded import read_recorded

Secrets = Callable[[str], str | None]
"""Answers the value of a Pulumi secret; None where it cannot be read."""


def discover(
    clusters: Mapping[str, Cluster],
    root: Path,
    stack_folder: Path,
    report: Report,
    secrets: Secrets,
    progress: Progress = silent,
) -> Inventory:
    """Find out what exists in each cluster.

    Args:
        clusters: the clusters of the stack config by name.
        root: the project's root, which paths are relative to.
        stack_folder: the stack file's folder, which paths that begin with `./` are relative to.
        report: takes the findings.
        secrets: answers Pulumi secrets.
        progress: learns how live discovery goes.

    Returns:
        The inventories. A cluster that could not be read is reported, and is not in it.
    """
    found: dict[str, ClusterInventory] = {}
    live: dict[str, LiveCluster] = {}
    for name, cluster in sorted(clusters.items()):
        if cluster.inventory is not None:
            path = resolve(cluster.inventory, root, stack_folder)
            inventory = read_recorded(name, path, shown(path, cluster.inventory, root), report)
            if inventory:
                found[name] = inventory
        else:
            source = live_cluster(name, cluster, root, stack_folder, report, secrets)
            if source:
                live[name] = source
    if live:
        # imported here because most commands read recorded clusters only, and the client takes half a second
        from fedlib.discovery.live import discover_live

        found |= discover_live(live, report, progress)
    return Inventory(dict(sorted(found.items())))


def live_cluster(
    name: str, cluster: Cluster, root: Path, stack_folder: Path, report: Report, secrets: Secrets
) -> LiveCluster | None:
    """How to reach a cluster; None (and reported) when it has no kubeconfig or its secret cannot be read."""
    kubeconfig = cluster.kubeconfig
    if kubeconfig is None:
        report.add(catalogue.NO_KUBECONFIG, Ref("Cluster", name), cluster=name)
        return None
    if kubeconfig.path is not None:
        path = resolve(kubeconfig.path, root, stack_folder)
        return LiveCluster(name, path, kubeconfig.context, shown=kubeconfig.path)
    key = kubeconfig.secret or ""
    contents = secrets(key)
    if contents is None:
        report.add(catalogue.SECRET_UNREADABLE, Ref("Cluster", name), key=key)
        return None
    return LiveCluster(name, context=kubeconfig.context, contents=contents, shown=f"the secret '{key}'")


def resolve(path: str, root: Path, stack_folder: Path) -> Path:
    """A path of the stack config: relative to the root, or to the stack file when it begins with `./`."""
    return (stack_folder if path.startswith("./") else root) / Path(path).expanduser()


def shown(path: Path, written: str, root: Path) -> str:
    """How findings name `path`: relative to the project's root, or as it is `written` when it lies outside."""
    relative = os.path.relpath(path, root)
    return written if relative.startswith("..") else Path(relative).as_posix()
