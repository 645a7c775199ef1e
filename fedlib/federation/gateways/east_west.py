"""East-west gateways: which Services they are, and under which addresses other clusters reach them.

Source: `EastWestGatewaySelector` of Gloo's WorkspaceSettings, and its `DiscoveredGateway`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.gloo import EastWestGateway as Selection
from fedlib.config.gloo import PortSelector, WorkspaceSettingsSpec
from fedlib.config.resource import Resource
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.diagnostics.suggestion import suggest
from fedlib.discovery.inventory import Node, Service, ServicePort, Workload
from fedlib.federation.gateways.candidates import RESERVED_PORTS, gateway_candidates, is_east_west, select_gateways
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.destination import ClientMode
from fedlib.federation.model.gateway import EastWestGateway, GatewayEndpoint
from fedlib.federation.workloads.backends import Backends, container_ports
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.settings import is_global

DEFAULT_PORT: Final = PortSelector(name="tls")
TERMINATION_PORT: Final = PortSelector(name="https")
DEFAULT_SELECTION: Final = Selection()


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for gateways: a workspace, and the settings that select them, if any do."""

    workspace: str
    resource: Resource[WorkspaceSettingsSpec] | None

    @property
    def is_administrator(self) -> bool:
        """Whether the global settings decide, which are the administrator's."""
        return self.resource is not None and is_global(self.resource)

    def choosing(self, index: int) -> Causes:
        """The entry of the settings, if there are any that select gateways."""
        if self.resource is None or not self.resource.spec.options.east_west_gateways:
            return NO_CAUSES
        return (Cause(self.resource.ref, Why.SELECTS, ("options", "eastWestGateways", index)),)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The settings, which findings about gateways also concern."""
        return (self.resource.ref,) if self.resource else ()


@dataclass(slots=True)
class EastWestGateways:
    """Finds the gateways of a cluster for a workspace. Answers are kept: many Services ask the same."""

    snapshot: Snapshot
    backends: Backends
    report: Report
    _taken: Mapping[Ref, frozenset[int]] = field(default_factory=dict)
    _answers: dict[tuple[str, str, ClientMode], tuple[EastWestGateway, ...]] = field(default_factory=dict)
    _candidates: Mapping[str, tuple[Service, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the candidates once."""
        self._candidates = gateway_candidates(self.snapshot, self.report)

    def avoid(self, taken: Mapping[Ref, frozenset[int]]) -> None:
        """Leave ports of workloads alone on which something else listens, where settings choose a port."""
        self._taken = taken

    def gateways(
        self, workspace: str, cluster: str, mode: ClientMode = ClientMode.SNI_ROUTING
    ) -> tuple[EastWestGateway, ...]:
        """The usable gateways of `cluster` that the settings of `workspace` select, sorted by namespace and name.

        Whatever makes a gateway unusable is reported, and so is a cluster without any matching one.

        Args:
            workspace: whose settings count.
            cluster: whose gateways are wanted.
            mode: decides on the port: the one that passes TLS through, or the one that ends it.
        """
        key = (workspace, cluster, mode)
        if key not in self._answers:
            self._answers[key] = self._resolve(workspace, cluster, mode)
        return self._answers[key]

    def _resolve(self, workspace: str, cluster: str, mode: ClientMode) -> tuple[EastWestGateway, ...]:
        selections = self.snapshot.workspaces[workspace].settings.options.east_west_gateways or (DEFAULT_SELECTION,)
        asking = _Asking(workspace, self.snapshot.workspaces[workspace].settings_source("east_west_gateways"))
        found: dict[Ref, EastWestGateway | None] = {}
        refused: list[Service] = []
        for index, selection in enumerate(selections):
            for service in select_gateways(selection.selector, self._candidates.get(cluster, ()), self.snapshot):
                if not is_east_west(service) and not asking.is_administrator:
                    refused.append(service)
                elif service.ref not in found:
                    gateway = self._read(service, selection, index, mode, asking)
                    found[service.ref] = replace(gateway, chosen_by=asking.choosing(index)) if gateway else None
        if not found:
            self._report_none(asking, cluster, refused)
        usable = [gateway for _, gateway in sorted(found.items()) if gateway is not None]
        overriding = any(selection.host_info_overrides for selection in selections)
        return tuple(_one_family(cluster, usable, asking if overriding else None, self.report))

    def _report_none(self, asking: _Asking, cluster: str, refused: list[Service]) -> None:
        home, resource = self.snapshot.workspaces[asking.workspace].resource, asking.resource
        subject, location = (
            (resource.ref, resource.at("options", "eastWestGateways")) if resource else (home.ref, home.at())
        )
        for service in refused:
            self.report.add(
                catalogue.GATEWAY_NOT_EAST_WEST, subject, location,
                workspace=asking.workspace, service=service.ref, related=(service.ref,),
            )  # fmt: skip
        if not refused:
            self.report.add(catalogue.NO_GATEWAY, subject, location, cluster=cluster, workspace=asking.workspace)

    def _read(
        self, service: Service, selection: Selection, index: int, mode: ClientMode, asking: _Asking
    ) -> EastWestGateway | None:
        """The gateway, if it is usable. Findings about it also concern the settings that ask for it."""
        passing = mode is ClientMode.SNI_ROUTING
        written = selection.port if passing else selection.tls_termination_port
        port = self._port(service, written, index, mode, asking)
        if port is None:
            return None
        if not service.selector:
            self.report.add(catalogue.GATEWAY_NO_SELECTOR, service.ref, service.at("spec"), related=asking.refs)
            return None
        pods = self.backends.workloads(service)
        listener_port = _listener_port(port, pods)
        if written is not None and asking.resource is not None:
            taken = any(listener_port in self._taken.get(pod.ref, ()) for pod in pods)
            if listener_port in RESERVED_PORTS or taken:
                what = "a VirtualGateway listens there without TLS" if taken else "they listen there for Istio itself"
                self.report.add(
                    catalogue.GATEWAY_PORT_TAKEN, asking.resource.ref, _written(asking.resource, index, mode),
                    workspace=asking.workspace, port=written, service=service.ref, number=listener_port, what=what,
                )  # fmt: skip
                return None
        nodes = self.snapshot.nodes.get(service.cluster, ())
        if selection.host_info_overrides:
            where = common_locality(nodes)
            overrides = selection.host_info_overrides
            endpoints = [GatewayEndpoint(o.addr, o.port or port.number, where) for o in overrides]
        else:
            endpoints = self._discovered(service, port, nodes, asking)
        if not endpoints:
            return None
        if not any(node.region for node in nodes):
            subject, place = Ref("Cluster", service.cluster), nodes[0].at() if nodes else service.at()
            self.report.add(catalogue.GATEWAY_NOT_LABELLED_NODE, subject, place, cluster=service.cluster)
        return EastWestGateway(
            service,
            self.snapshot.owners.get((service.cluster, service.namespace), ""),
            self.snapshot.clusters[service.cluster].network,
            listener_port,
            tuple(sorted(set(endpoints))),
        )

    def _port(
        self, service: Service, written: PortSelector | None, index: int, mode: ClientMode, asking: _Asking
    ) -> ServicePort | None:
        """The port that the settings write, or the usual one; it is the settings' fault if they write a wrong one."""
        passing = mode is ClientMode.SNI_ROUTING
        wanted = written or (DEFAULT_PORT if passing else TERMINATION_PORT)
        port = service.tcp_port(wanted.key)
        if port is None:
            names = suggest(wanted.name, [p.name for p in service.ports]) if wanted.name else ""
            subject, location = service.ref, service.at("spec", "ports")
            if written is not None and asking.resource is not None:
                subject, location = asking.resource.ref, _written(asking.resource, index, mode)
            self.report.add(
                catalogue.GATEWAY_PORT_MISSING if passing else catalogue.TERMINATION_PORT_MISSING,
                subject, location, gateway=service.ref, port=wanted, suggestion=names, related=asking.refs,
            )  # fmt: skip
        return port

    def _discovered(
        self, service: Service, port: ServicePort, nodes: tuple[Node, ...], asking: _Asking
    ) -> list[GatewayEndpoint]:
        where = common_locality(nodes)
        addresses = service.ingress if service.type == "LoadBalancer" else ()
        addresses = addresses or service.external_ips
        if addresses:
            return [GatewayEndpoint(address, port.number, where) for address in addresses]
        reason = f"a Service of type {service.type} has no address outside its cluster"
        if service.type == "LoadBalancer":
            reason = "its load balancer has not published an IP address or hostname"
        elif service.type == "NodePort":
            ready = [node for node in nodes if node.ready]
            if service.external_traffic_policy == "Local":
                self.report.add(catalogue.GATEWAY_EXTERNAL_TRAFFIC_LOCAL, service.ref, service.at("spec"))
            found = [GatewayEndpoint(a, port.node_port, locality(n)) for n in ready for a in n.addresses]
            if found and port.node_port:
                return found
            reason = "no ready node has an address" if port.node_port else "its port has no nodePort"
        self.report.add(
            catalogue.GATEWAY_ADDRESS_PENDING, service.ref, service.at("status"), reason=reason, related=asking.refs
        )
        return []


