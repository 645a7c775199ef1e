"""East-west gateways: which Services they are, and under which addresses other clusters reach them.

Source: `EastWestGatewaySelector` of Gloo's WorkspaceSettings, and its `DiscoveredGateway`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.gloo import EastWestGateway as Selection
from fedlib.config.gloo import ObjectSelector, PortSelector
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Why
from fedlib.diagnostics.suggestion import suggest
from fedlib.discovery.inventory import Node, Service, ServicePort, Workload
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.destination import ClientMode
from fedlib.federation.model.gateway import EastWestGateway, GatewayEndpoint
from fedlib.federation.workloads.backends import container_ports
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import labels_match, selects

DEFAULT_LABELS: Final = {"istio": "eastwestgateway"}
DEFAULT_PORT: Final = PortSelector(name="tls")
TERMINATION_PORT: Final = PortSelector(name="https")
DEFAULT_SELECTION: Final = Selection()


@dataclass(slots=True)
class EastWestGateways:
    """Finds the gateways of a cluster for a workspace. Answers are kept: many Services ask the same."""

    snapshot: Snapshot
    report: Report
    _answers: dict[tuple[str, str, ClientMode], tuple[EastWestGateway, ...]] = field(default_factory=dict)
    _by_cluster: dict[str, list[Service]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Group the Services by cluster once."""
        for service in self.snapshot.services.values():
            self._by_cluster.setdefault(service.cluster, []).append(service)

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
        resource = self.snapshot.workspaces[workspace].settings_source("east_west_gateways")
        asking = (resource.ref,) if resource else ()
        found: dict[Ref, EastWestGateway | None] = {}
        for index, selection in enumerate(selections):
            named = resource is not None and selection is not DEFAULT_SELECTION
            path = ("options", "eastWestGateways", index)
            chosen_by = (Cause(resource.ref, Why.SELECTS, path),) if resource and named else NO_CAUSES
            for service in self._select(selection.selector, cluster):
                if service.ref not in found:
                    gateway = self._read(service, selection, mode, asking)
                    found[service.ref] = replace(gateway, chosen_by=chosen_by) if gateway else None
        if not found:
            home = self.snapshot.workspaces[workspace].resource
            subject, location = (
                (resource.ref, resource.at("options", "eastWestGateways")) if resource else (home.ref, home.at())
            )
            self.report.add(catalogue.NO_GATEWAY, subject, location, cluster=cluster, workspace=workspace)
        usable = [gateway for _, gateway in sorted(found.items()) if gateway is not None]
        return tuple(_one_family(cluster, usable, self.report))

    def _select(self, selector: ObjectSelector, cluster: str) -> Iterable[Service]:
        if selector == ObjectSelector():
            selector = ObjectSelector(labels=DEFAULT_LABELS)
        for service in self._by_cluster.get(cluster, ()):
            if selects(
                selector,
                labels=service.labels,
                name=service.name,
                namespace=service.namespace,
                cluster=cluster,
                workspace=self.snapshot.owners.get((cluster, service.namespace), ""),
            ):
                yield service

    def _read(
        self, service: Service, selection: Selection, mode: ClientMode, asking: tuple[Ref, ...]
    ) -> EastWestGateway | None:
        """The gateway, if it is usable. Findings about it also concern the settings that ask for it."""
        passing, ending = selection.port or DEFAULT_PORT, selection.tls_termination_port or TERMINATION_PORT
        port = self._port(service, passing if mode is ClientMode.SNI_ROUTING else ending, mode, asking)
        if port is None:
            return None
        if not service.selector:
            self.report.add(catalogue.GATEWAY_NO_SELECTOR, service.ref, service.at("spec"), related=asking)
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
        workloads = self.snapshot.workloads.get((service.cluster, service.namespace), ())
        return EastWestGateway(
            service,
            self.snapshot.owners.get((service.cluster, service.namespace), ""),
            self.snapshot.clusters[service.cluster].network,
            _listener_port(service, port, workloads),
            tuple(sorted(set(endpoints))),
        )

    def _port(
        self, service: Service, wanted: PortSelector, mode: ClientMode, asking: tuple[Ref, ...]
    ) -> ServicePort | None:
        port = service.tcp_port(wanted.key)
        if port is None:
            names = suggest(wanted.name, [p.name for p in service.ports]) if wanted.name else ""
            passing = mode is ClientMode.SNI_ROUTING
            self.report.add(
                catalogue.GATEWAY_PORT_MISSING if passing else catalogue.TERMINATION_PORT_MISSING,
                service.ref, service.at("spec", "ports"), port=wanted, suggestion=names, related=asking,
            )  # fmt: skip
        return port

    def _discovered(
        self, service: Service, port: ServicePort, nodes: tuple[Node, ...], asking: tuple[Ref, ...]
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
            catalogue.GATEWAY_ADDRESS_PENDING, service.ref, service.at("status"), reason=reason, related=asking
        )
        return []


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


def _listener_port(service: Service, port: ServicePort, workloads: Iterable[Workload]) -> int:
    """The port on which the gateway's pods listen: the Service's targetPort, looked up by name where it is one.

    An unknown name falls back to the Service's port: Istio maps a Gateway's port through the Service.
    """
    behind = (workload for workload in workloads if labels_match(service.selector, workload.labels))
    return next(iter(container_ports(port, behind)), port.number)


def _one_family(cluster: str, gateways: list[EastWestGateway], report: Report) -> Iterable[EastWestGateway]:
    """Drop IPv6 addresses where a hostname makes the ServiceEntry resolve by DNS."""
    addresses = {endpoint.address for gateway in gateways for endpoint in gateway.endpoints}
    dropped = {a for a in addresses if ":" in a and not is_hostname(a)} if any(map(is_hostname, addresses)) else set()
    if dropped:
        report.add(
            catalogue.GATEWAY_MIXED_ADDRESSES, Ref("Cluster", cluster), gateways[0].service.at("status"),
            cluster=cluster, dropped=", ".join(sorted(dropped)),
        )  # fmt: skip
    for gateway in gateways:
        kept = tuple(endpoint for endpoint in gateway.endpoints if endpoint.address not in dropped)
        if kept:
            yield replace(gateway, endpoints=kept)
