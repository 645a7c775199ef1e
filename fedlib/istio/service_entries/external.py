"""ServiceEntries of ExternalServices: a copy in each namespace of the consuming workspaces, in every cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fedlib.config.model import dns_problem
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.model.causes import external_causes
from fedlib.federation.model.destination import DestinationPort, External, ExternalAddress, Resolution
from fedlib.istio.service_entries.federated import API_VERSION, KIND


def translate_external(external: External) -> Iterator[Declaration]:
    """The ServiceEntries of one ExternalService.

    All hosts stand in one, as Gloo has it, but for hosts with a wildcard beside others: those cannot be looked up.
    """
    hosts: dict[Resolution, list[str]] = {}
    causes = external_causes(external)
    for host in external.written:
        hosts.setdefault(external.resolution(host), []).append(host)
    for resolution in sorted(hosts):
        spec = _spec(external, hosts[resolution], resolution)
        suffix = "-wildcard" if resolution is Resolution.NONE and len(hosts) > 1 else ""
        for place in external.places:
            name = object_name(f"{external_stem(external)}-{place.workspace}{suffix}")
            lineage = Lineage(external.resource.ref, *NETWORKING, place.workspace, causes)
            copy = {**spec, "exportTo": list(place.export_to)}
            effect = Effect(Role.LEADS, tuple(hosts[resolution]), private=place.private)
            yield Declaration(place.at, API_VERSION, KIND, name, copy, lineage, effect=effect)


def external_stem(external: External) -> str:
    """How the names of its objects begin."""
    ref = external.resource.ref
    return f"externalservice-{ref.name}-{ref.namespace}-{ref.cluster}"


def _spec(external: External, hosts: list[str], resolution: Resolution) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "hosts": hosts,
        "location": "MESH_EXTERNAL",
        "ports": [_port(external, port, resolution) for port in external.entry_ports],
        "resolution": resolution.value,
    }
    if external.addresses:
        spec["addresses"] = list(external.addresses)
    if external.endpoints:
        spec["endpoints"] = [_endpoint(external, endpoint) for endpoint in external.endpoints]
    return spec


def _port(external: External, port: DestinationPort, resolution: Resolution) -> dict[str, Any]:
    assert port.protocol is not None
    entry = {"name": _port_name(port), "number": port.number, "protocol": port.protocol.value}
    if not external.endpoints and resolution is not Resolution.NONE:
        entry["targetPort"] = _target(external, port.number)
    return entry


def _port_name(port: DestinationPort) -> str:
    """Its own name, where Istio takes that as the name of a port."""
    return port.name if port.name and not dns_problem(port.name) else port.entry_name


def _target(external: External, number: int) -> int:
    port = next(one for one in external.resource.spec.ports if one.number == external.own_port(number))
    return port.number if port.target_port is None else port.target_port.number or port.number


def _endpoint(external: External, endpoint: ExternalAddress) -> dict[str, Any]:
    entry: dict[str, Any] = {"address": endpoint.address}
    if endpoint.labels:
        entry["labels"] = dict(sorted(endpoint.labels.items()))
    if endpoint.ports:
        served = {port: endpoint.ports.get(external.own_port(port.number)) for port in external.entry_ports}
        entry["ports"] = {_port_name(port): number for port, number in served.items() if number is not None}
    if endpoint.locality:
        entry["locality"] = endpoint.locality
    return entry
