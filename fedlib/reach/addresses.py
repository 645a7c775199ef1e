"""Whose addresses are those that clients call: load balancers, external addresses and nodes of all clusters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fedlib.discovery.inventory import ClusterInventory, Service, ServicePort
from fedlib.reach.fields import listed

Place = tuple[str, int]
"""An address and a port."""


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """An address of a gateway that nothing in its cluster tells, such as one that people wrote down.

    Attributes:
        address: the IP address or name.
        port: the port there.
        cluster, namespace, service: the Service of the gateway.
        listener_port: the port on which its pods listen.
    """

    address: str
    port: int
    cluster: str
    namespace: str
    service: str
    listener_port: int


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A port of a Service's pods, by number or name, that can be called from outside its cluster."""

    service: Service
    target: int | str


def published_ports(
    inventories: Iterable[ClusterInventory], known: Iterable[GatewayAddress] = ()
) -> Mapping[Place, tuple[Published, ...]]:
    """The ports of Services by the address and port under which they are called; several where two say they have it."""
    found: dict[Place, list[Published]] = defaultdict(list)
    services: dict[tuple[str, str, str], Service] = {}
    for inventory in inventories:
        nodes = [address for node in inventory.nodes for address in node.addresses]
        for service in inventory.services:
            services[service.cluster, service.namespace, service.name] = service
            for port in service.ports:
                for place in _places(service, port, nodes):
                    found[place].append(Published(service, port.target_port or port.number))
    for one in known:
        owner = services.get((one.cluster, one.namespace, one.service))
        if owner is not None and not any(other.service is owner for other in found[one.address, one.port]):
            found[one.address, one.port].append(Published(owner, one.listener_port))
    return {place: tuple(ports) for place, ports in found.items()}


def _places(service: Service, port: ServicePort, nodes: Iterable[str]) -> Iterator[Place]:
    if service.type == "LoadBalancer":
        for address in service.ingress:
            yield address, port.number
    for address in service.external_ips:
        yield address, port.number
    if port.node_port and service.type in ("NodePort", "LoadBalancer"):
        for address in listed(nodes):
            yield address, port.node_port
