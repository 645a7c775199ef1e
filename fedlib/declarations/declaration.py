"""An Istio object and the namespaces that hold a copy of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.declarations.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Declaration:
    """An Istio object of a cluster with all namespaces that hold a copy.

    Copies share `spec`, and so may Declarations of several clusters: nothing may change it.
    """

    cluster: str
    namespaces: tuple[str, ...]
    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    lineage: Lineage
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def sort_key(self) -> tuple[str, str, str, tuple[str, ...]]:
        """The order of the plan: cluster, kind, name, namespaces."""
        return (self.cluster, self.kind, self.name, self.namespaces)

    def metadata(self, namespace: str) -> dict[str, Any]:
        """The metadata of the copy in `namespace`."""
        labels = self.lineage.labels(self.cluster)
        labels["context.mesh.gloo.solo.io/namespace"] = namespace
        metadata: dict[str, Any] = {"labels": dict(sorted(labels.items())), "name": self.name, "namespace": namespace}
        if self.annotations:
            metadata["annotations"] = dict(sorted(self.annotations.items()))
        return metadata

    def manifests(self) -> Iterator[dict[str, Any]]:
        """The Kubernetes objects, one for each namespace. Their specs are one and the same mapping."""
        for namespace in self.namespaces:
            yield {
                "apiVersion": self.api_version,
                "kind": self.kind,
                "metadata": self.metadata(namespace),
                "spec": self.spec,
            }
