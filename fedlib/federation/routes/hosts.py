"""Hosts of root RouteTables: which are valid and known, and which table of several gets one in sidecars."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.config.model import host_problem
from fedlib.config.validate import nearest
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import FederatedService
from fedlib.federation.routes.tables import Table, disjoint, source_labels


def uses_sidecars(table: Table) -> bool:
    """Whether sidecars use a table: all do without virtualGateways; with them, those that it selects."""
    return not table.spec.virtual_gateways or bool(table.spec.workload_selectors)


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The hosts that something serves, and the workspaces that own what does; an empty name stands for none."""

    owners: Mapping[str, Collection[str]]
    _parts: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)
    """For a host's first label what follows it, and the other way round; made for the first host that is not known."""

    def suggest(self, host: str) -> str:
        """A `did you mean` with a host that differs in its first label only, or else in the rest only."""
        if not self._parts:
            for known in self.owners:
                label, rest = _parts(known)
                self._parts.setdefault(label, set()).add(rest)
                self._parts.setdefault(rest, set()).add(label)
        label, rest = _parts(host)
        other_label = nearest(label, self._parts.get(rest, ()))
        if other_label:
            return f"; did you mean '{other_label}{rest}'?"
        other_rest = nearest(rest, self._parts.get(label, ()))
        return f"; did you mean '{label}{other_rest}'?" if other_rest else ""


def _parts(host: str) -> tuple[str, str]:
    """The first label of a host, and the rest from the dot on."""
    label, dot, rest = host.partition(".")
    return label, dot + rest


def known_hosts(services: Iterable[FederatedService], destinations: DestinationIndex) -> KnownHosts:
    """The hosts that something serves: Services' own and federated ones, those of groups and of ExternalServices."""
    known: dict[str, set[str]] = {}
    for service in services:
        known.setdefault(service.host, set()).add(service.workspace)
    for destination in destinations.by_ref.values():
        decision = destination.decision
        hosts = (destination.own_host,) if isinstance(decision, Service) else decision.hosts
        for host in hosts:
            known.setdefault(host, set()).add(destination.workspace)
    return KnownHosts(known)


def check_hosts(table: Table, known: KnownHosts, report: Report) -> None:
    """Report hosts that are none, and, where sidecars use the table, those that no request can be for."""
    resource = table.resource
    for index, host in enumerate(table.spec.hosts):
        location = resource.at("hosts", index)
        problem = wildcard_problem(host)
        if host == "*" and not uses_sidecars(table):
            continue
        if problem:
            report.add(catalogue.ROUTE_HOST_INVALID, resource.ref, location, host=host[:80], problem=problem)
        elif not uses_sidecars(table):
            continue
        elif "." not in host:
            report.add(catalogue.ROUTE_HOST_SHORT, resource.ref, location, host=host)
        elif "*" not in host and host not in known.owners and not table.spec.virtual_gateways:
            report.add(
                catalogue.ROUTE_HOST_UNKNOWN, resource.ref, location,
                workspace=table.workspace, host=host, suggestion=known.suggest(host),
            )  # fmt: skip


def wildcard_problem(host: str) -> str:
    """Why `host` is neither a DNS name nor one with a wildcard at its left end; empty if it is one."""
    if host == "*":
        return "a bare * would take every request of the sidecars"
    rest = host[1:] if host.startswith("*") else host
    if "*" in rest:
        return "a wildcard is allowed at the left end only"
    return host_problem(rest.lstrip(".-").lower().removesuffix("."))


def settle_hosts(
    tables: Iterable[Table], workspace: str, known: KnownHosts, report: Report
) -> Iterable[tuple[Table, tuple[str, ...]]]:
    """The hosts that each table gets in the sidecars of a workspace; the oldest of several wins a host.

    Args:
        tables: the tables of the workspace's sidecars, the oldest first.
        workspace: the workspace.
        known: who owns which host.
        report: takes the findings.
    """
    winners: dict[str, list[Table]] = {}
    for table in tables:
        hosts: list[str] = []
        ours = source_labels(table.spec)
        for index, host in enumerate(table.spec.hosts):
            if wildcard_problem(host) or host in hosts:
                continue
            rivals = (one for one in winners.get(host, ()) if not disjoint(ours, source_labels(one.spec)))
            winner = next(rivals, None)
            if winner is None:
                hosts.append(host)
                _check_owner(table, index, workspace, known, report)
                continue
            report.add(
                catalogue.ROUTE_HOST_CONFLICT, table.ref, table.resource.at("hosts", index),
                host=host, workspace=workspace, winner=winner.ref,
            )  # fmt: skip
        for host in hosts:
            winners.setdefault(host, []).append(table)
        if hosts:
            yield table, tuple(hosts)


def _check_owner(table: Table, index: int, workspace: str, known: KnownHosts, report: Report) -> None:
    """Report a table that decides in another workspace's sidecars about requests for a host of somebody else."""
    host = table.spec.hosts[index]
    if table.workspace == workspace:
        return
    covered = (one for one in known.owners if one.endswith(host[1:])) if host.startswith("*") else (host,)
    foreign = min(
        (one for one in covered if one in known.owners and table.workspace not in known.owners[one]), default=None
    )
    if foreign is None:
        return
    owner = min(known.owners[foreign])
    report.add(
        catalogue.ROUTE_HOST_OF_OTHERS, table.ref, table.resource.at("hosts", index),
        host=foreign, workspace=workspace, table=table.workspace,
        owner=f"workspace '{owner}'" if owner else "no workspace",
    )  # fmt: skip