def _written(resource: Resource[WorkspaceSettingsSpec], index: int, mode: ClientMode) -> Location:
    """Where settings select a port."""
    key = "port" if mode is ClientMode.SNI_ROUTING else "tlsTerminationPort"
    return resource.at("options", "eastWestGateways", index, key)


def locality(node: Node) -> str:
    """A node's locality as Istio writes it: `region[/zone[/subzone]]`."""
    parts = [node.region, node.zone, node.subzone]
    while parts and not parts[-1]:
        parts.pop()
    return "/".join(parts) if node.region else ""


def common_locality(nodes: Iterable[Node]) -> str:
    """What the localities of all labelled nodes have in common: the gateway's pods may run on any of them."""
    found = [locality(node).split("/") for node in nodes if node.region]
    common = []
    for parts in zip(*found, strict=False):
        if len(set(parts)) != 1:
            break
        common.append(parts[0])
    return "/".join(common)


def _listener_port(port: ServicePort, pods: Iterable[Workload]) -> int:
    """The port on which the gateway's pods listen: the Service's targetPort, looked up by name where it is one.

    An unknown name falls back to the Service's port: Istio maps a Gateway's port through the Service.
    """
    return next(iter(container_ports(port, pods)), port.number)


def _one_family(
    cluster: str, gateways: list[EastWestGateway], asking: _Asking | None, report: Report
) -> Iterable[EastWestGateway]:
    """Drop IPv6 addresses where a hostname makes the ServiceEntry resolve by DNS.

    `asking` is given where settings name addresses: then the mixture is theirs.
    """
    addresses = {endpoint.address for gateway in gateways for endpoint in gateway.endpoints}
    dropped = {a for a in addresses if ":" in a and not is_hostname(a)} if any(map(is_hostname, addresses)) else set()
    if dropped:
        subject, location = Ref("Cluster", cluster), gateways[0].service.at("status")
        if asking is not None and asking.resource is not None:
            subject, location = asking.resource.ref, asking.resource.at("options", "eastWestGateways")
        report.add(
            catalogue.GATEWAY_MIXED_ADDRESSES, subject, location, cluster=cluster, dropped=", ".join(sorted(dropped)),
        )  # fmt: skip
    for gateway in gateways:
        kept = tuple(endpoint for endpoint in gateway.endpoints if endpoint.address not in dropped)
        if kept:
            yield replace(gateway, endpoints=kept)
