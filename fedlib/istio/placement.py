"""Where shared objects stand."""

from __future__ import annotations

from fedlib.snapshot.model import Snapshot


def shared_namespace(snapshot: Snapshot, workspace: str, cluster: str) -> str:
    """Where a shared object of a workspace is written: in its oldest namespace, so that new ones never move it."""
    namespaces = snapshot.namespaces_of(workspace, cluster)
    return min(namespaces, key=lambda name: (snapshot.namespaces[cluster, name].created or "9999", name))
