"""The plan as Pulumi resources: a component for the federation, one for each cluster, a CustomResource for each object.

Logical names are `cluster/kind/namespace/name` and nothing else. With another logical name for the same Kubernetes
object, Pulumi would create it (which fails, because it exists) and then delete it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from fedlib.distribution.plan import Plan
from fedlib.emit.providers import Target, declare_provider
from fedlib.istio.object import Declaration

FEDERATION: Final = "fedlib:index:Federation"
CLUSTER: Final = "fedlib:index:Cluster"


class FederationComponent(pulumi.ComponentResource):
    """Everything that the stack declares."""

    def __init__(self, name: str) -> None:
        super().__init__(FEDERATION, name)

    def declare(self, plan: Plan, targets: Mapping[str, Target], outputs: Mapping[str, Any]) -> None:
        """Declare every object of the plan on its cluster, and publish the outputs."""
        by_cluster: dict[str, list[Declaration]] = {cluster: [] for cluster in sorted(targets)}
        for declaration in plan.declarations:
            by_cluster[declaration.cluster].append(declaration)
        for cluster, declarations in by_cluster.items():
            ClusterComponent(cluster, targets[cluster], self).declare(declarations)
        self.register_outputs(dict(outputs))


class ClusterComponent(pulumi.ComponentResource):
    """The objects of one cluster."""

    def __init__(self, cluster: str, target: Target, parent: pulumi.Resource) -> None:
        super().__init__(CLUSTER, cluster, None, pulumi.ResourceOptions(parent=parent))
        self._options = pulumi.ResourceOptions(parent=self, provider=declare_provider(cluster, target, self))

    def declare(self, declarations: list[Declaration]) -> None:
        """Declare each object in each of its namespaces."""
        count = 0
        for declaration in declarations:
            for namespace in declaration.namespaces:
                CustomResource(
                    f"{declaration.cluster}/{declaration.kind}/{namespace}/{declaration.name}",
                    api_version=declaration.api_version,
                    kind=declaration.kind,
                    metadata=declaration.metadata(namespace),
                    spec=declaration.spec,
                    opts=self._options,
                )
                count += 1
        self.register_outputs({"objects": count})
