"""Groups as Gloo writes them, where pods are: one ServiceEntry whose selector takes pods and WorkloadEntries.

A WorkloadEntry stands for a gateway of another cluster and carries the labels that the ServiceEntry selects. The
gateway of the own cluster serves the same host, and keeps to its cluster only if its pods ask for the view of its
network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.destination import Backing, Group
from fedlib.istio.service_entries.endpoint_labels import TLS_MODE
from fedlib.istio.service_entries.federated import API_VERSION
from fedlib.istio.service_entries.federated import KIND as SERVICE_ENTRY
from fedlib.istio.service_entries.group_endpoints import Endpoint, host_spec, selector
from fedlib.istio.service_entries.group_place import GroupPlace
from fedlib.snapshot.model import Snapshot

KIND: Final = "WorkloadEntry"


def with_workload_entries(
    group: Group,
    host: str,
    place: GroupPlace,
    backing: Backing,
    remote: list[Endpoint],
    hosts: HostNames,
    snapshot: Snapshot,
) -> Iterator[Declaration]:
    """The ServiceEntry of a host where pods are, visible to the gateways too, and a WorkloadEntry for each endpoint."""
    visible = {*place.export_to, *(gateway.service.namespace for gateway in backing.gateways)}
    place = replace(place, export_to=tuple(sorted(visible)))
    lineage = Lineage(group.resource.ref, *NETWORKING, place.workspace)
    name = f"vd-{hosts.stems[host]}-{place.workspace}"
    spec = {**host_spec(group, host, place, remote, hosts, snapshot), "workloadSelector": selector(backing)}
    places = {place.cluster: place.namespaces}
    effect = Effect(describes=(host,), home_of=(host,), selects=backing.service.selector)
    yield Declaration(places, API_VERSION, SERVICE_ENTRY, object_name(name), spec, lineage, effect=effect)
    chosen = dict(sorted(backing.service.selector.items()))
    taken: set[str] = set()
    for entry in remote:
        labels = dict(sorted({**entry.get("labels", {}), **chosen}.items()))
        marks = "".join(f"-{key}-{value}" for key, value in labels.items() if key != TLS_MODE)
        entry_name = f"{name}{marks}-{entry['address']}".replace("/", "-")
        if entry_name in taken:  # another port of the same address
            entry_name += f"-{min(entry['ports'].values())}"
        taken.add(entry_name)
        spec = {**entry, "labels": labels}
        yield Declaration(places, API_VERSION, KIND, object_name(entry_name), spec, lineage)
