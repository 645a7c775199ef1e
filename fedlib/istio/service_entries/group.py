"""ServiceEntries of groups (docs/decisions/0007).

Where pods are, two ServiceEntries of the host stand in the Service's namespace: one selects the pods, the other lists
the gateways of the other clusters. Istio merges them, and takes all but the endpoints from either, so that the rest
must be the same. A third one, of the local-only host, is for the east-west gateway: it knows the pods of its own
cluster only, so that no request can leave the cluster again. Where no pods are, the one with the gateways is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fedlib.config.stack import GroupShape
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.destination import Backing, ClientMode, Group
from fedlib.istio.service_entries.federated import API_VERSION, KIND
from fedlib.istio.service_entries.group_endpoints import (
    Endpoint,
    endpoints,
    entry_ports,
    external_endpoints,
    host_spec,
    selector,
)
from fedlib.istio.service_entries.group_place import GroupPlace, group_places
from fedlib.istio.service_entries.group_workload_entry import with_workload_entries
from fedlib.snapshot.model import Snapshot


def translate_group(group: Group, hosts: HostNames, keys: frozenset[str], snapshot: Snapshot) -> Iterator[Declaration]:
    """The ServiceEntries of a group in all clusters, in Gloo's shape also WorkloadEntries.

    `keys` are those of the pods' labels that gateways need as endpoints.
    """
    gateways: Mapping[str, list[Endpoint]] = {
        cluster: list(endpoints(group, backing, keys, snapshot)) for cluster, backing in group.backings.items()
    }
    native = snapshot.group_shape is GroupShape.WORKLOAD_ENTRY and group.client_mode is ClientMode.SNI_ROUTING
    places = [place for place in group_places(group, snapshot) if place.consumers or native]
    outside = list(external_endpoints(group))
    for host in group.hosts:
        for place in places:
            remote = [entry for backing in group.remote(place.cluster) for entry in gateways[backing.service.cluster]]
            remote += outside
            if native and place.backing is not None:
                yield from with_workload_entries(group, host, place, place.backing, remote, hosts, snapshot)
            else:
                yield from _at(group, host, place, remote, hosts, snapshot)
        for backing in group.backings.values():
            if backing.gateways and not native:
                yield _local_only(group, host, backing, hosts, snapshot)


def _at(
    group: Group, host: str, place: GroupPlace, remote: list[Endpoint], hosts: HostNames, snapshot: Snapshot
) -> Iterator[Declaration]:
    common = host_spec(group, host, place, remote, hosts, snapshot)
    lineage = Lineage(group.resource.ref, *NETWORKING, place.workspace)
    name, places = f"vd-{hosts.stems[host]}-{place.workspace}", {place.cluster: place.namespaces}
    if place.backing is not None:
        spec = {**common, "workloadSelector": selector(place.backing)}
        selects = place.backing.service.selector
        effect = Effect(describes=(host,), home_of=(host,), selects=selects)
        yield Declaration(places, API_VERSION, KIND, object_name(name), spec, lineage, effect=effect)
        if not remote:
            return
        name += "-remote"
    spec = {**common, "endpoints": remote} if remote else common
    effect = Effect(Role.LEADS, (host,), private=place.export_to == (".",))
    yield Declaration(places, API_VERSION, KIND, object_name(name), spec, lineage, effect=effect)


def _local_only(group: Group, host: str, backing: Backing, hosts: HostNames, snapshot: Snapshot) -> Declaration:
    """What the east-west gateways of the cluster know of the host, and nobody else.

    It has addresses where it has a port that is not HTTP: without one, sidecars beside the gateway would take every
    connection to the port's number for this host.
    """
    name = local_only_host(host)
    families = snapshot.clusters[backing.service.cluster].ip_families
    addresses = {"addresses": hosts.addresses(name, families)} if name in hosts.virtual_ips else {}
    spec = {
        "hosts": [name],
        **addresses,
        "exportTo": sorted({gateway.service.namespace for gateway in backing.gateways}),
        "location": "MESH_INTERNAL",
        "ports": entry_ports(group, backing),
        "resolution": "STATIC",
        "workloadSelector": selector(backing),
    }
    stem = local_only_host(hosts.stems[host])
    lineage = Lineage(group.resource.ref, *NETWORKING, group.workspace)
    service = backing.service
    return Declaration(
        {service.cluster: (service.namespace,)},
        API_VERSION,
        KIND,
        object_name(f"vd-{stem}-{group.workspace}"),
        spec,
        lineage,
        effect=Effect(describes=(name,), home_of=(host,), selects=service.selector),
    )
