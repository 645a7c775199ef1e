"""ServiceEntries of federated hosts: the home side with its pods, and the remote side behind a gateway.

Shapes as Gloo emits them, with the fields without which a real mesh refuses requests:

* `location: MESH_INTERNAL`: otherwise there is no automatic mTLS, and at home the gateway skips the host.
* the label `security.istio.io/tlsMode: istio` on remote endpoints: otherwise clients send plain text to the gateway.
* `subjectAltNames` on the remote side: otherwise the server's identity is not checked.
* the home side must be visible to the gateway's namespace: otherwise the gateway does not know the SNI.
* no `network` on remote endpoints: istiod would put a gateway that it knows of it in their place, or drop them.
* endpoints' `ports` are keyed by the ServiceEntry's port name, and port numbers are the same on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.causes import service_causes, way_causes
from fedlib.federation.model.destination import DemandedLabels, FederatedService, Way
from fedlib.istio.service_entries.endpoint_labels import endpoint_labels
from fedlib.istio.service_entries.gateway_endpoints import gateway_endpoints

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "ServiceEntry"


def translate_federated_service(
    service: FederatedService, hosts: HostNames, demanded: DemandedLabels
) -> Iterator[Declaration]:
    """The ServiceEntries of one federated host in all clusters.

    `demanded` are the labels of pods that gateways need as endpoints.
    """
    yield _home(service, hosts)
    for way in service.ways:
        yield from _remote(service, way, hosts, demanded)


def _remote(service: FederatedService, way: Way, hosts: HostNames, demanded: DemandedLabels) -> Iterator[Declaration]:
    causes = (*way_causes(way), *demanded.causes)
    shared = _remote_spec(service, way, demanded.keys) if way.remote else {}
    by_place: dict[tuple[tuple[str, ...], tuple[str, ...]], Mapping[str, Any]] = {}
    for place in way.remote:
        key = (place.families, place.export_to)
        if key not in by_place:
            addresses = hosts.addresses(service.workspace, service.host, place.families)
            by_place[key] = {"addresses": addresses, **shared, "exportTo": list(place.export_to)}
        name = object_name(f"vd-{hosts.stem(service.host, place.workspace)}-{place.workspace}")
        lineage = Lineage(service.service.ref, *CORE, place.workspace, causes)
        effect = Effect(Role.LEADS, (service.host,), private=place.private)
        yield Declaration(place.at, API_VERSION, KIND, name, by_place[key], lineage, effect=effect)


def _home(service: FederatedService, hosts: HostNames) -> Declaration:
    source, place = service.service, service.home
    spec: dict[str, Any] = {
        "hosts": [service.host],
        "addresses": hosts.addresses(service.workspace, service.host, place.families),
        "exportTo": list(place.export_to),
        "location": "MESH_INTERNAL",
        "ports": [
            {
                "name": port.name,
                "number": port.number,
                "protocol": port.protocol.value,
                "targetPort": port.target_port,
            }
            for port in service.ports
        ],
        "resolution": "STATIC",
        "workloadSelector": {"labels": dict(sorted(service.pods.items()))},
    }
    name = object_name(f"vd-{hosts.stem(service.host, service.workspace)}-{service.workspace}")
    lineage = Lineage(source.ref, *CORE, service.workspace, service_causes(service), service.consumers)
    effect = Effect(describes=(service.host,), home_of=(service.host,), selects=source.selector)
    return Declaration(place.at, API_VERSION, KIND, name, spec, lineage, effect=effect)


def _remote_spec(service: FederatedService, way: Way, keys: frozenset[str]) -> dict[str, Any]:
    """The part that is the same in every cluster."""
    labels = endpoint_labels(service.service.selector, service.versions, keys)
    endpoints = list(gateway_endpoints(way.gateways, labels, (port.name for port in way.ports)))
    return {
        "endpoints": endpoints,
        "exportTo": [],
        "hosts": [service.host],
        "location": "MESH_INTERNAL",
        "ports": [{"name": port.name, "number": port.number, "protocol": port.protocol.value} for port in way.ports],
        "resolution": "DNS" if any(is_hostname(entry["address"]) for entry in endpoints) else "STATIC",
        "subjectAltNames": list(service.identities),
    }
