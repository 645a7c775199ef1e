"""The stage's public function: configuration and inventory to a `Snapshot`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.gloo import KubernetesClusterSpec, ResourceKind, WorkspaceSettingsSpec, WorkspaceSpec
from fedlib.config.load import ADMIN_NAMESPACE, Configuration
from fedlib.config.model import Model
from fedlib.config.policies.ext_auth import ExtAuthServerSpec
from fedlib.config.policies.rate_limit import RateLimitServerConfigSpec, RateLimitServerSettingsSpec
from fedlib.config.resource import KINDS, Document, Resource, kind_of, read_resources
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.stack import Cluster as Declared
from fedlib.config.unique import difference, place_of, same_meaning, unique
from fedlib.config.unsupported import report_untranslated
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, Source
from fedlib.diagnostics.status import is_of_subject
from fedlib.discovery.inventory import ClusterInventory, Inventory, Service
from fedlib.snapshot.authors import admit_teams
from fedlib.snapshot.clusters import describe_clusters
from fedlib.snapshot.given_hosts import given_hosts
from fedlib.snapshot.ip_families import resolve_ip_families
from fedlib.snapshot.istio_namespaces import resolve_istio_namespaces
from fedlib.snapshot.membership import ConfigOwners, Membership, resolve_membership
from fedlib.snapshot.mesh import resolve_mesh
from fedlib.snapshot.model import Cluster, NamespaceKey, OwnedResource, Snapshot, Workspace
from fedlib.snapshot.owners import find_owners
from fedlib.snapshot.settings import resolve_settings
from fedlib.snapshot.sharing_checks import check_sharing, shareable
from fedlib.snapshot.visibility import Visibility, resolve_visibility

T = TypeVar("T")

SERVERS: Final = (ExtAuthServerSpec, RateLimitServerConfigSpec, RateLimitServerSettingsSpec)
"""Kinds that administrators write, in namespaces of no workspace too; policies of all workspaces name them."""

ADMINISTRATORS: Final = (WorkspaceSpec, KubernetesClusterSpec)
"""Kinds that say which namespaces of which clusters belong to whom."""

_SHARED: Final[Mapping[type[Model], ResourceKind]] = {
    ExternalServiceSpec: ResourceKind.EXTERNAL_SERVICE,
    RouteTableSpec: ResourceKind.ROUTE_TABLE,
    VirtualDestinationSpec: ResourceKind.VIRTUAL_DESTINATION,
}
"""The kinds that workspaces export and import, besides Services."""


def build_snapshot(configuration: Configuration, inventory: Inventory, report: Report) -> Snapshot:
    """Join and index the input. Every list is sorted, so that the order of the input cannot show."""
    resources = unique([*configuration.resources, *_discovered(inventory, report)], report)
    administered = _by_kind(resources)
    workspaces = _workspaces(administered[kind_of(WorkspaceSpec)], report)
    inventories = [inventory.clusters[name] for name in sorted(inventory.clusters)]
    namespaces = [namespace for one in inventories for namespace in one.namespaces if not namespace.terminating]
    clusters = describe_clusters(configuration.config.clusters, administered[kind_of(KubernetesClusterSpec)], report)
    membership = resolve_membership(workspaces, clusters, namespaces, report)
    resources = unique([*resources, *admit_teams(configuration, membership, report)], report)
    by_kind = _by_kind(resources)
    for spec in ADMINISTRATORS:
        by_kind.pop(kind_of(spec), None)
    report.resolve_owners(find_owners(resources, membership).of, workspaces)
    by_key = {(namespace.cluster, namespace.name): namespace for namespace in namespaces}
    owned = _owned_namespaces(membership)
    config_owners = ConfigOwners(membership, by_key, report)
    settings = resolve_settings(by_kind.pop(kind_of(WorkspaceSettingsSpec), []), workspaces, config_owners, report)
    visibility = resolve_visibility(workspaces, settings, report)
    services = {service.ref: service for one in inventories for service in one.services}
    istio_namespaces = resolve_istio_namespaces(configuration, namespaces, membership, report)
    families = resolve_ip_families(clusters, configuration, inventory, istio_namespaces, report)
    servers = {one.ref: one for spec in SERVERS for one in by_kind.pop(kind_of(spec), [])}
    resources_by_kind = {kind: _owned(found, config_owners, visibility) for kind, found in sorted(by_kind.items())}
    acting = [one.resource for owned_resources in resources_by_kind.values() for one in owned_resources]
    for resource in (*servers.values(), *acting):
        report_untranslated(resource, report)
    services_by_workspace = _services(inventories, membership)
    consumers = _consumers(services, membership, visibility)
    shared = shareable(services_by_workspace, consumers, resources_by_kind)
    check_sharing(workspaces, settings, visibility, shared, report)
    return Snapshot(
        placement=configuration.config.placement,
        group_shape=configuration.config.group_shape,
        policy_inheritance=configuration.config.policy_inheritance,
        clusters=_clusters(clusters, families),
        meshes={one.cluster: resolve_mesh(one, istio_namespaces, report) for one in inventories},
        workspaces={
            name: Workspace(
                name,
                resource.labels,
                resource,
                settings.effective[name],
                settings.sources.get(name),
                owned.get(name, {}),
                settings.overriding if name in settings.sources else {},
            )
            for name, resource in sorted(workspaces.items())
        },
        owners=membership.owners,
        istio_namespaces=istio_namespaces,
        namespaces=by_key,
        services=services,
        services_by_workspace=services_by_workspace,
        consumers=consumers,
        workloads=_by_namespace((w.cluster, w.namespace, w) for one in inventories for w in one.workloads),
        service_accounts=_by_namespace(
            (account.cluster, account.namespace, account) for one in inventories for account in one.service_accounts
        ),
        nodes={one.cluster: one.nodes for one in inventories},
        resources=resources_by_kind,
        servers=servers,
        server_owners={ref: owner for ref in servers if (owner := membership.owner_of(ref.cluster, ref.namespace))},
        inputs=_inputs(resources, report),
        visibility=visibility,
        hosts=given_hosts(configuration, workspaces, report),
        allowed_addresses=configuration.config.allowed_addresses,
        allowed_annotations=frozenset(configuration.config.allowed_annotations),
    )


def _by_kind(resources: Iterable[Resource[Any]]) -> dict[str, list[Resource[Any]]]:
    found: dict[str, list[Resource[Any]]] = defaultdict(list)
    for resource in resources:
        found[resource.ref.kind].append(resource)
    return found


def _discovered(inventory: Inventory, report: Report) -> Iterable[Resource[Model]]:
    for name in sorted(inventory.clusters):
        nowhere = Origin(Source(f"cluster {name}"))
        found = [Document(one.document, name, one.origin or nowhere) for one in inventory.clusters[name].gloo_objects]
        for resource in read_resources(found, report, found=True):
            if _is_at_home(resource, report):
                yield resource


def _is_at_home(resource: Resource[Model], report: Report) -> bool:
    """Whether a resource that was found in a cluster stands where its kind counts; what does not is reported."""
    elsewhere = isinstance(resource.spec, ADMINISTRATORS) and resource.ref.namespace != ADMIN_NAMESPACE
    if elsewhere:
        report.add(
            catalogue.WORKSPACE_ELSEWHERE, resource.ref, resource.at(),
            kind=resource.ref.kind, expected=ADMIN_NAMESPACE,
        )  # fmt: skip
    return not elsewhere


def _inputs(resources: Iterable[Resource[Model]], report: Report) -> tuple[Ref, ...]:
    """The Gloo resources of the input, with those that were reported and refused."""
    found = (one for one in report if one.subject.kind in KINDS and one.subject.name)
    refused = {one.subject for one in found if is_of_subject(one, report)}
    return tuple(sorted({resource.ref for resource in resources} | refused))


def _workspaces(resources: Iterable[Resource[WorkspaceSpec]], report: Report) -> dict[str, Resource[WorkspaceSpec]]:
    """Workspaces by name; of two with one name that differ neither counts."""
    found: dict[str, list[Resource[WorkspaceSpec]]] = defaultdict(list)
    for resource in resources:
        found[resource.ref.name].append(resource)
    refused = set()
    for name, (first, *others) in found.items():
        for other in others:
            if not same_meaning(first, other):
                refused.add(name)
                report.add(
                    catalogue.DUPLICATE_WORKSPACE, other.ref, other.at(),
                    workspace=name, other=place_of(first), fields=difference(first, other), related=(first.ref,),
                )  # fmt: skip
    return {name: same[0] for name, same in sorted(found.items()) if name not in refused}


def _clusters(declared: Mapping[str, Declared], ip_families: Mapping[str, tuple[str, ...]]) -> dict[str, Cluster]:
    return {
        name: Cluster(
            name,
            cluster.trust_domain or name,
            cluster.network or name,
            cluster.cluster_domain,
            cluster.labels,
            ip_families[name],
            cluster.blocks,
        )
        for name, cluster in sorted(declared.items())
    }


def _owned_namespaces(membership: Membership) -> dict[str, dict[str, tuple[str, ...]]]:
    """Workspace -> cluster -> sorted namespaces."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (cluster, namespace), owner in sorted(membership.owners.items()):
        found[owner][cluster] = (*found[owner].get(cluster, ()), namespace)
    return found


