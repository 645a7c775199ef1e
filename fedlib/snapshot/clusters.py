"""What is known of each declared cluster by name: from the stack, and from the KubernetesCluster of its name.

Source: `KubernetesCluster` of Gloo's admin API. The `selector` of a Workspace's cluster entry asks for its labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import KubernetesClusterSpec
from fedlib.config.resource import MANAGEMENT_CLUSTER, Resource
from fedlib.config.stack import Cluster
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.suggestion import suggest

_DOMAIN = "clusterDomain"


def describe_clusters(
    declared: Mapping[str, Cluster], resources: Iterable[Resource[KubernetesClusterSpec]], report: Report
) -> dict[str, Cluster]:
    """The declared clusters with the labels and the domains that KubernetesClusters add.

    The stack wins where both say something; of several KubernetesClusters the one in the management cluster does,
    then the first by name. What differs is reported.
    """
    described = {name: _Described(name, cluster) for name, cluster in declared.items()}
    for resource in sorted(resources, key=lambda one: (one.ref.cluster != MANAGEMENT_CLUSTER, one.ref)):
        cluster = described.get(resource.ref.name)
        if cluster is not None:
            cluster.add(resource, report)
        elif resource.ref.name != MANAGEMENT_CLUSTER:
            report.add(
                catalogue.UNKNOWN_CLUSTER, resource.ref, resource.at(),
                cluster=resource.ref.name, suggestion=suggest(resource.ref.name, declared),
            )  # fmt: skip
    return {name: one.cluster() for name, one in described.items()}


@dataclass(slots=True)
class _Described:
    """A cluster on its way: each value that is stated, with who stated it."""

    name: str
    declared: Cluster
    _stated: dict[str, tuple[str, str]]

    def __init__(self, name: str, declared: Cluster) -> None:
        self.name, self.declared = name, declared
        self._stated = {_label(key): (value, "the stack") for key, value in declared.labels.items()}
        if "cluster_domain" in declared.model_fields_set:
            self._stated[_DOMAIN] = (declared.cluster_domain, "the stack")

    def add(self, resource: Resource[KubernetesClusterSpec], report: Report) -> None:
        """Take what a KubernetesCluster states."""
        for field, value in _statements(resource):
            used, where = self._stated.setdefault(field, (value, str(resource.ref)))
            if used != value:
                place = resource.at(_DOMAIN) if field == _DOMAIN else resource.at()
                report.add(
                    catalogue.CLUSTER_STATED_TWICE, resource.ref, place,
                    cluster=self.name, field=field, here=value, used=used, where=where,
                )  # fmt: skip

    def cluster(self) -> Cluster:
        """The cluster with everything that was stated."""
        labels = {_key(field): value for field, (value, _) in self._stated.items() if field != _DOMAIN}
        domain = self._stated.get(_DOMAIN, (self.declared.cluster_domain, ""))[0]
        return self.declared.model_copy(update={"labels": dict(sorted(labels.items())), "cluster_domain": domain})


def _statements(resource: Resource[KubernetesClusterSpec]) -> Iterator[tuple[str, str]]:
    if resource.spec.cluster_domain:
        yield _DOMAIN, resource.spec.cluster_domain
    for key, value in sorted(resource.labels.items()):
        yield _label(key), value


def _label(key: str) -> str:
    return f"the label {key}"


def _key(field: str) -> str:
    return field.removeprefix("the label ")
