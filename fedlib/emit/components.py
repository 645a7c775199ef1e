"""The plan as Pulumi resources: a component for the federation, one for each cluster, a CustomResource for each object.

Logical names are `cluster/kind/namespace/name` and nothing else. With another logical name for the same Kubernetes
object, Pulumi would create it (which fails, because it exists) and then delete it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from fedlib.declarations.order import Copy
from fedlib.distribution.plan import Plan
from fedlib.emit.providers import Target, declare_provider

FEDERATION: Final = "fedlib:index:Federation"
CLUSTER: Final = "fedlib:index:Cluster"


class FederationComponent(pulumi.ComponentResource):
    """Everything that the stack declares."""

    def __init__(self, name: str) -> None:
        super().__init__(FEDERATION, name)

    def declare(self, plan: Plan, targets: Mapping[str, Target], outputs: Mapping[str, Any]) -> None:
        """Declare every object of the plan on its cluster, and publish the outputs."""
        clusters = {cluster: ClusterComponent(cluster, targets[cluster], self) for cluster in sorted(targets)}
        declared: dict[tuple[str, str, str, str], pulumi.Resource] = {}
        for copy, before in plan.order():
            needed = [declared[found.identity] for found in before]
            declared[copy.identity] = clusters[copy.cluster].declare(copy, needed)
        for component in clusters.values():
            component.finish()
        self.register_outputs(dict(outputs))


class ClusterComponent(pulumi.ComponentResource):
    """The objects of one cluster."""

    def __init__(self, cluster: str, target: Target, parent: pulumi.Resource) -> None:
        super().__init__(CLUSTER, cluster, None, pulumi.ResourceOptions(parent=parent))
        self._provider = declare_provider(cluster, target, self)
        self._count = 0

    def declare(self, copy: Copy, needed: Iterable[pulumi.Resource]) -> pulumi.Resource:
        """Declare one object, which waits for what it needs."""
        self._count += 1
        manifest = copy.declaration.manifest(copy.cluster, copy.namespace)
        return CustomResource(
            "/".join(copy.identity),
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            metadata=manifest["metadata"],
            spec=manifest["spec"],
            opts=pulumi.ResourceOptions(parent=self, provider=self._provider, depends_on=list(needed)),
        )

    def finish(self) -> None:
        """Publish how many objects there are."""
        self.register_outputs({"objects": self._count})