def _services(inventories: Iterable[ClusterInventory], membership: Membership) -> dict[str, tuple[Service, ...]]:
    found: dict[str, list[Service]] = defaultdict(list)
    for one in inventories:
        for service in one.services:
            owner = membership.owners.get((service.cluster, service.namespace))
            if owner is not None:
                found[owner].append(service)
    return {
        owner: tuple(sorted(services, key=lambda s: (s.cluster, s.namespace, s.name)))
        for owner, services in sorted(found.items())
    }


def _consumers(
    services: Mapping[Ref, Service], membership: Membership, visibility: Visibility
) -> dict[Ref, tuple[str, ...]]:
    """Service -> the workspaces that may use it."""
    owned = ((ref, one, membership.owners.get((one.cluster, one.namespace))) for ref, one in services.items())
    return {
        ref: visibility.consumers(owner, ResourceKind.SERVICE, service.labels, ref)
        for ref, service, owner in owned
        if owner is not None
    }


def _by_namespace(items: Iterable[tuple[str, str, T]]) -> dict[NamespaceKey, tuple[T, ...]]:
    found: dict[NamespaceKey, list[T]] = defaultdict(list)
    for cluster, namespace, item in items:
        found[cluster, namespace].append(item)
    return {key: tuple(values) for key, values in found.items()}


def _owned(
    resources: Iterable[Resource[Model]],
    config_owners: ConfigOwners,
    visibility: Visibility,
) -> tuple[OwnedResource[Model], ...]:
    """Resources of one kind, with the workspaces through which they act; those without one are reported."""
    owned = []
    for resource in resources:
        owner = config_owners.of(resource)
        kind = _SHARED.get(type(resource.spec))
        if owner is not None:
            shared = kind and visibility.consumers(owner, kind, resource.labels, resource.ref)
            owned.append(OwnedResource(resource, owner, shared or (owner,)))
    return tuple(owned)
