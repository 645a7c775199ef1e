"""Membership: which workspace each namespace of each cluster belongs to, and where configuration is read.

Rules: the `ClusterSelector` of Gloo's common API. An entry without a cluster name and selector means every cluster;
namespace entries need a name or labels; a namespace in two workspaces belongs to neither until that is settled. A
name counts for more than labels: the administrator writes names, and labels are written by whoever may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fedlib.config.gloo import NamespaceSelector, WorkloadCluster, WorkspaceSpec
from fedlib.config.resource import MANAGEMENT_CLUSTER, Resource
from fedlib.config.stack import Cluster
from fedlib.diagnostics import PLATFORM, Ref, Report, catalogue
from fedlib.diagnostics.suggestion import suggest
from fedlib.discovery.inventory import Namespace
from fedlib.snapshot.selection import glob_matches, labels_match

NamespaceKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who owns which namespace. `contested` namespaces are wanted by several workspaces and belong to none."""

    workspaces: Mapping[str, Resource[WorkspaceSpec]]
    clusters: Mapping[str, Cluster]
    owners: Mapping[NamespaceKey, str]
    contested: frozenset[NamespaceKey]

    def owner_of(self, cluster: str, namespace: str) -> str | None:
        """The workspace that owns a namespace, also one that exists only because a resource says it lives there.

        The management cluster need not be declared: a resource in it belongs to the workspace that names this
        namespace there, or else to the only one that owns the namespace in the declared clusters.
        """
        key = (cluster, namespace)
        if key in self.owners:
            return self.owners[key]
        if key in self.contested:
            return None
        found = {name for name in self.workspaces if any(self._entries(name, cluster, namespace, {}))}
        if not found and cluster == MANAGEMENT_CLUSTER and cluster not in self.clusters:
            found = {owner for (_, other), owner in self.owners.items() if other == namespace}
        return found.pop() if len(found) == 1 else None

    def is_enabled(self, owner: str, cluster: str, namespace: str, labels: Mapping[str, str]) -> bool:
        """Whether resources in a namespace of a workspace count.

        `configEnabled: false` of the cluster entry or of the namespace entry keeps them out, unless another entry that
        selects the namespace lets them in.
        """
        entries = list(self._entries(owner, cluster, namespace, labels))
        return not entries or any(all(part.config_enabled is not False for part in entry) for entry in entries)

    def _entries(
        self, workspace: str, cluster: str, namespace: str, labels: Mapping[str, str]
    ) -> Iterator[tuple[WorkloadCluster, NamespaceSelector]]:
        declared = self.clusters.get(cluster)
        return _selecting_entries(self.workspaces[workspace].spec, cluster, declared, namespace, labels)


@dataclass(slots=True)
class ConfigOwners:
    """Knows through which workspace resources act.

    Answers for a namespace are kept: thousands of resources stand in few namespaces.
    """

    membership: Membership
    namespaces: Mapping[NamespaceKey, Namespace]
    report: Report
    _answers: dict[NamespaceKey, tuple[str | None, bool]] = field(default_factory=dict)

    def of(self, resource: Resource[Any]) -> str | None:
        """The workspace through which a resource acts; None, with a finding, when it acts through none."""
        cluster, namespace = resource.ref.cluster, resource.ref.namespace
        owner, enabled = self._answer(cluster, namespace)
        if owner is None:
            if not self._is_explained(cluster, namespace):
                self.report.add(
                    catalogue.RESOURCE_OUTSIDE, resource.ref, resource.at(), namespace=namespace, cluster=cluster
                )
        elif not enabled:
            self.report.add(
                catalogue.CONFIG_DISABLED, resource.ref, resource.at(),
                workspace=owner, namespace=namespace, cluster=cluster,
            )  # fmt: skip
        return owner if enabled else None

    def _is_explained(self, cluster: str, namespace: str) -> bool:
        """Whether errors say why a namespace has no owner: several want it, or a Workspace is not understood."""
        return (cluster, namespace) in self.membership.contested or self.report.refuses_kind("Stack", "Workspace")

    def _answer(self, cluster: str, namespace: str) -> tuple[str | None, bool]:
        key = (cluster, namespace)
        if key not in self._answers:
            owner, known = self.membership.owner_of(cluster, namespace), self.namespaces.get(key)
            labels = known.labels if known else {}
            enabled = owner is None or self.membership.is_enabled(owner, cluster, namespace, labels)
            self._answers[key] = (owner, enabled)
        return self._answers[key]


