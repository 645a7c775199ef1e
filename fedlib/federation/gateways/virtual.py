"""VirtualGateways: which gateways carry them, on which ports they listen, and which listeners are in each other's way.

Source: Gloo's `VirtualGateway`. It rejects a targetPort that is a name; here the workloads say which number it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fedlib.config.virtual_gateway import Listener, VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import Suggestion
from fedlib.discovery.inventory import Service, ServicePort
from fedlib.federation.gateways.listener_tls import check_tls
from fedlib.federation.gateways.pods import GatewayReach
from fedlib.federation.gateways.services import GatewayServices
from fedlib.federation.model.gateway import GatewayListener, VirtualGateway
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.labelled_pods import LabelledPods
from fedlib.snapshot.model import OwnedResource, Snapshot


@dataclass(frozen=True, slots=True)
class _Taken:
    """A listener that has a port of a gateway."""

    listener: GatewayListener
    owned: OwnedResource[VirtualGatewaySpec]


def decide_virtual_gateways(
    snapshot: Snapshot, backends: Backends, pods: LabelledPods, report: Report
) -> tuple[VirtualGateway, ...]:
    """Decide the gateways of all VirtualGateways, sorted by VirtualGateway and Service."""
    ports = _Ports(backends, report)
    services = GatewayServices(snapshot, backends, GatewayReach(snapshot, pods, report), report)
    decided: list[VirtualGateway] = []
    for owned in sorted(snapshot.of(VirtualGatewaySpec), key=lambda one: one.resource.age):
        spec = owned.spec
        usable = {index: one for index, one in enumerate(spec.listeners) if _is_usable(owned, index, one, report)}
        selected = services.selected(owned)
        ports.check(owned, usable, selected)
        for service in selected:
            listeners = tuple(ports.listeners(owned, usable, service))
            if listeners:
                ref = owned.resource.ref
                name = f"virtualgateway-{ref.name}-{ref.namespace}-{ref.cluster}-{service.name}"
                decided.append(VirtualGateway(owned.resource, owned.workspace, service, name, listeners))
    return tuple(sorted(decided, key=lambda one: (one.resource.ref, one.service.ref)))


def plain_ports(gateways: Iterable[VirtualGateway], backends: Backends) -> dict[Ref, frozenset[int]]:
    """For each workload behind VirtualGateways the ports on which it listens without TLS."""
    found: dict[Ref, set[int]] = {}
    for gateway in gateways:
        plain = {one.target_port for one in gateway.listeners if one.spec.tls is None}
        for workload in backends.workloads(gateway.service):
            found.setdefault(workload.ref, set()).update(plain)
    return {ref: frozenset(ports) for ref, ports in found.items()}


def _is_usable(owned: OwnedResource[VirtualGatewaySpec], index: int, listener: Listener, report: Report) -> bool:
    return check_tls(owned.resource, index, listener, report)


@dataclass(slots=True)
class _Ports:
    """Gives the ports of gateways to listeners; the oldest VirtualGateway comes first."""

    backends: Backends
    report: Report
    _taken: dict[tuple[Ref, int], dict[str, _Taken]] = field(default_factory=dict)
    """By gateway and port the listeners that have it, by their first host."""

    def check(
        self, owned: OwnedResource[VirtualGatewaySpec], listeners: Mapping[int, Listener], services: list[Service]
    ) -> None:
        """Report listeners, by their index, whose port some or all of the gateways lack."""
        resource = owned.resource
        for index, listener in listeners.items():
            lacking = [service for service in services if service.tcp_port(listener.port.key) is None]
            where = resource.at("listeners", index, "port")
            if lacking and len(lacking) == len(services):
                suggestion = Suggestion(
                    listener.port.name or "", lambda: {port.name for service in services for port in service.ports}
                )  # fmt: skip
                self.report.add(
                    catalogue.LISTENER_PORT_MISSING, resource.ref, where,
                    listener=index, port=listener.port, suggestion=suggestion,
                )  # fmt: skip
                continue
            for service in lacking:
                self.report.add(
                    catalogue.LISTENER_PORT_PARTLY_MISSING, resource.ref, where,
                    listener=index, port=listener.port, service=service.ref,
                )  # fmt: skip

    def listeners(
        self, owned: OwnedResource[VirtualGatewaySpec], listeners: Mapping[int, Listener], service: Service
    ) -> Iterator[GatewayListener]:
        """The listeners that get their port of one gateway."""
        for index, spec in listeners.items():
            port = service.tcp_port(spec.port.key)
            number = self._target(owned, index, service, port) if port is not None else None
            if port is None or number is None:
                continue
            listener = GatewayListener(index, spec, port.number, number)
            if self._takes(owned, listener, service):
                yield listener

    def _target(
        self, owned: OwnedResource[VirtualGatewaySpec], index: int, service: Service, port: ServicePort
    ) -> int | None:
        """The number of the port on which the gateway's pods listen."""
        found = self.backends.container_port(service, port)
        if isinstance(found, int):
            return found
        self.report.add(
            catalogue.LISTENER_TARGET_PORT, owned.resource.ref, owned.resource.at("listeners", index, "port"),
            listener=index, target=port.target_port, port=port.number, service=service.ref, problem=found,
        )  # fmt: skip
        return None

    def _takes(self, owned: OwnedResource[VirtualGatewaySpec], listener: GatewayListener, service: Service) -> bool:
        """Whether a listener can have a port: all on one speak the same protocol, and begin with different hosts."""
        taken = self._taken.setdefault((service.ref, listener.target_port), {})
        host, protocol = listener.spec.first_host.lower(), listener.spec.protocol
        other, problem = next(iter(taken.values()), None), ""
        if other is not None and other.listener.spec.protocol is not protocol:
            problem = f"one speaks {other.listener.spec.protocol} and the other {protocol}"
        elif host in taken:
            other, problem = taken[host], f"both begin with the host '{host}'"
        if other is None or not problem:
            taken[host] = _Taken(listener, owned)
            return True
        self.report.add(
            catalogue.LISTENER_CONFLICT, owned.resource.ref, owned.resource.at("listeners", listener.index),
            listener=listener.index, port=listener.port, service=service.ref, other=other.listener.index,
            winner=other.owned.resource.ref, problem=problem,
        )  # fmt: skip
        return False
