"""An Istio object and the places that hold a copy of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.declarations.lineage import Lineage
from fedlib.declarations.role import Effect

Places = Mapping[str, tuple[str, ...]]
"""Cluster -> the namespaces that hold a copy, sorted."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """An Istio object with all clusters and namespaces that hold a copy.

    Copies share `spec`, and so may Declarations: nothing may change it.
    """

    places: Places
    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    lineage: Lineage
    annotations: Mapping[str, str] = field(default_factory=dict)
    effect: Effect = field(default_factory=Effect)

    @property
    def sort_key(self) -> tuple[int, str, str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """The order of the plan: what it does for requests, kind, name, places."""
        return (self.effect.role, self.kind, self.name, tuple(sorted(self.places.items())))

    @property
    def copies(self) -> int:
        """The number of objects."""
        return sum(len(namespaces) for namespaces in self.places.values())

    def metadata(self, cluster: str, namespace: str) -> dict[str, Any]:
        """The metadata of the copy in `namespace` of `cluster`."""
        labels = self.lineage.labels(cluster)
        labels["context.mesh.gloo.solo.io/namespace"] = namespace
        metadata: dict[str, Any] = {"labels": dict(sorted(labels.items())), "name": self.name, "namespace": namespace}
        if self.annotations:
            metadata["annotations"] = dict(sorted(self.annotations.items()))
        return metadata

    def manifest(self, cluster: str, namespace: str) -> dict[str, Any]:
        """The Kubernetes object of one copy. The specs of all copies are one and the same mapping."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": self.metadata(cluster, namespace),
            "spec": self.spec,
        }

    def manifests(self, cluster: str) -> Iterator[dict[str, Any]]:
        """The Kubernetes objects of one cluster, one for each namespace."""
        for namespace in self.places.get(cluster, ()):
            yield self.manifest(cluster, namespace)
