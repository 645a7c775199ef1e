"""An Istio object and the namespaces that hold a copy of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.diagnostics import Ref

MANAGED_BY: Final = "fedlib"
CORE: Final = ("", "v1")
NETWORKING: Final = ("networking.gloo.solo.io", "v2")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an object comes from: the resource it was translated from, for which workspace."""

    parent: Ref
    group: str
    version: str
    workspace: str

    def labels(self, cluster: str) -> dict[str, str]:
        """Labels that tell it, with Gloo's own keys, so that people find objects the way they do today.

        The owner label is not Gloo's: a Gloo agent deletes what carries its own and is not in its output.
        """
        labels = {
            "app.kubernetes.io/managed-by": MANAGED_BY,
            "context.mesh.gloo.solo.io/cluster": cluster,
            "gloo.solo.io/parent_cluster": self.parent.cluster,
            "gloo.solo.io/parent_group": self.group,
            "gloo.solo.io/parent_kind": self.parent.kind,
            "gloo.solo.io/parent_name": label_value(self.parent.name),
            "gloo.solo.io/parent_namespace": self.parent.namespace,
            "gloo.solo.io/parent_version": self.version,
        }
        if self.workspace:
            labels["context.mesh.gloo.solo.io/workspace"] = self.workspace
        return labels


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


_REPLACED: Final = str.maketrans({**dict.fromkeys("*/.:_ ", "-"), **dict.fromkeys("[]\"'\n")})


def object_name(name: str) -> str:
    """Gloo's rule for names of translated objects: dashes for dots and the like, at most 63 characters.

    A longer name keeps 31 characters, and 31 hexadecimal digits of its MD5 sum follow.
    """
    name = name.translate(_REPLACED)
    if len(name) > 63:
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        name = f"{name[:31]}-{digest}"[:63]
    return name.lower()


def label_value(value: str) -> str:
    """`value` as a label's value: at most 63 characters; a longer one is cut and carries a hash."""
    if len(value) <= 63:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()[:8]
    return f"{value[:54]}-{digest}"
