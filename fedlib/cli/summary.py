"""What a newcomer reads after a render or a check: what was found, who sees what, what comes out, what to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fedlib.compilation import Compilation
from fedlib.diagnostics import Finding, Severity
from fedlib.diagnostics.text import counts_text, finding_text
from fedlib.discovery.inventory import Inventory
from fedlib.federation.decisions import Decisions
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot

MOST_GROUPS: Final = 20

_LAST: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)
_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_summary(console: Console, inventory: Inventory, compilation: Compilation) -> None:
    """Print everything but the findings."""
    snapshot, decisions = compilation.snapshot, compilation.decisions
    if snapshot is None or decisions is None or not inventory.clusters:
        return
    console.print(_discovered(inventory, decisions))
    console.print(_workspaces(snapshot, decisions))
    if decisions.groups:
        console.print(_groups(decisions))
    console.print(_objects(compilation))
    example = _example(decisions)
    if example:
        console.print(example, soft_wrap=True)


def _example(decisions: Decisions) -> str:
    """A host to call: of a group, or else of a Service, by HTTP where there is one."""
    for group in (group for group in decisions.groups if len(group.backings) > 1):
        who = " and ".join(group.consumers)
        return f"For example, every workload of {who}, in every cluster, can call [bold]{group.hosts[0]}[/]"
    reachable = [service for service in decisions.services if service.gateways]
    for service in sorted(reachable, key=lambda s: s.ports[0].protocol not in HTTP_PROTOCOLS):
        who = " and ".join(service.consumers)
        return f"For example, every workload of {who}, in every cluster, can call [bold]{service.host}[/]"
    return ""


def print_findings(console: Console, findings: Iterable[Finding], *, verbose: bool = False) -> None:
    """Print findings, errors last, so that they stand where a reader looks, and count them.

    Infos are one line with their codes, unless the reader wants all (`verbose`).
    """
    listed = list(findings)
    infos = [] if verbose else [finding for finding in listed if finding.severity is Severity.INFO]
    if infos:
        console.print(_folded(infos), soft_wrap=True)
    for finding in sorted(listed, key=lambda one: _LAST.index(one.severity)):
        if verbose or finding.severity is not Severity.INFO:
            colour = _COLOURS[finding.severity]
            console.print(f"[{colour}]{finding.severity.value}[/] {escape(finding_text(finding))}", soft_wrap=True)
    console.print(f"Findings: {counts_text(listed)}")


def _folded(infos: list[Finding]) -> str:
    codes = Counter(f"{finding.code.id} {finding.code.title}" for finding in infos)
    kinds = ", ".join(code + (f" ({number})" if number > 1 else "") for code, number in sorted(codes.items()))
    return f"[{_COLOURS[Severity.INFO]}]info[/] {counts_text(infos)}, shown with -v: {kinds}"


def _discovered(inventory: Inventory, decisions: Decisions) -> Table:
    table = Table(title="Discovered", title_justify="left", title_style="bold")
    for column in ("cluster", "namespaces", "services", "workloads", "nodes", "east-west gateway"):
        table.add_column(column, overflow="fold")
    addresses: dict[str, set[str]] = {}
    for service in decisions.services:
        for gateway in service.gateways:
            found = addresses.setdefault(service.service.cluster, set())
            found.update(f"{endpoint.address}:{endpoint.port}" for endpoint in gateway.endpoints)
    for name, cluster in sorted(inventory.clusters.items()):
        table.add_row(
            name,
            str(len(cluster.namespaces)),
            str(len(cluster.services)),
            str(len(cluster.workloads)),
            str(len(cluster.nodes)),
            "\n".join(sorted(addresses.get(name, ()))) or "none in use",
        )
    return table


def _workspaces(snapshot: Snapshot, decisions: Decisions) -> Table:
    table = Table(title="Who sees what", title_justify="left", title_style="bold")
    for column in ("workspace", "owns", "federates", "sees also"):
        table.add_column(column, overflow="fold")
    for name, workspace in snapshot.workspaces.items():
        own = sum(1 for service in decisions.services if service.workspace == name)
        foreign: dict[str, int] = {}
        for service in decisions.services:
            if name in service.consumers and service.workspace != name:
                foreign[service.workspace] = foreign.get(service.workspace, 0) + 1
        owns = "\n".join(f"{cluster}: {', '.join(found)}" for cluster, found in sorted(workspace.namespaces.items()))
        sees = "\n".join(f"{count} services of {owner}" for owner, count in sorted(foreign.items()))
        table.add_row(name, owns or "no namespace", f"{own} services" if own else "nothing", sees or "nothing")
    return table


def _groups(decisions: Decisions) -> Table:
    """The first groups; a mesh may have thousands."""
    more = len(decisions.groups) - MOST_GROUPS
    title = "Groups" + (f" (and {more} more: see `check --output json`)" if more > 0 else "")
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in ("host", "pods in", "callers", "policies of the owner"):
        table.add_column(column, overflow="fold")
    for group in decisions.groups[:MOST_GROUPS]:
        ports = [decisions.policies.calling(group.workspace, group.resource.ref, p.number) for p in group.ports]
        policies = sorted({policy.kind for policies in ports for policy in policies})
        table.add_row(
            "\n".join(group.hosts),
            ", ".join(sorted(group.backings)) or "no cluster",
            ", ".join(group.consumers),
            "\n".join(policies) or "none",
        )
    return table


def _objects(compilation: Compilation) -> Table:
    counts = compilation.plan.counts()
    table = Table(title="Objects to declare", title_justify="left", title_style="bold")
    table.add_column("kind")
    for cluster in counts:
        table.add_column(cluster, justify="right", overflow="fold")
    for kind in sorted({kind for found in counts.values() for kind in found}):
        table.add_row(kind, *(str(found.get(kind, 0)) for found in counts.values()))
    table.add_row("all", *(str(sum(found.values())) for found in counts.values()), style="bold")
    return table
