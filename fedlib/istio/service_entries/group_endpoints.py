"""What the ServiceEntries of a group are made of, in either shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.destination import Backing, Group, GroupPlace, Passage
from fedlib.istio.service_entries.endpoint_labels import endpoint_labels
from fedlib.istio.service_entries.gateway_endpoints import gateway_endpoints

Endpoint = Mapping[str, Any]
"""A gateway of another cluster: an entry of a ServiceEntry's endpoints, or the spec of a WorkloadEntry."""


def host_spec(group: Group, host: str, one: GroupPlace, remote: list[Endpoint], hosts: HostNames) -> dict[str, Any]:
    """A host at a place, without pods and endpoints: what all of its ServiceEntries there must have in common."""
    spec: dict[str, Any] = {
        "hosts": [host],
        "addresses": hosts.addresses(group.workspace, host, one.place.families),
        "exportTo": list(one.place.export_to),
        "location": "MESH_EXTERNAL" if group.externals and not group.backings else "MESH_INTERNAL",
        "ports": entry_ports(group, one.backing),
        "resolution": "DNS" if any(is_hostname(entry["address"]) for entry in remote) else "STATIC",
    }
    identities = list(group.identities)
    if identities:
        spec["subjectAltNames"] = identities
    return spec


def entry_ports(group: Group, backing: Backing | None) -> list[dict[str, Any]]:
    """The ports; with a backing also the container ports behind them."""
    ports: list[dict[str, Any]] = []
    for port in group.ports:
        assert port.protocol is not None
        entry: dict[str, Any] = {"name": port.entry_name, "number": port.number, "protocol": port.protocol.value}
        if backing is not None:
            entry["targetPort"] = backing.target_ports[port.number]
        ports.append(entry)
    return ports


def selector(backing: Backing) -> dict[str, Any]:
    """The workloadSelector for the pods of a backing."""
    return {"labels": dict(sorted(backing.pods.items()))}


def endpoints(group: Group, backing: Backing, keys: frozenset[str]) -> Iterator[Endpoint]:
    """The gateways of a backing's cluster, as clients of all other clusters see them; `keys` are labels they need."""
    labels = endpoint_labels(backing.service.selector, backing.versions, keys)
    names = (port.entry_name for port in group.ports)
    return gateway_endpoints(backing.gateways, labels, names, networks=group.passage is Passage.NATIVE)


def external_endpoints(group: Group) -> Iterator[Endpoint]:
    """The addresses of the ExternalServices behind a group: without the label for mTLS, they get what clients send."""
    names = {port.number: port.entry_name for port in group.ports}
    for address in (address for backing in group.externals for address in backing.addresses):
        entry: dict[str, Any] = {"address": address.address}
        if address.labels:
            entry["labels"] = dict(sorted(address.labels.items()))
        if address.ports:
            entry["ports"] = {names[number]: own for number, own in address.ports.items()}
        if address.locality:
            entry["locality"] = address.locality
        yield entry
