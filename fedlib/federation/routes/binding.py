"""The gateways that serve a RouteTable: those that it names, whose workspace sees it, and whose listeners let it in.

Source: `RouteTable.virtualGateways` and `RouteTableFilter` of Gloo's API.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.route_table import RouteTableSpec
from fedlib.config.virtual_gateway import TLSMode, VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import Suggestion, suggest
from fedlib.federation.model.gateway import GatewayListener, VirtualGateway
from fedlib.federation.routes.hosts import wildcard_problem
from fedlib.federation.routes.tables import Table
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import Snapshot

MAX_TRIED: Final = 300_000
"""Hosts, listeners and filters that are tried on each other for the tables of each workspace."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Gateways of one workspace that serve the same hosts of a table, on all of their ports or on `ports` only."""

    workspace: str
    hosts: tuple[str, ...]
    gateways: tuple[VirtualGateway, ...]
    ports: tuple[int, ...] = ()


@dataclass(slots=True)
class GatewayBinder:
    """Binds one root table after the other, the oldest first; what is not bound is reported."""

    snapshot: Snapshot
    gateways: Iterable[VirtualGateway]
    report: Report
    _known: dict[Ref, str] = field(default_factory=dict)
    """The workspace of each VirtualGateway."""
    _by_ref: dict[Ref, list[VirtualGateway]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Where VirtualGateways of a name are; made for the first one that is not known."""
    _taken: dict[tuple[str, str], Table] = field(default_factory=dict)
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_TRIED))

    def __post_init__(self) -> None:
        """Index the gateways once."""
        self._known.update((owned.resource.ref, owned.workspace) for owned in self.snapshot.of(VirtualGatewaySpec))
        for gateway in self.gateways:
            self._by_ref[gateway.resource.ref].append(gateway)

    def bind(self, table: Table) -> tuple[Binding, ...]:
        """The gateways that serve a table, by workspace and by the hosts that they serve."""
        named: dict[Ref, list[tuple[VirtualGateway, tuple[str, ...]]]] = {}
        for index, reference in enumerate(table.spec.virtual_gateways):
            ref = Ref(
                "VirtualGateway", reference.name, reference.namespace or table.ref.namespace,
                reference.cluster or table.ref.cluster,
            )  # fmt: skip
            if ref not in named and self._may_name(table, index, ref):
                named[ref] = self._serving(table, index, ref)
        found: dict[tuple[str, tuple[str, ...], tuple[int, ...]], list[VirtualGateway]] = {}
        for gateway, hosts in (one for gateways in named.values() for one in gateways):
            if hosts:
                ports = gateway.restricts(table.resource, table.workspace, hosts)
                found.setdefault((gateway.workspace, hosts, ports), []).append(gateway)
        served = {host for _, hosts, _ in found for host in hosts}
        for index, host in enumerate(table.spec.hosts):
            if served and host not in served and host not in table.refused and _is_valid(host):
                self.report.add(
                    catalogue.ROUTE_GATEWAY_HOST, table.ref, table.resource.at("hosts", index), host=host
                )  # fmt: skip
        return tuple(
            Binding(workspace, hosts, tuple(sorted(some, key=lambda one: (one.service.ref, one.name))), ports)
            for (workspace, hosts, ports), some in sorted(found.items())
        )

    def _may_name(self, table: Table, index: int, ref: Ref) -> bool:
        """Whether a VirtualGateway exists and its workspace sees the table."""
        location = table.resource.at("virtualGateways", index)
        if ref not in self._known:
            self.report.add(
                catalogue.ROUTE_GATEWAY_UNKNOWN, table.ref, location,
                namespace=ref.namespace, name=ref.name, cluster=ref.cluster,
                suggestion=self._suggestion(ref),
            )  # fmt: skip
            return False
        if self._known[ref] not in table.consumers:
            self.report.add(
                catalogue.ROUTE_GATEWAY_UNSHARED, table.ref, location,
                gateway=ref, workspace=self._known[ref], owner=table.workspace,
            )  # fmt: skip
            return False
        return True

    def _suggestion(self, wanted: Ref) -> str | Suggestion:
        """Where a VirtualGateway of this name is, or which name comes near."""
        if not self._by_name:
            for ref in sorted(self._known):
                self._by_name[ref.name].append(f"{ref.namespace} ({ref.cluster})")
        elsewhere = self._by_name.get(wanted.name)
        if elsewhere:
            return f"; it exists in {', '.join(elsewhere)}: set namespace and cluster, or `cluster` in federation:files"
        return suggest(wanted.name, self._by_name)

    def _serving(self, table: Table, index: int, ref: Ref) -> list[tuple[VirtualGateway, tuple[str, ...]]]:
        """The gateways of a VirtualGateway, with the hosts of a table that each serves."""
        location = table.resource.at("virtualGateways", index)
        gateways = self._by_ref.get(ref, [])
        cost = sum(1 + one.extent + len(table.spec.hosts) for one in gateways)
        if not self._allowed.take(table.workspace, cost):
            self.report.add(
                catalogue.WORKSPACE_TOO_MUCH, table.ref, location,
                problem="tables and hosts have to be tried on too many listeners and filters of gateways",
                workspace=table.workspace, limit=f"{MAX_TRIED} trials",
                advice="let one wildcard stand for many hosts, in the table or in allowedRouteTables",
            )  # fmt: skip
            return []
        found = [(gateway, _served_hosts(gateway, table)) for gateway in gateways]
        usable = any(_is_valid(host) and host not in table.refused for host in table.spec.hosts)
        carried = (table.spec.http or table.spec.tls) and usable
        if carried and found and not any(hosts for _, hosts in found):
            shown = f" with the host{'s' if len(table.spec.hosts) > 1 else ''} {', '.join(table.spec.hosts)}"
            self.report.add(catalogue.ROUTE_GATEWAY_FORBIDS, table.ref, location, gateway=ref, hosts=shown)
        return found


def _served_hosts(gateway: VirtualGateway, table: Table) -> tuple[str, ...]:
    """The valid hosts of a table that a gateway serves with routes of a kind that the table has."""
    carrying = tuple(listener for listener in gateway.listeners if _carries(listener, table.spec))
    listeners = replace(gateway, listeners=carrying).letting_in(table.resource, table.workspace)
    wanted = dict.fromkeys(host for host in table.spec.hosts if _is_valid(host) and host not in table.refused)
    return tuple(host for host in wanted if listeners.serves(host))


def _is_valid(host: str) -> bool:
    return host == "*" or not wildcard_problem(host)


def _carries(listener: GatewayListener, spec: RouteTableSpec) -> bool:
    """Whether a listener carries HTTP routes, or passes TLS through for TLS routes."""
    if listener.spec.http is not None:
        return bool(spec.http)
    tls = listener.spec.tls
    return bool(spec.tls) and tls is not None and tls.mode in (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)
