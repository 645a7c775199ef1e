"""ServiceEntries of groups (docs/decisions/0007).

Where pods are, two ServiceEntries of the host stand in the Service's namespace: one selects the pods, the other lists
the gateways of the other clusters. Istio merges them, and takes all but the endpoints from either, so that the rest
must be the same. A third one, of the local-only host, is for the east-west gateway: it knows the pods of its own
cluster only, so that no request can leave the cluster again. Where no pods are, the one with the gateways is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fedlib.federation.gateways import is_hostname
from fedlib.federation.hostname import local_only_host
from fedlib.federation.hosts import HostNames
from fedlib.federation.model import Backing, Group
from fedlib.istio.group_place import GroupPlace, group_places
from fedlib.istio.object import NETWORKING, Declaration, Lineage, object_name
from fedlib.istio.service_entry import API_VERSION, KIND
from fedlib.snapshot.model import Snapshot

_Endpoints = Mapping[str, list[dict[str, Any]]]


def translate_group(group: Group, hosts: HostNames, snapshot: Snapshot) -> Iterator[Declaration]:
    """The ServiceEntries of a group in all clusters."""
    endpoints = {cluster: _endpoints(group, backing, snapshot) for cluster, backing in group.backings.items()}
    places = list(group_places(group, snapshot))
    for host in group.hosts:
        for place in places:
            yield from _of_host(group, host, place, endpoints, hosts, snapshot)
        for backing in group.backings.values():
            if backing.gateways:
                yield _local_only(group, host, backing, hosts)


def _of_host(
    group: Group, host: str, place: GroupPlace, endpoints: _Endpoints, hosts: HostNames, snapshot: Snapshot
) -> Iterator[Declaration]:
    remote = [entry for backing in group.remote(place.cluster) for entry in endpoints[backing.service.cluster]]
    common: dict[str, Any] = {
        "hosts": [host],
        "addresses": hosts.addresses(host, snapshot.clusters[place.cluster].ip_families),
        "exportTo": list(place.export_to),
        "location": "MESH_INTERNAL",
        "ports": _ports(group, place.backing),
        "resolution": "DNS" if any(is_hostname(entry["address"]) for entry in remote) else "STATIC",
    }
    if group.identities:
        common["subjectAltNames"] = list(group.identities)
    lineage = Lineage(group.resource.ref, *NETWORKING, place.workspace)
    name = f"vd-{hosts.stems[host]}-{place.workspace}"
    if place.backing is not None:
        spec = {**common, "workloadSelector": _selector(place.backing)}
        yield Declaration(place.cluster, place.namespaces, API_VERSION, KIND, object_name(name), spec, lineage)
        if not remote:
            return
        name += "-remote"
    spec = {**common, "endpoints": remote} if remote else common
    yield Declaration(place.cluster, place.namespaces, API_VERSION, KIND, object_name(name), spec, lineage)


def _local_only(group: Group, host: str, backing: Backing, hosts: HostNames) -> Declaration:
    """What the east-west gateways of the cluster know of the host, and nobody else."""
    spec = {
        "hosts": [local_only_host(host)],
        "exportTo": sorted({gateway.service.namespace for gateway in backing.gateways}),
        "location": "MESH_INTERNAL",
        "ports": _ports(group, backing),
        "resolution": "STATIC",
        "workloadSelector": _selector(backing),
    }
    name = object_name(f"vd-{local_only_host(hosts.stems[host])}-{group.workspace}")
    lineage = Lineage(group.resource.ref, *NETWORKING, group.workspace)
    service = backing.service
    return Declaration(service.cluster, (service.namespace,), API_VERSION, KIND, name, spec, lineage)


def _ports(group: Group, backing: Backing | None) -> list[dict[str, Any]]:
    ports: list[dict[str, Any]] = []
    for port in group.ports:
        assert port.protocol is not None
        entry: dict[str, Any] = {"name": port.entry_name, "number": port.number, "protocol": port.protocol.value}
        if backing is not None:
            entry["targetPort"] = backing.target_ports[port.number]
        ports.append(entry)
    return ports


def _selector(backing: Backing) -> dict[str, Any]:
    return {"labels": dict(sorted(backing.service.selector.items()))}


def _endpoints(group: Group, backing: Backing, snapshot: Snapshot) -> list[dict[str, Any]]:
    """The gateways of a backing's cluster, as clients of all other clusters see them."""
    labels = dict(sorted({**backing.service.selector, "security.istio.io/tlsMode": "istio"}.items()))
    network = snapshot.clusters[backing.service.cluster].network
    endpoints: list[dict[str, Any]] = []
    for endpoint in sorted({endpoint for gateway in backing.gateways for endpoint in gateway.endpoints}):
        entry: dict[str, Any] = {
            "address": endpoint.address,
            "labels": labels,
            "network": network,
            "ports": {port.entry_name: endpoint.port for port in group.ports},
        }
        if endpoint.locality:
            entry["locality"] = endpoint.locality
        endpoints.append(entry)
    return endpoints
