"""Where copies of objects stand for each workspace: in all of its namespaces, or in one that all of them see.

With `placement: namespace` each namespace has its own copy. With `shared` one namespace of each cluster has it and
shows it to the others: the oldest one, so that new namespaces never move it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.stack import Placement
from fedlib.federation.model.place import OWN, Place, Sidecars
from fedlib.snapshot.model import Snapshot

NOWHERE: Final[frozenset[str]] = frozenset()

Key = tuple[tuple[str, ...], tuple[str, ...]]
"""What must be equal in clusters whose copies are: `exportTo` and IP families."""


@dataclass(slots=True)
class PlaceFinder:
    """Knows the places of all workspaces. Answers are kept: thousands of hosts ask the same."""

    snapshot: Snapshot
    shared: Mapping[tuple[str, str], str]
    _outside: dict[tuple[str, frozenset[str]], tuple[Place, ...]] = field(default_factory=dict)

    def of(self, workspace: str) -> tuple[Place, ...]:
        """Where a workspace has its own copies, in all clusters where it has namespaces."""
        return self.outside(workspace, NOWHERE)

    def outside(self, workspace: str, clusters: frozenset[str]) -> tuple[Place, ...]:
        """The same, without some clusters."""
        key = (workspace, clusters)
        if key not in self._outside:
            others = (name for name in self.snapshot.workspaces[workspace].namespaces if name not in clusters)
            self._outside[key] = self._places(workspace, others)
        return self._outside[key]

    def sidecars(self) -> dict[str, Sidecars]:
        """The sidecars of each workspace: what is never exported needs a copy in each namespace."""
        return {
            name: Sidecars(name, workspace.ref, dict(sorted(workspace.namespaces.items())))
            for name, workspace in self.snapshot.workspaces.items()
        }

    def home(self, workspace: str, cluster: str, namespace: str, visible: Iterable[str]) -> Place:
        """One namespace, with those that see what is in it."""
        families = self.snapshot.clusters[cluster].ip_families
        return Place(workspace, {cluster: (namespace,)}, tuple(sorted(set(visible))), families)

    def namespaces(self, workspace: str, cluster: str, without: tuple[str, ...]) -> tuple[str, ...]:
        """The namespaces of a workspace in a cluster but for some."""
        return tuple(name for name in self.snapshot.namespaces_of(workspace, cluster) if name not in without)

    def has(self, workspace: str, cluster: str) -> bool:
        """Whether a workspace has namespaces in a cluster."""
        return bool(self.snapshot.namespaces_of(workspace, cluster))

    def seen_by(self, consumers: Iterable[str], cluster: str) -> set[str]:
        """The namespaces of some workspaces in a cluster."""
        return {namespace for name in consumers for namespace in self.snapshot.namespaces_of(name, cluster)}

    def _places(self, workspace: str, clusters: Iterable[str]) -> tuple[Place, ...]:
        found: dict[Key, dict[str, tuple[str, ...]]] = {}
        for cluster in sorted(clusters):
            namespaces = self.snapshot.namespaces_of(workspace, cluster)
            export_to: tuple[str, ...] = OWN
            if self.snapshot.placement is Placement.SHARED:
                export_to, namespaces = namespaces, (self.shared[workspace, cluster],)
            families = self.snapshot.clusters[cluster].ip_families
            found.setdefault((export_to, families), {})[cluster] = namespaces
        return tuple(Place(workspace, at, *key) for key, at in found.items())


def find_places(snapshot: Snapshot) -> PlaceFinder:
    """The places of all workspaces of a snapshot."""
    return PlaceFinder(snapshot, shared_namespaces(snapshot))


def shared_namespaces(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Workspace and cluster -> the namespace of shared objects, for all that have one."""
    return {
        (name, cluster): min(namespaces, key=lambda one: (snapshot.namespaces[cluster, one].created or "9999", one))
        for name, workspace in snapshot.workspaces.items()
        for cluster, namespaces in workspace.namespaces.items()
        if namespaces
    }
