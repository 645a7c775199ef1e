"""Which kinds of objects discovery reads, which it passes over, and where an API server serves them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fedlib.config.api_groups import Product, group_of, product_of
from fedlib.diagnostics.suggestion import Suggestion, suggest


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of objects as an API server serves it."""

    api_version: str
    kind: str
    plural: str

    @property
    def path(self) -> str:
        """The path of its list over all namespaces."""
        return f"{'apis' if '/' in self.api_version else 'api'}/{self.api_version}/{self.plural}"


KUBERNETES_RESOURCES: Final = (
    Resource("v1", "ServiceAccount", "serviceaccounts"),
    Resource("v1", "Service", "services"),
    Resource("apps/v1", "Deployment", "deployments"),
    Resource("apps/v1", "StatefulSet", "statefulsets"),
    Resource("apps/v1", "DaemonSet", "daemonsets"),
    Resource("v1", "Node", "nodes"),
)
NAMESPACES: Final = Resource("v1", "Namespace", "namespaces")

OTHER_WORKLOADS: Final = (
    Resource("v1", "Pod", "pods"),
    Resource("apps/v1", "ReplicaSet", "replicasets"),
    Resource("v1", "ReplicationController", "replicationcontrollers"),
    Resource("batch/v1", "Job", "jobs"),
    Resource("batch/v1", "CronJob", "cronjobs"),
    Resource("apps.openshift.io/v1", "DeploymentConfig", "deploymentconfigs"),
    Resource("argoproj.io/v1alpha1", "Rollout", "rollouts"),
)
"""What may run pods too, what is made before what makes it. Not all clusters serve all, not everybody may list all."""

_READ: Final = {
    (resource.api_version, resource.kind) for resource in (*KUBERNETES_RESOURCES, NAMESPACES, *OTHER_WORKLOADS)
}
_READ_KINDS: Final = frozenset((group_of(api_version), kind) for api_version, kind in _READ)

_PASSED_OVER: Final = {
    "v1": frozenset(
        {
            "Binding",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "PodTemplate",
            "ResourceQuota",
            "Secret",
        }
    ),
    "apps/v1": frozenset({"ControllerRevision"}),
}
_PASSED_OVER_GROUPS: Final = re.compile(r"^(batch|extensions|policy|autoscaling|(.+\.)?(k8s|istio|solo)\.io)$")
"""Groups of Kubernetes and Istio, and those of Solo that hold no input of federation."""


def is_gloo_group(group: str) -> bool:
    """Whether the group holds Gloo Mesh's user-facing resources."""
    return product_of(group) is Product.GLOO_MESH


def is_passed_over(api_version: str, kind: str) -> bool:
    """Whether an object of this kind may stand in a recording but says nothing that federation needs."""
    if api_version in _PASSED_OVER:
        return kind in _PASSED_OVER[api_version]
    return bool(_PASSED_OVER_GROUPS.match(group_of(api_version)))


def is_foreign(api_version: str, kind: str) -> bool:
    """Whether an object of a recording is of a kind of somebody's own, in a group as CustomResourceDefinitions have it.

    Kinds of Gloo Mesh, and of groups without a dot, may be misspelled ones that federation needs.
    """
    group = group_of(api_version)
    if is_gloo_group(group) or (group, kind) in _READ_KINDS:
        return False
    return "." in group and (product_of(group) is Product.GLOO_MESH_1 or not is_passed_over(api_version, kind))


def near_kind(api_version: str, kind: str) -> str | Suggestion:
    """A `did you mean` for a kind that is not read, or nothing."""
    for known_version, known in sorted(_READ):
        if kind == known and api_version != known_version:
            return f"; did you mean {known_version} {kind}?"
    return suggest(kind, (known for _, known in _READ))
