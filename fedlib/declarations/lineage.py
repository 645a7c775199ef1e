"""Where an object comes from, and the labels that tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedlib.declarations.names import label_value
from fedlib.diagnostics import Ref

MANAGED_BY: Final = "fedlib"
CORE: Final = ("", "v1")
ADMIN: Final = ("admin.gloo.solo.io", "v2")
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
