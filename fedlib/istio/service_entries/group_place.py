"""Where the objects of a group stand, and who sees them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fedlib.config.stack import Placement
from fedlib.federation.model.destination import Backing, Group
from fedlib.istio.placement import shared_namespace
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """Namespaces of one cluster that hold the objects of a group.

    Attributes:
        cluster: the cluster.
        namespaces: where a copy stands.
        export_to: the namespaces that see it; `.` is the copy's own.
        workspace: for which workspace it is written: the consumer, or the owner where pods are.
        consumers: the workspaces whose proxies see it, sorted.
        backing: the Service of the cluster.
    """

    cluster: str
    namespaces: tuple[str, ...]
    export_to: tuple[str, ...]
    workspace: str
    consumers: tuple[str, ...]
    backing: Backing | None = None


def group_places(group: Group, snapshot: Snapshot) -> Iterator[GroupPlace]:
    """The places of a group in all clusters with a consumer or a backing Service.

    A cluster with a backing Service has one, in the Service's namespace: a selector finds pods of its own namespace
    only. Elsewhere each consumer has its own, so that nothing is written outside the workspace that sees it.
    Where pods are and no consumer is, nobody but a gateway can see it.
    """
    for cluster in snapshot.clusters:
        consumers = tuple(name for name in group.consumers if snapshot.namespaces_of(name, cluster))
        backing = group.backings.get(cluster)
        if backing is not None:
            visible = sorted({namespace for name in consumers for namespace in snapshot.namespaces_of(name, cluster)})
            home = (backing.service.namespace,)
            yield GroupPlace(cluster, home, tuple(visible), group.workspace, consumers, backing)
        else:
            for name in consumers:
                namespaces, export_to = snapshot.namespaces_of(name, cluster), (".",)
                if snapshot.placement is Placement.SHARED:
                    namespaces, export_to = (shared_namespace(snapshot, name, cluster),), namespaces
                yield GroupPlace(cluster, namespaces, export_to, name, (name,))
