"""The ports of a Service that its federated host has, by the port selectors of the settings."""

from __future__ import annotations

from typing import Final

from fedlib.config.gloo import PortSelector
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service, ServicePort
from fedlib.federation.model import limits
from fedlib.federation.model.destination import FederatedPort, Protocol
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.federation.workloads.protocols import declared_protocol

GATEWAY_HEALTH: Final = 15021
"""The port on which Istio's gateways tell load balancers that they are ready."""


def exposed_ports(
    service: Service, wanted: tuple[PortSelector, ...], backends: Backends, report: Report
) -> tuple[FederatedPort, ...]:
    """The ports by number; what cannot be federated is reported.

    Args:
        service: the Service.
        wanted: selectors of its ports; all ports without one.
        backends: knows the pods behind it.
        report: takes the findings.
    """
    ports: dict[int, FederatedPort] = {}
    selected: set[str] = set()
    for index, port in enumerate(service.ports):
        if wanted and not any(one.matches(port.number, port.name) for one in wanted):
            continue
        selected.add(port.protocol)
        federated = _port(service, index, port, backends, report)
        if federated is not None:
            ports[port.number] = federated
    if len(ports) > limits.MAX_PORTS:
        report.add(
            catalogue.TOO_MANY_PORTS, service.ref, service.at("spec", "ports"), count=len(ports), limit=limits.MAX_PORTS
        )
        return ()
    if not ports and "TCP" not in selected and (selected or not service.ports):  # of others it was said why
        report.add(catalogue.NO_PORTS, service.ref, service.at("spec", "ports"))
    return tuple(ports[number] for number in sorted(ports))


def _port(service: Service, index: int, port: ServicePort, backends: Backends, report: Report) -> FederatedPort | None:
    location = service.at("spec", "ports", index)
    if port.protocol != "TCP":
        report.add(catalogue.PORT_NOT_FEDERATED, service.ref, location, port=port.number, protocol=port.protocol)
        return None
    target = backends.container_port(service, port)
    if isinstance(target, str):
        report.add(
            catalogue.TARGET_PORT_UNKNOWN, service.ref, location,
            target=port.target_port, port=port.number, problem=target,
        )  # fmt: skip
        return None
    protocol = declared_protocol(port)
    if protocol is None and not (port.number == GATEWAY_HEALTH and is_gateway(service, backends.workloads(service))):
        report.add(catalogue.PROTOCOL_GUESSED, service.ref, location, port=port.number)
    return FederatedPort(port.number, protocol or Protocol.TCP, target)
