"""Hosts of root RouteTables: which are valid and known, and which table of several gets one in sidecars."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.model import host_problem
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import Suggestion
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import FederatedService
from fedlib.federation.routes.tables import Table, disjoint, source_labels
from fedlib.snapshot.allowance import Allowance

MAX_COMPARED: Final = 200_000
"""Pairs of workloadSelectors of tables that want the same host, for the tables of each workspace."""


def uses_sidecars(table: Table) -> bool:
    """Whether sidecars use a table: all do without virtualGateways; with them, those that it selects."""
    return not table.spec.virtual_gateways or bool(table.spec.workload_selectors)


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The hosts that something serves, and the workspaces that own what does; an empty name stands for none."""

    owners: Mapping[str, Collection[str]]
    _backwards: list[str] = field(default_factory=list, compare=False, repr=False)
    """The hosts written backwards and sorted, so that those below a wildcard stand together; made when one is there."""
    _foreign: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False, repr=False)
    _parts: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)
    """For a host's first label what follows it, and the other way round; made for the first host that is not known."""

    def suggest(self, host: str) -> Suggestion:
        """A `did you mean` with a host that differs in its first label only, or else in the rest only."""
        if not self._parts:
            for known in self.owners:
                label, rest = _parts(known)
                self._parts.setdefault(label, set()).add(rest)
                self._parts.setdefault(rest, set()).add(label)
        label, rest = _parts(host)
        by_rest = Suggestion(rest, self._parts.get(label, ()), around=(label, ""))
        return Suggestion(label, self._parts.get(rest, ()), around=("", rest), otherwise=by_rest)

    def of_others(self, host: str, workspace: str) -> str | None:
        """The first known host that a host, which may have a wildcard, stands for and that is not the workspace's."""
        key = (host, workspace)
        if key not in self._foreign:
            covered = self._below(host[1:]) if host.startswith("*") else (host,)
            foreign = (one for one in covered if one in self.owners and workspace not in self.owners[one])
            self._foreign[key] = min(foreign, default=None)
        return self._foreign[key]

    def _below(self, suffix: str) -> Iterator[str]:
        if not self._backwards:
            self._backwards.extend(sorted(host[::-1] for host in self.owners))
        wanted = suffix[::-1]
        for place in range(bisect.bisect_left(self._backwards, wanted), len(self._backwards)):
            if not self._backwards[place].startswith(wanted):
                break
            yield self._backwards[place][::-1]


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
    rivals = _Rivals(report)
    for table in tables:
        hosts: dict[str, None] = {}
        for index, host in enumerate(table.spec.hosts):
            if wildcard_problem(host) or host in hosts:
                continue
            winner = rivals.winner(table, winners.get(host, ()))
            if winner is None:
                hosts[host] = None
                _check_owner(table, index, workspace, known, report)
            elif winner is not table:
                report.add(
                    catalogue.ROUTE_HOST_CONFLICT, table.ref, table.resource.at("hosts", index),
                    host=host, workspace=workspace, winner=winner.ref,
                )  # fmt: skip
        for host in hosts:
            winners.setdefault(host, []).append(table)
        if hosts:
            yield table, tuple(hosts)


@dataclass(slots=True)
class _Rivals:
    """Compares tables that want one host in the sidecars of a workspace, by the pods that they select."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_COMPARED))
    _disjoint: dict[tuple[int, int], bool] = field(default_factory=dict)
    _reported: set[Ref] = field(default_factory=set)

    def winner(self, table: Table, older: Iterable[Table]) -> Table | None:
        """The oldest table with some of the same pods, which has the host; `table` where that takes too long to say."""
        for other in older:
            key = (id(table), id(other))
            ours, theirs = source_labels(table.spec), source_labels(other.spec)
            cost = 1 if key in self._disjoint else 1 + len(ours) * len(theirs)
            if not self._allowed.take(table.workspace, cost):
                self._report(table)
                return table
            if key not in self._disjoint:
                self._disjoint[key] = disjoint(ours, theirs)
            if not self._disjoint[key]:
                return other
        return None

    def _report(self, table: Table) -> None:
        if table.ref in self._reported:
            return
        self._reported.add(table.ref)
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, table.ref, table.resource.at("hosts"),
            problem="too many tables with workloadSelectors want the same hosts to be compared",
            workspace=table.workspace, limit=f"{MAX_COMPARED} comparisons",
            advice="let fewer tables have the same host",
        )  # fmt: skip


def _check_owner(table: Table, index: int, workspace: str, known: KnownHosts, report: Report) -> None:
    """Report a table that decides in another workspace's sidecars about requests for a host of somebody else."""
    host = table.spec.hosts[index]
    foreign = known.of_others(host, table.workspace) if table.workspace != workspace else None
    if foreign is None:
        return
    owner = min(known.owners[foreign])
    report.add(
        catalogue.ROUTE_HOST_OF_OTHERS, table.ref, table.resource.at("hosts", index),
        host=foreign, workspace=workspace, table=table.workspace,
        owner=f"workspace '{owner}'" if owner else "no workspace",
    )  # fmt: skip
