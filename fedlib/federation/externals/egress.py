"""Egress: which gateways lead the traffic to the hosts of ExternalServices out of each cluster.

Source: `egressGatewayRoutes` of Gloo's ExternalService. Clients call `portMatch` with plain HTTP; their sidecars send
the requests to the egress gateway, and that calls the port, with TLS where the port originates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.external_service import EgressGatewayRoutes, ExternalPort, ExternalServiceSpec
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.virtual_gateway import Listener, TLSMode, VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.hosts.hostname import local_host
from fedlib.federation.model.destination import EgressRoute, External, Resolution
from fedlib.federation.model.gateway import ListenersByHost, VirtualGateway
from fedlib.federation.told import told
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource, Snapshot

MAX_WAYS: Final = 10_000
"""Hosts of ExternalServices of one workspace, each for every egress gateway, and the listeners that are looked at."""


@dataclass(frozen=True, slots=True)
class EgressRouter:
    """Decides the ways of ExternalServices through egress gateways."""

    snapshot: Snapshot
    gateways: tuple[VirtualGateway, ...]
    report: Report
    _by_ref: dict[Ref, list[VirtualGateway]] = field(default_factory=dict)
    _tables: dict[str, list[OwnedResource[RouteTableSpec]]] = field(default_factory=dict)
    """The RouteTables of sidecars by their hosts."""
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_WAYS))

    def __post_init__(self) -> None:
        """Index the gateways and the hosts of RouteTables once."""
        for gateway in self.gateways:
            self._by_ref.setdefault(gateway.resource.ref, []).append(gateway)
        for owned in self.snapshot.of(RouteTableSpec):
            if not owned.spec.virtual_gateways or owned.spec.workload_selectors:
                for host in dict.fromkeys(host.lower() for host in owned.spec.hosts):
                    self._tables.setdefault(host, []).append(owned)

    def routes(self, external: External) -> tuple[EgressRoute, ...]:
        """The ways of all hosts and ports, by host, port and gateway."""
        spec = external.resource.spec
        found: list[EgressRoute] = []
        served = {port.number for port in external.ports}
        for index, port in enumerate(spec.ports):
            if port.egress_gateway_routes is not None and port.number in served:
                found += self._of_port(external, spec, index, port, port.egress_gateway_routes)
        if found:
            self._check_route_tables(external)
        found.sort(key=lambda r: (r.host, r.port, r.gateway.resource.ref, r.gateway.service.ref))
        return tuple(self._told_apart(external, found))

    def _told_apart(self, external: External, routes: Iterable[EgressRoute]) -> Iterator[EgressRoute]:
        """Those that the gateway can tell from the ones before."""
        taken: dict[tuple[str, Ref, int], EgressRoute] = {}
        for route in routes:
            first = taken.setdefault((route.host, route.gateway.service.ref, route.listener.target_port), route)
            if first is route:
                yield route
                continue
            self.report.add(
                catalogue.EGRESS_PORTS_ALIKE, external.resource.ref, external.resource.at("ports"),
                port=route.port, other=first.port, gateway=route.gateway.resource.ref, host=route.host,
            )  # fmt: skip

    def _of_port(
        self,
        external: External,
        spec: ExternalServiceSpec,
        index: int,
        port: ExternalPort,
        egress: EgressGatewayRoutes,
    ) -> Iterator[EgressRoute]:
        where = external.resource.at("ports", index, "egressGatewayRoutes")
        problem = _match_problem(spec, port, egress.port_match)
        if problem:
            self.report.add(
                catalogue.EGRESS_PORT_MATCH, external.resource.ref, where,
                port=port.number, match=egress.port_match, problem=problem,
            )  # fmt: skip
        gateways = list(self._named(external, index, port, egress))
        if not self._allowed.take(external.workspace, sum(len(external.hosts) + one.extent for one in gateways)):
            self.report.add(
                catalogue.WORKSPACE_TOO_MUCH, external.resource.ref, where,
                problem="hosts of ExternalServices take too many ways through egress gateways",
                workspace=external.workspace, limit=MAX_WAYS, advice="name fewer gateways for each port",
            )  # fmt: skip
            return
        exposing = [(gateway, _exposing(gateway, external)) for gateway in gateways]
        for host in external.hosts:
            if external.resolution(host) is Resolution.NONE:
                self.report.add(catalogue.EGRESS_WILDCARD, external.resource.ref, where, host=host)
                continue
            for gateway, listeners in exposing:
                listener = listeners.first(host)
                if listener is not None:
                    own_host = local_host(gateway.service, self.snapshot.clusters)
                    yield EgressRoute(host, port.number, egress.port_match, gateway, listener, own_host)
                    continue
                self.report.add(
                    catalogue.EGRESS_NOT_EXPOSED, external.resource.ref, where,
                    port=port.number, gateway=gateway.resource.ref, host=host,
                )  # fmt: skip
        self._check_clusters(external, index, gateways)

    def _named(
        self, external: External, index: int, port: ExternalPort, egress: EgressGatewayRoutes
    ) -> Iterator[VirtualGateway]:
        """The gateways of the VirtualGateways that are named, and whose workspaces see the ExternalService."""
        resource = external.resource
        where = resource.at("ports", index, "egressGatewayRoutes", "virtualGatewayRefs")
        if not egress.virtual_gateway_refs:
            problem = "egressGatewayRoutes names no VirtualGateway"
            self.report.add(catalogue.EGRESS_GATEWAY_UNKNOWN, resource.ref, where, port=port.number, problem=problem)
        named = [
            Ref(
                "VirtualGateway", one.name, one.namespace or resource.ref.namespace, one.cluster or resource.ref.cluster
            )
            for one in egress.virtual_gateway_refs
        ]
        for ref in dict.fromkeys(named):
            found = self._by_ref.get(ref, [])
            if not found:
                known = any(o.resource.ref == ref for o in self.snapshot.of(VirtualGatewaySpec))
                problem = f"{ref} has no gateway with a listener" if known else f"{ref} does not exist"
                self.report.add(
                    catalogue.EGRESS_GATEWAY_UNKNOWN, resource.ref, where, port=port.number, problem=problem
                )
            elif found[0].workspace not in external.consumers:
                self.report.add(
                    catalogue.EGRESS_NOT_VISIBLE, resource.ref, where,
                    port=port.number, gateway=ref, workspace=found[0].workspace,
                )  # fmt: skip
            else:
                yield from found

    def _check_clusters(self, external: External, index: int, gateways: Iterable[VirtualGateway]) -> None:
        gateways = tuple(gateways)
        served = {gateway.service.cluster for gateway in gateways}
        places = [
            (name, cluster) for name in external.consumers for cluster in self.snapshot.workspaces[name].namespaces
        ]
        names = " and ".join(sorted({str(gateway.resource.ref) for gateway in gateways}))
        for consumer, cluster in sorted(place for place in places if place[1] not in served) if served else ():
            told(consumer, external.workspace, self.snapshot, self.report).add(
                catalogue.EGRESS_CLUSTER_WITHOUT, external.resource.ref,
                external.resource.at("ports", index, "egressGatewayRoutes", "virtualGatewayRefs"),
                cluster=cluster, gateways=names,
            )  # fmt: skip

    def _check_route_tables(self, external: External) -> None:
        """Report RouteTables that route a host in the same sidecars: to whoever wrote the table."""
        for host in external.hosts:
            for owned in self._tables.get(host, ()):
                if owned.workspace in external.consumers:
                    table = owned.resource
                    self.report.add(
                        catalogue.EGRESS_ROUTE_TABLE, table.ref, table.at("hosts", table.spec.hosts.index(host)),
                        host=host, workspace=owned.workspace, external=external.resource.ref,
                    )  # fmt: skip


def _match_problem(spec: ExternalServiceSpec, port: ExternalPort, match: int) -> str:
    """Why clients may not get through by the port that they are to call."""
    called = next((other for other in spec.ports if other.number == match), None)
    if called is None:
        return ""
    if called is not port:
        return f"is also the number of another port, which leads to {called.number} directly"
    return "is a port for HTTPS, and what is encrypted cannot be routed" if port.protocol.value == "HTTPS" else ""


def _exposing(gateway: VirtualGateway, external: External) -> ListenersByHost:
    """The listeners that take requests for an ExternalService, as HTTP or in Istio's mTLS."""
    taking = tuple(listener for listener in gateway.listeners if _takes_requests(listener.spec))
    return replace(gateway, listeners=taking).exposing(external.resource, external.workspace)


def _takes_requests(listener: Listener) -> bool:
    if listener.http is None:
        return False
    return not listener.https_redirect if listener.tls is None else listener.tls.mode is TLSMode.ISTIO_MUTUAL