def resolve_membership(
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    clusters: Mapping[str, Cluster],
    namespaces: Iterable[Namespace],
    report: Report,
) -> Membership:
    """Decide the owner of each namespace, and report what cannot be meant."""
    for _, resource in sorted(workspaces.items()):
        _check_entries(resource, clusters, report)
    owners: dict[NamespaceKey, str] = {}
    contested: set[NamespaceKey] = set()
    selecting: set[str] = set()
    by_label: dict[str, list[str]] = {}
    for namespace in namespaces:
        wanted = _wanting(namespace, workspaces, clusters)
        key = (namespace.cluster, namespace.name)
        selecting.update(wanted)
        named = [name for name, how in wanted.items() if how.by_name]
        if len(wanted) == 1 or len(named) == 1:
            owner = owners[key] = (named or [*wanted])[0]
            _report_yielding(namespace, owner, wanted, workspaces, report)
            if wanted[owner].by_label:
                by_label.setdefault(owner, []).append(f"{namespace.name} ({namespace.cluster})")
        elif wanted:
            contested.add(key)
            _report_contested(namespace, [workspaces[name] for name in wanted], report)
    for name, resource in sorted(workspaces.items()):
        location = resource.at("workloadClusters")
        explained = report.refuses(resource.ref) or _is_elsewhere(resource, clusters)
        if name not in selecting and resource.spec.workload_clusters and not explained:
            report.add(catalogue.EMPTY_WORKSPACE, resource.ref, location, workspace=name)
        if name in by_label:
            shown = ", ".join(sorted(by_label[name]))
            report.add(catalogue.NAMESPACE_BY_LABEL, resource.ref, location, workspace=name, namespaces=shown)
    return Membership(workspaces, clusters, owners, frozenset(contested))


class _Wish(NamedTuple):
    """How a workspace selects a namespace: an entry says something of its name; all entries do by labels alone."""

    by_name: bool
    by_label: bool


def _wanting(
    namespace: Namespace, workspaces: Mapping[str, Resource[WorkspaceSpec]], clusters: Mapping[str, Cluster]
) -> dict[str, _Wish]:
    """The workspaces that select a namespace, sorted."""
    found = {}
    for name, resource in sorted(workspaces.items()):
        declared = clusters.get(namespace.cluster)
        entries = _selecting_entries(resource.spec, namespace.cluster, declared, namespace.name, namespace.labels)
        selectors = [selector for _, selector in entries]
        if selectors:
            by_name = any(one.name.strip("*") for one in selectors)
            found[name] = _Wish(by_name, not by_name and all(one.labels for one in selectors))
    return found


def _report_yielding(
    namespace: Namespace,
    owner: str,
    wanted: Iterable[str],
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    report: Report,
) -> None:
    """Report the workspaces that select a namespace by labels only, where another one names it."""
    for name in wanted:
        if name != owner:
            report.owned_by(PLATFORM).add(
                catalogue.NAMESPACE_LABEL_YIELDS, namespace.ref, namespace.at(),
                namespace=namespace.name, cluster=namespace.cluster, workspace=name, owner=owner,
                related=(workspaces[name].ref,),
            )  # fmt: skip


def _selecting_entries(
    spec: WorkspaceSpec, cluster: str, declared: Cluster | None, namespace: str, labels: Mapping[str, str]
) -> Iterator[tuple[WorkloadCluster, NamespaceSelector]]:
    """The entries that select the namespace."""
    for entry in spec.workload_clusters:
        if entry.name and not glob_matches(entry.name, cluster):
            continue
        if not labels_match(entry.selector, declared.labels if declared else {}):
            continue
        for selector in entry.namespaces:
            if not selector.name and not selector.labels:
                continue
            if selector.name and not glob_matches(selector.name, namespace):
                continue
            if labels_match(selector.labels, labels):
                yield entry, selector


