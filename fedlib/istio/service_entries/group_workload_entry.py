"""Groups as Gloo writes them, where pods are: one ServiceEntry whose selector takes pods and WorkloadEntries.

A WorkloadEntry stands for a gateway of another cluster and carries the labels that the ServiceEntry selects. The
gateway of the own cluster serves the same host, and keeps to its cluster only if its pods ask for the view of its
network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.destination import Backing, Group, GroupPlace
from fedlib.istio.service_entries.endpoint_labels import TLS_MODE
from fedlib.istio.service_entries.federated import API_VERSION
from fedlib.istio.service_entries.federated import KIND as SERVICE_ENTRY
from fedlib.istio.service_entries.group_endpoints import Endpoint, host_spec, selector

KIND: Final = "WorkloadEntry"


def with_workload_entries(
    group: Group,
    host: str,
    one: GroupPlace,
    backing: Backing,
    remote: Mapping[str, list[Endpoint]],
    hosts: HostNames,
    lineage: Lineage,
) -> Iterator[Declaration]:
    """The ServiceEntry of a host where pods are, visible to the gateways too, and a WorkloadEntry for each endpoint."""
    name = f"vd-{hosts.stem(host, one.place.workspace)}-{one.place.workspace}"
    effect = Effect(describes=(host,), home_of=(host,), selects=backing.service.selector)
    for cluster, namespaces in one.place.at.items():
        gateways = frozenset(gateway.service.namespace for gateway in group.backings[cluster].gateways)
        seen = replace(one, place=one.place.visible_to(gateways))
        spec = {**host_spec(group, host, seen, remote[cluster], hosts), "workloadSelector": selector(backing)}
        places = {cluster: namespaces}
        yield Declaration(places, API_VERSION, SERVICE_ENTRY, object_name(name), spec, lineage, effect=effect)
        for entry_name, entry in _entries(name, backing, remote[cluster]):
            yield Declaration(places, API_VERSION, KIND, object_name(entry_name), entry, lineage)


def _entries(name: str, backing: Backing, remote: list[Endpoint]) -> Iterator[tuple[str, Endpoint]]:
    """The specs of the WorkloadEntries with their names."""
    chosen = dict(sorted(backing.service.selector.items()))
    taken: set[str] = set()
    for entry in remote:
        labels = dict(sorted({**entry.get("labels", {}), **chosen}.items()))
        marks = "".join(f"-{key}-{value}" for key, value in labels.items() if key != TLS_MODE)
        entry_name = f"{name}{marks}-{entry['address']}".replace("/", "-")
        if entry_name in taken:  # another port of the same address
            entry_name += f"-{min(entry['ports'].values())}"
        taken.add(entry_name)
        yield entry_name, {**entry, "labels": labels}
