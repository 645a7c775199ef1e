"""Grouped federation: VirtualDestinations, who may call them, and what stands behind them.

Source: Gloo's `VirtualDestination`. It is available in all namespaces of the workspace that owns it and of those that
import it, in every cluster, also where no Service of it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fedlib.config.gloo import ResourceKind
from fedlib.config.resource import Resource
from fedlib.config.stack import GroupShape
from fedlib.config.untranslated import untranslated
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import path_text
from fedlib.federation import services
from fedlib.federation.gateways import is_hostname
from fedlib.federation.group_backings import BackingFinder
from fedlib.federation.group_hosts import settle_hosts
from fedlib.federation.model import FederatedService, Group
from fedlib.snapshot.model import OwnedResource, Snapshot


def federate_groups(
    snapshot: Snapshot, federated: Iterable[FederatedService], finder: BackingFinder, report: Report
) -> tuple[Group, ...]:
    """Decide all groups, sorted by their resources. A group without a host that it may use is left out."""
    found = [_group(owned, snapshot, finder, report) for owned in snapshot.resources.get("VirtualDestination", ())]
    hosts = settle_hosts(found, federated, snapshot, report)
    groups = [replace(group, hosts=hosts[group.resource.ref]) for group in found if hosts[group.resource.ref]]
    for group in groups:
        _check_reach(group, snapshot, report)
        _check_addresses(group, report)
        if snapshot.group_shape is GroupShape.WORKLOAD_ENTRY:
            _warn_of_settings(group, snapshot, report)
    return tuple(sorted((group for group in groups if _fits(group, report)), key=lambda g: g.resource.ref))


def _group(owned: OwnedResource, snapshot: Snapshot, finder: BackingFinder, report: Report) -> Group:
    resource, spec = owned.resource, owned.resource.spec
    assert isinstance(spec, VirtualDestinationSpec)
    _check_schema(resource, spec, report)
    ref = resource.ref
    importers = snapshot.visibility.consumers(
        owned.workspace, ResourceKind.VIRTUAL_DESTINATION, resource.labels, ref.name, ref.namespace, ref.cluster
    )
    consumers = tuple(sorted({owned.workspace, *importers}))
    ports, backings = finder.find(owned, spec, consumers)
    return Group(resource, owned.workspace, consumers, (), ports, backings)


def _check_schema(resource: Resource, spec: VirtualDestinationSpec, report: Report) -> None:
    if not spec.hosts:
        report.add(catalogue.GROUP_WITHOUT_HOST, resource.ref, resource.at())
    paths = list(untranslated(spec))
    if spec.external_services:
        paths.append(("externalServices",))
    if spec.client_mode is not None and spec.client_mode.tls_termination is not None:
        paths.append(("clientMode", "tlsTermination"))
    for path in paths:
        report.add(
            catalogue.UNSUPPORTED_FIELD, resource.ref, resource.at(*path),
            field=f"spec.{path_text(path)}", advice="the group consists of the Services that `services` selects",
        )  # fmt: skip


def _addresses(group: Group) -> dict[str, set[str]]:
    """The addresses of the gateways of each cluster."""
    return {
        cluster: {endpoint.address for gateway in backing.gateways for endpoint in gateway.endpoints}
        for cluster, backing in group.backings.items()
    }


def _fits(group: Group, report: Report) -> bool:
    """Whether a ServiceEntry can hold the group: Istio's schema limits its ports and its endpoints."""
    resource = group.resource
    endpoints = sum(len(gateway.endpoints) for backing in group.backings.values() for gateway in backing.gateways)
    if len(group.ports) > services.MAX_PORTS:
        report.add(
            catalogue.GROUP_TOO_MANY_PORTS, resource.ref, resource.at("ports"),
            count=len(group.ports), limit=services.MAX_PORTS,
        )  # fmt: skip
    elif endpoints > services.MAX_ENDPOINTS:
        report.add(
            catalogue.TOO_MANY_ENDPOINTS, resource.ref, resource.at("services"),
            host=group.hosts[0], count=endpoints, limit=services.MAX_ENDPOINTS,
        )  # fmt: skip
    else:
        return True
    return False


def _check_addresses(group: Group, report: Report) -> None:
    """A hostname makes the host resolve by DNS, in one family for all of its endpoints."""
    addresses = _addresses(group)
    named = [cluster for cluster, found in addresses.items() if any(map(is_hostname, found))]
    sixth = [cluster for cluster, found in addresses.items() if any(":" in address for address in found)]
    if named and sixth:
        report.add(
            catalogue.GROUP_MIXED_ADDRESSES, group.resource.ref, group.resource.at("services"),
            named=named[0], sixth=sixth[0],
        )  # fmt: skip


def _warn_of_settings(group: Group, snapshot: Snapshot, report: Report) -> None:
    """Gloo's shape keeps what it promises with settings of the mesh only, which cannot be read from its objects."""
    for cluster, backing in group.backings.items():
        for gateway in backing.gateways:
            report.add(
                catalogue.GROUP_SHAPE_SETTINGS, gateway.service.ref, gateway.service.at("spec"),
                cluster=cluster, network=snapshot.clusters[cluster].network,
            )  # fmt: skip


def _check_reach(group: Group, snapshot: Snapshot, report: Report) -> None:
    """Report a group with nothing behind it, and one with nothing to fail over to."""
    resource, spec = group.resource, group.resource.spec
    assert isinstance(spec, VirtualDestinationSpec)
    clusters = {cluster for name in group.consumers for cluster in snapshot.workspaces[name].namespaces}
    if not spec.services and not spec.external_services:
        report.add(catalogue.GROUP_OF_HOSTS, resource.ref, resource.at())
    elif not group.backings and group.ports:
        report.add(catalogue.GROUP_EMPTY, resource.ref, resource.at("services"))
    elif len(group.backings) == 1 and len(clusters) > 1:
        (cluster,) = group.backings
        report.add(
            catalogue.GROUP_ONE_BACKING, resource.ref, resource.at("services"), cluster=cluster, count=len(clusters)
        )
