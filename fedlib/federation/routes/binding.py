"""The gateways that serve a RouteTable: those that it names, whose workspace sees it, and whose listeners let it in.

Source: `RouteTable.virtualGateways` and `RouteTableFilter` of Gloo's API.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fedlib.config.route_table import RouteTableSpec
from fedlib.config.validate import suggest
from fedlib.config.virtual_gateway import TLSMode, VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.model.gateway import GatewayListener, VirtualGateway
from fedlib.federation.routes.hosts import wildcard_problem
from fedlib.federation.routes.tables import Table
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Binding:
    """Gateways of one workspace that serve the same hosts of a table, on all of their ports or on the same ones."""

    workspace: str
    hosts: tuple[str, ...]
    gateways: tuple[VirtualGateway, ...]


@dataclass(slots=True)
class GatewayBinder:
    """Binds one root table after the other, the oldest first; what is not bound is reported."""

    snapshot: Snapshot
    gateways: Iterable[VirtualGateway]
    report: Report
    _taken: dict[tuple[str, str], Table] = field(default_factory=dict)

    def bind(self, table: Table) -> tuple[Binding, ...]:
        """The gateways that serve a table, by workspace and by the hosts that they serve."""
        named: list[VirtualGateway] = []
        for index in range(len(table.spec.virtual_gateways)):
            named += [gateway for gateway in self._named(table, index) if gateway not in named]
        found: dict[tuple[str, tuple[str, ...], tuple[int, ...]], list[VirtualGateway]] = {}
        for gateway in named:
            hosts = _served_hosts(gateway, table)
            if hosts:
                ports = gateway.restricts(table.resource, table.workspace, hosts)
                found.setdefault((gateway.workspace, hosts, ports), []).append(gateway)
            self._report_shared(table, gateway, hosts)
        served = {host for _, hosts, _ in found for host in hosts}
        for index, host in enumerate(table.spec.hosts):
            if served and host not in served and _is_valid(host):
                self.report.add(
                    catalogue.ROUTE_GATEWAY_HOST, table.ref, table.resource.at("hosts", index), host=host
                )  # fmt: skip
        return tuple(
            Binding(workspace, hosts, tuple(sorted(some, key=lambda one: (one.service.ref, one.name))))
            for (workspace, hosts, _), some in sorted(found.items())
        )

    def _named(self, table: Table, index: int) -> list[VirtualGateway]:
        """The gateways of one reference that may serve the table."""
        reference = table.spec.virtual_gateways[index]
        location = table.resource.at("virtualGateways", index)
        namespace = reference.namespace or table.ref.namespace
        cluster = reference.cluster or table.ref.cluster
        wanted = Ref("VirtualGateway", reference.name, namespace, cluster)
        known = {owned.resource.ref: owned.workspace for owned in self.snapshot.of(VirtualGatewaySpec)}
        if wanted not in known:
            self.report.add(
                catalogue.ROUTE_GATEWAY_UNKNOWN, table.ref, location,
                namespace=namespace, name=reference.name, cluster=cluster, suggestion=_suggestion(wanted, known),
            )  # fmt: skip
            return []
        if known[wanted] not in table.consumers:
            self.report.add(
                catalogue.ROUTE_GATEWAY_UNSHARED, table.ref, location,
                gateway=wanted, workspace=known[wanted], owner=table.workspace,
            )  # fmt: skip
            return []
        gateways = [gateway for gateway in self.gateways if gateway.resource.ref == wanted]
        carried = table.spec.http or table.spec.tls
        if carried and gateways and not any(_served_hosts(gateway, table) for gateway in gateways):
            shown = f" with the host{'s' if len(table.spec.hosts) > 1 else ''} {', '.join(table.spec.hosts)}"
            self.report.add(
                catalogue.ROUTE_GATEWAY_FORBIDS, table.ref, location, gateway=wanted, hosts=shown
            )  # fmt: skip
        return gateways

    def _report_shared(self, table: Table, gateway: VirtualGateway, hosts: tuple[str, ...]) -> None:
        """Report hosts that an older table has on the same gateway."""
        for host in hosts:
            other = self._taken.setdefault((gateway.name, host), table)
            if other.ref != table.ref:
                self.report.add(
                    catalogue.ROUTE_GATEWAY_SHARED, table.ref,
                    table.resource.at("hosts", table.spec.hosts.index(host)), related=(other.ref,),
                    host=host, other=other.ref, gateway=gateway.resource.ref,
                )  # fmt: skip


def _suggestion(wanted: Ref, known: Iterable[Ref]) -> str:
    """Where a VirtualGateway of this name is, or which name comes near."""
    elsewhere = [f"{ref.namespace} ({ref.cluster})" for ref in sorted(known) if ref.name == wanted.name]
    if elsewhere:
        return f"; it exists in {', '.join(elsewhere)}: set namespace and cluster, or `cluster` in federation:files"
    return suggest(wanted.name, {ref.name for ref in known})


def _served_hosts(gateway: VirtualGateway, table: Table) -> tuple[str, ...]:
    """The valid hosts of a table that a gateway serves with routes of a kind that the table has."""
    hosts = []
    for host in dict.fromkeys(filter(_is_valid, table.spec.hosts)):
        listeners = gateway.allows(table.resource, table.workspace, host)
        if any(_carries(listener, table.spec) for listener in listeners):
            hosts.append(host)
    return tuple(hosts)


def _is_valid(host: str) -> bool:
    return host == "*" or not wildcard_problem(host)


def _carries(listener: GatewayListener, spec: RouteTableSpec) -> bool:
    """Whether a listener carries HTTP routes, or passes TLS through for TLS routes."""
    if listener.spec.http is not None:
        return bool(spec.http)
    tls = listener.spec.tls
    return bool(spec.tls) and tls is not None and tls.mode in (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)
