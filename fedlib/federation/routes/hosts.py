"""Hosts of root RouteTables: which are valid and known, and which table of several gets one in sidecars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.model import host_problem
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.hosts.claims import place_of_several
from fedlib.federation.hosts.hostname import is_short
from fedlib.federation.routes.owners import HostOwners
from fedlib.federation.routes.tables import Table, disjoint, source_labels
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import Snapshot

MAX_COMPARED: Final = 200_000
"""Pairs of workloadSelectors of tables that want the same host, for the tables of each workspace."""


def uses_sidecars(table: Table) -> bool:
    """Whether sidecars use a table: all do without virtualGateways; with them, those that it selects."""
    return not table.spec.virtual_gateways or bool(table.spec.workload_selectors)


def check_hosts(table: Table, owners: HostOwners, report: Report) -> None:
    """Report hosts that are none, and, where sidecars use the table, those that no request can be for."""
    resource = table.resource
    for index, host in enumerate(table.spec.hosts):
        location = resource.at("hosts", index)
        problem = wildcard_problem(host)
        if (host == "*" and not uses_sidecars(table)) or host in table.refused:
            continue
        if problem:
            report.add(catalogue.ROUTE_HOST_INVALID, resource.ref, location, host=host[:80], problem=problem)
        elif not uses_sidecars(table):
            continue
        elif "." not in host:
            report.add(catalogue.ROUTE_HOST_SHORT, resource.ref, location, host=host)
        elif "*" not in host and not table.spec.virtual_gateways and not owners.is_known(host, table.workspace):
            report.add(
                catalogue.ROUTE_HOST_UNKNOWN, resource.ref, location,
                workspace=table.workspace, host=host, suggestion=owners.seen(table.workspace).suggest(host),
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
    tables: Iterable[Table], workspace: str, owners: HostOwners, snapshot: Snapshot, report: Report
) -> Iterable[tuple[Table, tuple[str, ...]]]:
    """The hosts that each table gets in the sidecars of a workspace, one table for each host and pod.

    Its own tables come before those that it imports, and these in the order of its imports. Of one workspace the oldest
    comes first. A table all of whose hosts lead elsewhere there is listed with none: what others have under its hosts
    decides about no finding of its owner.

    Args:
        tables: the tables of the workspace's sidecars.
        workspace: the workspace.
        owners: who owns which host.
        snapshot: whom the workspace imports from.
        report: takes the findings.
    """
    precedence = snapshot.visibility.precedence
    winners: dict[tuple[str, str], list[tuple[int, Table]]] = defaultdict(list)
    compared = _Rivals(report)
    for table in sorted(tables, key=lambda one: (precedence(workspace, one.workspace), one.resource.age)):
        hosts: dict[str, tuple[int, bool]] = {}
        for index, host in enumerate(table.spec.hosts):
            if host in hosts or not _may_decide(table, index, workspace, owners):
                continue
            claimed = owners.is_claimed(table, index, workspace)
            rivals = winners[host, table.workspace if claimed else ""]
            winner = compared.winner((index, table), rivals)
            if winner is None:
                hosts[host] = (index, claimed)
            elif winner[1] is not table:
                _report_winner((index, table), winner, workspace, snapshot, report)
        for host, (index, claimed) in hosts.items():
            winners[host, table.workspace if claimed else ""].append((index, table))
        if hosts:
            yield table, tuple(host for host, (_, claimed) in hosts.items() if not claimed)


@dataclass(slots=True)
class _Rivals:
    """Compares tables that want one host in the sidecars of a workspace, by the pods that they select."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_COMPARED))
    _disjoint: dict[tuple[int, int], bool] = field(default_factory=dict)
    _reported: set[Ref] = field(default_factory=set)

    def winner(self, wanting: tuple[int, Table], older: Iterable[tuple[int, Table]]) -> tuple[int, Table] | None:
        """The first table with some of the same pods, which has the host; `wanting` where that takes too long to say.

        Of each table the index of the host is there, too.
        """
        table = wanting[1]
        for one in older:
            other = one[1]
            key = (id(table), id(other))
            ours, theirs = source_labels(table.spec), source_labels(other.spec)
            cost = 1 if key in self._disjoint else 1 + len(ours) * len(theirs)
            if not self._allowed.take(table.workspace, cost):
                self._report(table)
                return wanting
            if key not in self._disjoint:
                self._disjoint[key] = disjoint(ours, theirs)
            if not self._disjoint[key]:
                return one
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


def _may_decide(table: Table, index: int, workspace: str, owners: HostOwners) -> bool:
    """Whether a table may decide about one of its hosts in the sidecars of a workspace."""
    host = table.spec.hosts[index]
    if wildcard_problem(host) or host in table.refused or owners.takes_from_others(table, index, workspace):
        return False
    # A short host would be a name of the other workspace's own Services.
    return table.workspace == workspace or not is_short(host)


def _report_winner(
    loser: tuple[int, Table], first: tuple[int, Table], workspace: str, snapshot: Snapshot, report: Report
) -> None:
    """Report a table that does not get a host: to its workspace if both are its own, and otherwise to who has both.

    Of either table the index of the host is there.
    """
    (index, table), (place, winner) = loser, first
    host = table.spec.hosts[index]
    if winner.workspace == table.workspace:
        if table.workspace == workspace:  # what others import of the two has the same order there
            report.add(
                catalogue.ROUTE_HOST_CONFLICT, table.ref, table.resource.at("hosts", index),
                host=host, workspace=workspace, winner=winner.ref,
            )  # fmt: skip
        return
    subject, location = place_of_several(
        snapshot, workspace, winner.workspace, winner.ref, winner.resource.at("hosts", place)
    )
    report.add(
        catalogue.ROUTE_HOST_OF_SEVERAL, subject, location,
        host=host, workspace=workspace, winner=winner.ref, other=table.ref,
    )  # fmt: skip
