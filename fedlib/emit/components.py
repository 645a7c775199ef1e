"""The plan as Pulumi resources: a component for the federation, one for each cluster, a CustomResource for each object.

Logical names are `cluster/kind/namespace/name` and nothing else. With another logical name for the same Kubernetes
object, Pulumi would create it (which fails, because it exists) and then delete it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from fedlib.declarations.declaration import Declaration
from fedlib.distribution.plan import Plan
from fedlib.emit.order import Order
from fedlib.emit.providers import Target, declare_provider

FEDERATION: Final = "fedlib:index:Federation"
CLUSTER: Final = "fedlib:index:Cluster"

SharedNamespaces = Mapping[tuple[str, str], str]
"""Workspace and cluster -> the namespace where shared objects stand."""


class FederationComponent(pulumi.ComponentResource):
    """Everything that the stack declares."""

    def __init__(self, name: str) -> None:
        super().__init__(FEDERATION, name)

    def declare(
        self, plan: Plan, targets: Mapping[str, Target], shared: SharedNamespaces, outputs: Mapping[str, Any]
    ) -> None:
        """Declare every object of the plan on its cluster, and publish the outputs."""
        clusters = {cluster: ClusterComponent(cluster, targets[cluster], self) for cluster in sorted(targets)}
        copies: dict[int, dict[str, pulumi.Resource]] = {}
        for declaration, before in Order(plan.declarations):
            needed = [copies[id(found)] for found in before]
            copies[id(declaration)] = clusters[declaration.cluster].declare(declaration, needed, shared)
        for component in clusters.values():
            component.finish()
        self.register_outputs(dict(outputs))


class ClusterComponent(pulumi.ComponentResource):
    """The objects of one cluster."""

    def __init__(self, cluster: str, target: Target, parent: pulumi.Resource) -> None:
        super().__init__(CLUSTER, cluster, None, pulumi.ResourceOptions(parent=parent))
        self._provider = declare_provider(cluster, target, self)
        self._count = 0

    def declare(
        self, declaration: Declaration, needed: Sequence[Mapping[str, pulumi.Resource]], shared: SharedNamespaces
    ) -> dict[str, pulumi.Resource]:
        """Declare the object in each of its namespaces. It waits for what it needs: for the copy beside it, or all.

        The copy in the namespace of shared objects comes last: where placement was `shared`, all namespaces use it
        until they have their own.
        """
        self._count += len(declaration.namespaces)
        last = shared.get((declaration.lineage.workspace, declaration.cluster))
        copies: dict[str, pulumi.Resource] = {}
        for namespace in sorted(declaration.namespaces, key=lambda name: name == last):
            before = _copies_for(namespace, needed)
            if namespace == last:
                before += copies.values()
            copies[namespace] = CustomResource(
                f"{declaration.cluster}/{declaration.kind}/{namespace}/{declaration.name}",
                api_version=declaration.api_version,
                kind=declaration.kind,
                metadata=declaration.metadata(namespace),
                spec=declaration.spec,
                opts=pulumi.ResourceOptions(parent=self, provider=self._provider, depends_on=before),
            )
        return copies

    def finish(self) -> None:
        """Publish how many objects there are."""
        self.register_outputs({"objects": self._count})


def _copies_for(namespace: str, needed: Sequence[Mapping[str, pulumi.Resource]]) -> list[pulumi.Resource]:
    return [copy for copies in needed for copy in ((copies[namespace],) if namespace in copies else copies.values())]
