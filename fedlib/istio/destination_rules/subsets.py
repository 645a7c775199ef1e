"""Subsets in host rules, and the host rules that gateways need for them.

The SNI of a request names its subset. So the same subset must be known where the request is made, and to the east-west
gateway of the cluster that serves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fedlib.config.selectors import DestinationKind
from fedlib.config.stack import GroupShape, Placement
from fedlib.declarations.lineage import CORE, NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.diagnostics import Ref
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.destination import ClientMode, FederatedService, Group
from fedlib.federation.routes.subsets import DemandedSubsets, Labels
from fedlib.istio.destination_rules.host_rule import HostRule, HostSubset, sni
from fedlib.istio.placement import shared_namespace
from fedlib.istio.subset import subset_name
from fedlib.snapshot.model import Snapshot


def host_subsets(
    subsets: Iterable[Labels], tls: Mapping[int, Mapping[str, Any]], sni_host: str
) -> tuple[HostSubset, ...]:
    """Subsets by name. Where the host's TLS settings name an SNI, those of a subset name its own."""
    found: dict[str, HostSubset] = {}
    for labels in subsets:
        name = subset_name(labels)
        settings = tls.items() if sni_host else ()
        own = {port: {**fields, "sni": sni(port, sni_host, name)} for port, fields in settings}
        found[name] = HostSubset(name, labels, own)
    return tuple(subset for _, subset in sorted(found.items()))


def called_subsets(consumers: Iterable[str], destination: Ref, demanded: DemandedSubsets) -> tuple[Labels, ...]:
    """The subsets of a destination that the proxies of some workspaces call."""
    return tuple(labels for name in consumers for labels in demanded.of(name, destination))


def local_only_rules(
    group: Group, demanded: DemandedSubsets, hosts: HostNames, snapshot: Snapshot
) -> Iterator[HostRule]:
    """For the gateways that serve a group: the subsets of its local-only hosts, and nothing else."""
    subsets = host_subsets(demanded.at_home(group.resource.ref), {}, "")
    native = snapshot.group_shape is GroupShape.WORKLOAD_ENTRY or group.client_mode is ClientMode.TLS_TERMINATION
    if native or not subsets:
        return
    for cluster, backing in group.backings.items():
        for host in group.hosts if backing.gateways else ():
            yield HostRule(
                cluster=cluster,
                namespaces=(backing.service.namespace,),
                export_to=tuple(sorted({gateway.service.namespace for gateway in backing.gateways})),
                host=local_only_host(host),
                name=object_name(f"{local_only_host(hosts.stems[host])}-virtual-destination-{group.workspace}"),
                kind=DestinationKind.VIRTUAL_DESTINATION,
                destination=group.resource.ref,
                consumers=(),
                lineage=Lineage(group.resource.ref, *NETWORKING, group.workspace),
                subsets=subsets,
            )


def federated_host_rules(
    service: FederatedService, demanded: DemandedSubsets, hosts: HostNames, snapshot: Snapshot
) -> Iterator[HostRule]:
    """Subsets of a federated host: at home for the gateway, and in other clusters for those who call them.

    It has no ports here: no policy applies to it.
    """
    source = service.service
    at_home = demanded.at_home(source.ref) if service.gateways else ()
    if not at_home:
        return
    visible = {gateway.service.namespace for gateway in service.gateways} | {source.namespace}
    for consumer in service.consumers:
        visible.update(snapshot.namespaces_of(consumer, source.cluster))
    home = ((source.namespace,), tuple(sorted(visible)))
    yield _federated(service, source.cluster, home, service.workspace, at_home, hosts)
    for consumer in service.consumers:
        subsets = demanded.of(consumer, source.ref)
        for cluster, namespaces in sorted(snapshot.workspaces[consumer].namespaces.items()) if subsets else ():
            if cluster == source.cluster:
                continue
            place: tuple[tuple[str, ...], tuple[str, ...]] = (namespaces, (".",))
            if snapshot.placement is Placement.SHARED:
                place = ((shared_namespace(snapshot, consumer, cluster),), namespaces)
            yield _federated(service, cluster, place, consumer, subsets, hosts)


def _federated(
    service: FederatedService,
    cluster: str,
    place: tuple[tuple[str, ...], tuple[str, ...]],
    workspace: str,
    subsets: Iterable[Labels],
    hosts: HostNames,
) -> HostRule:
    return HostRule(
        cluster=cluster,
        namespaces=place[0],
        export_to=place[1],
        host=service.host,
        name=object_name(f"{hosts.stems[service.host]}-service-{workspace}"),
        kind=DestinationKind.SERVICE,
        destination=service.service.ref,
        consumers=(),
        lineage=Lineage(service.service.ref, *CORE, workspace),
        subsets=host_subsets(subsets, {}, ""),
    )
