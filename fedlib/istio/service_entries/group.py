"""ServiceEntries of groups (docs/decisions/0007).

Where pods are, two ServiceEntries of the host stand in the Service's namespace: one selects the pods, the other lists
the gateways of the other clusters. Istio merges them, and takes all but the endpoints from either, so that the rest
must be the same. A third one, of the local-only host, is for the east-west gateway: it knows the pods of its own
cluster only, so that no request can leave the cluster again. Where no pods are, the one with the gateways is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.hosts.hostname import LOCAL_ONLY, local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.causes import group_causes
from fedlib.federation.model.destination import Backing, DemandedLabels, Group, GroupPlace, Passage
from fedlib.istio.service_entries.federated import API_VERSION, KIND
from fedlib.istio.service_entries.group_endpoints import (
    Endpoint,
    endpoints,
    entry_ports,
    external_endpoints,
    host_spec,
    selector,
)
from fedlib.istio.service_entries.group_workload_entry import with_workload_entries


def translate_group(group: Group, hosts: HostNames, demanded: DemandedLabels) -> Iterator[Declaration]:
    """The ServiceEntries of a group in all clusters, in Gloo's shape also WorkloadEntries.

    `demanded` are the labels of pods that gateways need as endpoints.
    """
    gateways = {cluster: list(endpoints(group, backing, demanded.keys)) for cluster, backing in group.backings.items()}
    causes = (*group_causes(group), *demanded.causes)
    native = group.passage is Passage.NATIVE
    outside = list(external_endpoints(group))
    remote = {
        cluster: [entry for one in group.remote(cluster) for entry in gateways[one.service.cluster]] + outside
        for cluster in ("", *group.backings)
    }
    for host in group.hosts:
        for one in group.places:
            lineage = Lineage(group.resource.ref, *NETWORKING, one.place.workspace, causes, one.consumers)
            if native and one.backing is not None:
                yield from with_workload_entries(group, host, one, one.backing, remote, hosts, lineage)
            elif one.backing is not None and one.consumers:
                yield from _with_pods(group, host, one, one.backing, remote, hosts, lineage)
            elif one.backing is None:
                yield _without_pods(group, host, one, remote[""], hosts, lineage)
        for one in group.behind_gateways:
            if one.backing is not None:
                yield _local_only(group, host, one, one.backing, hosts)


def _with_pods(
    group: Group,
    host: str,
    one: GroupPlace,
    backing: Backing,
    remote: Mapping[str, list[Endpoint]],
    hosts: HostNames,
    lineage: Lineage,
) -> Iterator[Declaration]:
    """The ServiceEntry that selects the pods, and in each cluster the one with the gateways of all others."""
    place = one.place
    name = f"vd-{hosts.stem(host, place.workspace)}-{place.workspace}"
    effect = Effect(describes=(host,), home_of=(host,), selects=backing.service.selector)
    named: dict[bool, list[str]] = {}
    for cluster in place.at:
        named.setdefault(_by_name(remote[cluster]), []).append(cluster)
    for clusters in named.values():
        spec = {**host_spec(group, host, one, remote[clusters[0]], hosts), "workloadSelector": selector(backing)}
        at = {cluster: place.at[cluster] for cluster in clusters}
        yield Declaration(at, API_VERSION, KIND, object_name(name), spec, lineage, effect=effect)
    effect = Effect(Role.LEADS, (host,), private=place.private)
    for cluster, namespaces in place.at.items():
        if remote[cluster]:
            spec = {**host_spec(group, host, one, remote[cluster], hosts), "endpoints": remote[cluster]}
            places = {cluster: namespaces}
            yield Declaration(places, API_VERSION, KIND, object_name(f"{name}-remote"), spec, lineage, effect=effect)


def _without_pods(
    group: Group, host: str, one: GroupPlace, remote: list[Endpoint], hosts: HostNames, lineage: Lineage
) -> Declaration:
    spec = host_spec(group, host, one, remote, hosts)
    if remote:
        spec["endpoints"] = remote
    name = object_name(f"vd-{hosts.stem(host, one.place.workspace)}-{one.place.workspace}")
    effect = Effect(Role.LEADS, (host,), private=one.place.private)
    return Declaration(one.place.at, API_VERSION, KIND, name, spec, lineage, effect=effect)


def _local_only(group: Group, host: str, one: GroupPlace, backing: Backing, hosts: HostNames) -> Declaration:
    """What the east-west gateways of the cluster know of the host, and nobody else.

    It has addresses where it has a port that is not HTTP: without one, sidecars beside the gateway would take every
    connection to the port's number for this host.
    """
    owner, name = group.workspace, local_only_host(host, group.workspace)
    given = hosts.has_addresses(owner, name)
    addresses = {"addresses": hosts.addresses(owner, name, one.place.families)} if given else {}
    spec = {
        "hosts": [name],
        **addresses,
        "exportTo": list(one.place.export_to),
        "location": "MESH_INTERNAL",
        "ports": entry_ports(group, backing),
        "resolution": "STATIC",
        "workloadSelector": selector(backing),
    }
    stem = object_name(f"vd-{hosts.stem(host, owner)}-{LOCAL_ONLY}-{owner}")
    lineage = Lineage(group.resource.ref, *NETWORKING, owner, group_causes(group, clusters=one.place.at))
    effect = Effect(describes=(name,), home_of=(host,), selects=backing.service.selector)
    return Declaration(one.place.at, API_VERSION, KIND, stem, spec, lineage, effect=effect)


def _by_name(endpoints: list[Endpoint]) -> bool:
    """Whether endpoints have to be looked up, which makes a difference for all ServiceEntries of a host."""
    return any(is_hostname(entry["address"]) for entry in endpoints)
