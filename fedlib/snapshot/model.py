"""The snapshot: configuration and inventory, joined and indexed once. Later stages read nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic

from fedlib.config.gloo import WorkspaceSettingsSpec, WorkspaceSpec
from fedlib.config.resource import Resource, S, S_co, kind_of
from fedlib.config.stack import GroupShape, Placement, PolicyInheritance
from fedlib.diagnostics import NOWHERE, Location, Ref
from fedlib.diagnostics.report import Place
from fedlib.discovery.inventory import Namespace, Node, Service, ServiceAccount, Workload
from fedlib.snapshot.mesh import Mesh
from fedlib.snapshot.visibility import Visibility

NamespaceKey = tuple[str, str]
"""A namespace: (cluster, name)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster with its mesh identity. `ip_families` are those in which hosts get virtual IPs there.

    `blocks` are addresses of its Services, pods and nodes that the administrator names.
    """

    name: str
    trust_domain: str
    network: str
    cluster_domain: str
    labels: Mapping[str, str]
    ip_families: tuple[str, ...]
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace with its effective settings. `namespaces` maps each cluster to sorted names.

    `settings_sources` says for each field of the settings and of their options which resource decides it, where
    that is not `settings_resource`.
    """

    name: str
    labels: Mapping[str, str]
    resource: Resource[WorkspaceSpec]
    settings: WorkspaceSettingsSpec
    settings_resource: Resource[WorkspaceSettingsSpec] | None
    namespaces: Mapping[str, tuple[str, ...]]
    settings_sources: Mapping[str, Resource[WorkspaceSettingsSpec]] = field(default_factory=dict)

    def settings_source(self, name: str) -> Resource[WorkspaceSettingsSpec] | None:
        """The resource that decides a field of the settings: the global one where it sets the field."""
        return self.settings_sources.get(name, self.settings_resource)

    @property
    def ref(self) -> Ref:
        """The identity of the Workspace object."""
        return self.resource.ref

    @property
    def imports(self) -> Place:
        """Where it says what it imports."""
        source = self.settings_source("import_from")
        return (source.ref, partial(source.at, "importFrom")) if source else (self.ref, self.resource.at)


@dataclass(frozen=True, slots=True)
class OwnedResource(Generic[S_co]):
    """A Gloo resource and the workspace through which it acts.

    `consumers` are the workspaces that may use it, the owner included, sorted; of a kind that cannot be shared, the
    owner alone.
    """

    resource: Resource[S_co]
    workspace: str
    consumers: tuple[str, ...]

    @property
    def spec(self) -> S_co:
        """Its spec."""
        return self.resource.spec


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that federation decides on.

    `consumers` are for each Service of a workspace the workspaces that may use it, the owner included, sorted. `hosts`
    are those that the administrator gives to workspaces, by their ends. `istio_namespaces` are Istio's own: gateways
    between clusters and the settings of the mesh count there only.
    """

    placement: Placement
    group_shape: GroupShape
    policy_inheritance: PolicyInheritance
    clusters: Mapping[str, Cluster]
    meshes: Mapping[str, Mesh]
    workspaces: Mapping[str, Workspace]
    owners: Mapping[NamespaceKey, str]
    istio_namespaces: frozenset[NamespaceKey]
    namespaces: Mapping[NamespaceKey, Namespace]
    services: Mapping[Ref, Service]
    services_by_workspace: Mapping[str, tuple[Service, ...]]
    consumers: Mapping[Ref, tuple[str, ...]]
    workloads: Mapping[NamespaceKey, tuple[Workload, ...]]
    service_accounts: Mapping[NamespaceKey, tuple[ServiceAccount, ...]]
    nodes: Mapping[str, tuple[Node, ...]]
    resources: Mapping[str, tuple[OwnedResource[Any], ...]]
    servers: Mapping[Ref, Resource[Any]]
    server_owners: Mapping[Ref, str]
    inputs: tuple[Ref, ...]
    visibility: Visibility
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed_addresses: tuple[str, ...] = ()
    allowed_annotations: frozenset[str] = frozenset()

    def of(self, spec: type[S]) -> tuple[OwnedResource[S], ...]:
        """The resources of the kind that has specs of this model, sorted by identity."""
        return self.resources.get(kind_of(spec), ())

    def place(self, ref: Ref) -> Location:
        """Where a resource, a Workspace or a Service stands in the input."""
        if ref in self.services:
            return self.services[ref].at()
        resources = [owned.resource for owned in self.resources.get(ref.kind, ())]
        resources += [workspace.resource for workspace in self.workspaces.values()]
        return next((resource.at() for resource in resources if resource.ref == ref), NOWHERE)

    def owner_of(self) -> Callable[[Ref], str]:
        """Tells the workspace that owns a resource, a Service or a Workspace itself; empty for none."""
        known = {one.resource.ref: one.workspace for listed in self.resources.values() for one in listed}
        known.update({workspace.ref: name for name, workspace in self.workspaces.items()})
        return lambda ref: known.get(ref) or self.owners.get((ref.cluster, ref.namespace), "")

    def namespaces_of(self, workspace: str, cluster: str) -> tuple[str, ...]:
        """The namespaces of a workspace in a cluster, sorted."""
        return self.workspaces[workspace].namespaces.get(cluster, ())
