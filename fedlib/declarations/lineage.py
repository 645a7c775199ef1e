"""Where an object comes from, and the labels that tell it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.declarations.names import label_value
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes

MANAGED_BY: Final = "fedlib"
CORE: Final = ("", "v1")
ADMIN: Final = ("admin.gloo.solo.io", "v2")
NETWORKING: Final = ("networking.gloo.solo.io", "v2")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an object comes from: the resource it was translated from, for which workspace.

    `causes` are what else of the input it is made of, in any order, each once or more; of what another workspace
    shares the entries that share it are not among them, as these follow from the two workspaces: that of the object,
    and those of `shared_with`, which see it too.
    """

    parent: Ref
    group: str
    version: str
    workspace: str
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)
    shared_with: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def with_causes_of(self, other: Lineage) -> Lineage:
        """The same, also made of what the other one is made of."""
        if self.causes is other.causes and self.shared_with == other.shared_with:
            return self
        causes = tuple(dict.fromkeys((*self.causes, *other.causes)))
        return replace(self, causes=causes, shared_with=tuple(sorted({*self.shared_with, *other.shared_with})))

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
