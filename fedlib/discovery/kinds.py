"""Which kinds of objects discovery reads, which it passes over, and where an API server serves them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fedlib.config.validate import suggest


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

_READ: Final = {(resource.api_version, resource.kind) for resource in (*KUBERNETES_RESOURCES, NAMESPACES)}

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
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
        }
    ),
    "apps/v1": frozenset({"ReplicaSet", "ControllerRevision"}),
}
_PASSED_OVER_GROUPS: Final = re.compile(r"^(batch|policy|autoscaling|(.+\.)?(k8s|istio|solo)\.io)$")
"""Groups of Kubernetes and Istio, and those of Solo that hold no input of federation."""

_PRODUCT_GROUPS: Final = re.compile(r"^(internal|enterprise|graphql|(.+\.)?mesh)\.gloo\.solo\.io$")
"""What Gloo writes for itself (internal, *.mesh) and the groups of Gloo Gateway: nobody's input to federation."""


def group_of(api_version: str) -> str:
    """The API group of `group/version`; empty for the core group."""
    return api_version.rpartition("/")[0]


def is_gloo_group(group: str) -> bool:
    """Whether the group holds Gloo Mesh's user-facing resources."""
    return group.endswith(".gloo.solo.io") and not _PRODUCT_GROUPS.match(group)


def is_passed_over(api_version: str, kind: str) -> bool:
    """Whether an object of this kind may stand in a recording but says nothing that federation needs."""
    if api_version in _PASSED_OVER:
        return kind in _PASSED_OVER[api_version]
    return bool(_PASSED_OVER_GROUPS.match(group_of(api_version)))


def near_kind(api_version: str, kind: str) -> str:
    """A `did you mean` for a kind that is not read, or nothing."""
    for known_version, known in sorted(_READ):
        if kind == known and api_version != known_version:
            return f"; did you mean {known_version} {kind}?"
    return suggest(kind, (known for _, known in _READ))
