"""Where shared objects stand."""

from __future__ import annotations

from collections.abc import Iterator

from fedlib.config.stack import Placement
from fedlib.snapshot.model import Snapshot


def shared_namespace(snapshot: Snapshot, workspace: str, cluster: str) -> str:
    """Where a shared object of a workspace is written: in its oldest namespace, so that new ones never move it."""
    namespaces = snapshot.namespaces_of(workspace, cluster)
    return min(namespaces, key=lambda name: (snapshot.namespaces[cluster, name].created or "9999", name))


def shared_namespaces(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Workspace and cluster -> the namespace of shared objects, for all that have one."""
    return {
        (name, cluster): shared_namespace(snapshot, name, cluster)
        for name, workspace in snapshot.workspaces.items()
        for cluster, namespaces in workspace.namespaces.items()
        if namespaces
    }


def consumer_places(workspace: str, snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """For each cluster where a workspace has namespaces: the cluster, the namespaces with a copy, and its exportTo."""
    for cluster, namespaces in sorted(snapshot.workspaces[workspace].namespaces.items()):
        if snapshot.placement is Placement.SHARED:
            yield cluster, (shared_namespace(snapshot, workspace, cluster),), namespaces
        else:
            yield cluster, namespaces, (".",)
