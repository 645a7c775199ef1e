"""What a newcomer reads after a render or a check: what was found, who sees what, what comes out, what to know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from rich.color import ColorSystem
from rich.console import Console
from rich.markup import escape
from rich.style import Style
from rich.table import Table

from fedlib.compilation import Compilation
from fedlib.diagnostics import PLATFORM, Finding, Severity
from fedlib.diagnostics.finding import printable
from fedlib.diagnostics.finding_groups import FindingGroup, group_findings
from fedlib.diagnostics.text import counts_text, group_text, owner_text
from fedlib.discovery.inventory import Inventory
from fedlib.federation.decisions import Decisions
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot

MOST_GROUPS: Final = 20
MOST_LINES: Final = 20
"""Of one cell."""

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
    if len(compilation.plan):
        console.print(_objects(compilation))
    example = _example(decisions)
    if example:
        console.print(example, soft_wrap=True)


def _example(decisions: Decisions) -> str:
    """A host to call: of a group, or else of a Service, by HTTP where there is one."""
    for group in (group for group in decisions.groups if len(group.backings) > 1):
        return _call(group.consumers, group.hosts[0])
    reachable = [service for service in decisions.services if service.gateways]
    for service in sorted(reachable, key=lambda s: s.ports[0].protocol not in HTTP_PROTOCOLS):
        return _call(service.consumers, service.host)
    return ""


def print_findings(console: Console, findings: Iterable[Finding], *, verbose: bool = False) -> None:
    """Print findings, errors last, so that they stand where a reader looks, and count them for each owner.

    What one edit mends is one finding. Of one severity those of the platform come last: they concern everybody. Infos
    are one line with their codes, unless the reader wants all (`verbose`).
    """
    groups = group_findings(findings)
    infos = [] if verbose else [one for one in groups if one.severity is Severity.INFO]
    if infos:
        console.print(_folded(infos), soft_wrap=True)
    shown = [one for one in groups if verbose or one.severity is not Severity.INFO]
    words = {severity: _coloured(severity, console) for severity in Severity}
    # written as they are: rich would look for markup in them, and takes a millisecond for each
    console.file.writelines(
        f"{words[group.severity]} {group_text(group, everything=verbose)}\n"
        for group in sorted(shown, key=lambda one: (_LAST.index(one.severity), _by_owner(one.owner)))
    )
    _print_counts(console, groups)


def _by_owner(owner: str) -> tuple[bool, str]:
    return (owner == PLATFORM, owner)


def _print_counts(console: Console, groups: tuple[FindingGroup, ...]) -> None:
    """How many there are, and whose they are where there are several owners."""
    console.print(f"Findings: {counts_text(groups)}" if groups else "No findings")
    owners = sorted({one.owner for one in groups}, key=_by_owner)
    for owner in owners if len(owners) > 1 else ():
        counts = counts_text(one for one in groups if one.owner == owner)
        console.print(f"  {escape(owner_text(owner))}: {counts}", soft_wrap=True)


def _folded(infos: list[FindingGroup]) -> str:
    codes = Counter(f"{one.code.id} {one.code.title}" for one in infos)
    kinds = ", ".join(code + (f" ({number})" if number > 1 else "") for code, number in sorted(codes.items()))
    return f"[{_COLOURS[Severity.INFO]}]info[/] {counts_text(infos)}, shown with -v: {kinds}"


def _call(consumers: Iterable[str], host: str) -> str:
    who = _cell(" and ".join(consumers))
    return f"For example, every workload of {who}, in every cluster, can call [bold]{_cell(host)}[/]"


def _coloured(severity: Severity, console: Console) -> str:
    """The word for a severity, in its colour where the console has colours."""
    style = Style.parse(_COLOURS[severity])
    return style.render(severity.value, color_system=ColorSystem.STANDARD if console.color_system else None)


def _add_row(table: Table, *cells: str, style: str | None = None) -> None:
    """Add a row of texts that may come from anywhere: rich would read `[/red]` in them as markup."""
    table.add_row(*map(_cell, cells), style=style)


def _lines(texts: Sequence[str]) -> str:
    """A line for each text; of very many the first ones."""
    more = len(texts) - MOST_LINES
    return "\n".join([*texts[:MOST_LINES], *([f"and {more} more"] if more > 0 else [])])


def _cell(text: str) -> str:
    return escape("\n".join(map(printable, text.split("\n"))))


def _discovered(inventory: Inventory, decisions: Decisions) -> Table:
    table = Table(title="Discovered", title_justify="left", title_style="bold")
    for column in ("cluster", "namespaces", "services", "workloads", "nodes", "east-west gateway"):
        table.add_column(column, overflow="fold")
    addresses: dict[str, set[str]] = {}
    used = [(one.service.cluster, one.gateways) for one in decisions.services]
    used += [(one.service.cluster, one.gateways) for group in decisions.groups for one in group.backings.values()]
    for cluster, gateways in used:
        found = addresses.setdefault(cluster, set())
        found.update(f"{endpoint.address}:{endpoint.port}" for gateway in gateways for endpoint in gateway.endpoints)
    for name, seen in sorted(inventory.clusters.items()):
        _add_row(
            table,
            name,
            str(len(seen.namespaces)),
            str(len(seen.services)),
            str(len(seen.workloads)),
            str(len(seen.nodes)),
            _lines(sorted(addresses.get(name, ()))) or "none in use",
        )
    return table


def _workspaces(snapshot: Snapshot, decisions: Decisions) -> Table:
    table = Table(title="Who sees what", title_justify="left", title_style="bold")
    for column in ("workspace", "owns", "federates", "sees also"):
        table.add_column(column, overflow="fold")
    own = Counter(service.workspace for service in decisions.services)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for service in decisions.services:
        for consumer in service.consumers:
            seen[consumer][service.workspace] += 1
    for name, workspace in snapshot.workspaces.items():
        owns = "\n".join(f"{cluster}: {', '.join(found)}" for cluster, found in sorted(workspace.namespaces.items()))
        foreign = sorted((owner, count) for owner, count in seen[name].items() if owner != name)
        sees = "\n".join(f"{count} services of {owner}" for owner, count in foreign)
        federates = f"{own[name]} services" if own[name] else "nothing"
        _add_row(table, name, owns or "no namespace", federates, sees or "nothing")
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
        _add_row(
            table,
            _lines(group.hosts),
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
        table.add_column(_cell(cluster), justify="right", overflow="fold")
    for kind in sorted({kind for found in counts.values() for kind in found}):
        _add_row(table, kind, *(str(found.get(kind, 0)) for found in counts.values()))
    _add_row(table, "all", *(str(sum(found.values())) for found in counts.values()), style="bold")
    return table