def _report_contested(namespace: Namespace, wanted: list[Resource[WorkspaceSpec]], report: Report) -> None:
    names = " and ".join(f"'{resource.ref.name}'" for resource in wanted)
    location = wanted[0].at("workloadClusters")
    report.add(
        catalogue.NAMESPACE_IN_TWO_WORKSPACES, Ref("Namespace", namespace.name, "", namespace.cluster), location,
        namespace=namespace.name, cluster=namespace.cluster, workspaces=names,
        related=tuple(resource.ref for resource in wanted),
    )  # fmt: skip


def _check_entries(resource: Resource[WorkspaceSpec], clusters: Mapping[str, Cluster], report: Report) -> None:
    entries = resource.spec.workload_clusters
    _check_config_enabled(resource, [e.config_enabled for e in entries], ("workloadClusters",), "clusters", report)
    elsewhere = _is_elsewhere(resource, clusters)
    if elsewhere:
        _report_elsewhere(resource, clusters, report)
    for index, entry in enumerate(entries):
        path = ("workloadClusters", index)
        flags = [selector.config_enabled for selector in entry.namespaces]
        _check_config_enabled(resource, flags, (*path, "namespaces"), "namespaces", report)
        if _is_unknown(entry, clusters) and "*" not in entry.name and not elsewhere:
            report.add(
                catalogue.UNKNOWN_CLUSTER, resource.ref, resource.at(*path, "name"),
                cluster=entry.name, suggestion=suggest(entry.name, clusters),
            )  # fmt: skip
        if not entry.namespaces:
            report.add(
                catalogue.CLUSTER_ENTRY_EMPTY, resource.ref, resource.at(*path),
                entry=f"workloadClusters[{index}]", nothing="no namespaces",
            )  # fmt: skip
        for position, selector in enumerate(entry.namespaces):
            if not selector.name and not selector.labels:
                report.add(
                    catalogue.CLUSTER_ENTRY_EMPTY, resource.ref, resource.at(*path, "namespaces", position),
                    entry=f"workloadClusters[{index}].namespaces[{position}]", nothing="nothing: no name and no labels",
                )  # fmt: skip


def _is_unknown(entry: WorkloadCluster, clusters: Iterable[str]) -> bool:
    """Whether an entry names clusters of which none is declared; the management cluster need not be."""
    known = (*clusters, MANAGEMENT_CLUSTER)
    return bool(entry.name) and not any(glob_matches(entry.name, name) for name in known)


def _is_elsewhere(resource: Resource[WorkspaceSpec], clusters: Iterable[str]) -> bool:
    """Whether a Workspace has nothing but names of unknown clusters, and perhaps that of the management cluster."""
    entries = resource.spec.workload_clusters
    undeclared = [entry for entry in entries if entry.name != MANAGEMENT_CLUSTER or MANAGEMENT_CLUSTER in clusters]
    return bool(undeclared) and all(_is_unknown(entry, clusters) for entry in undeclared)


def _report_elsewhere(resource: Resource[WorkspaceSpec], clusters: Iterable[str], report: Report) -> None:
    unknown = [entry.name for entry in resource.spec.workload_clusters if _is_unknown(entry, clusters)]
    suggestion = next(filter(None, (suggest(name, clusters) for name in unknown)), "")
    report.add(
        catalogue.WORKSPACE_OF_UNKNOWN_CLUSTERS, resource.ref, resource.at("workloadClusters", 0, "name"),
        workspace=resource.ref.name, clusters=", ".join(f"'{name}'" for name in unknown), suggestion=suggestion,
    )  # fmt: skip


def _check_config_enabled(
    resource: Resource[WorkspaceSpec],
    flags: list[bool | None],
    path: tuple[str | int, ...],
    entries: str,
    report: Report,
) -> None:
    if any(flag is not None for flag in flags) and any(flag is None for flag in flags):
        missing = flags.index(None)
        report.add(catalogue.CONFIG_ENABLED_PARTIAL, resource.ref, resource.at(*path, missing), entries=entries)
