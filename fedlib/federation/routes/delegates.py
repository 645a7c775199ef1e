"""The tables to which a route delegates.

Source: `DelegateAction.route_tables`: own and imported tables, the oldest first, and those of a higher weight before
others. Own ones come before imported ones: how old those of others are is for others to write.
"""

from __future__ import annotations

from functools import partial

from fedlib.config.route_table import Delegate
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.routes.tables import RouteTables, Table
from fedlib.snapshot.allowance import Allowance


def select_delegates(
    table: Table, path: tuple[Step, ...], delegate: Delegate, tables: RouteTables, allowed: Allowance, report: Report
) -> list[Table] | None:
    """The tables that a delegating route selects, in the order in which they are tried.

    Args:
        table: the table of the route.
        path: where the route stands in its spec.
        delegate: the route's action.
        tables: all tables.
        allowed: how many tables the routes of each workspace may select.
        report: takes the findings.

    Returns:
        The tables; None where one that is named cannot be used, and the route answers 500.
    """
    chosen: dict[Ref, Table] = {}
    fine = True
    for index, selector in enumerate(delegate.route_tables):
        location = table.resource.at(*path, "delegate", "routeTables", index)
        if not allowed.left(table.workspace):
            _report_limit(table, path, allowed, report)
            return None
        found = [one for one in tables.select(selector, table.workspace) if selector.name or one.ref != table.ref]
        allowed.take(table.workspace, 1 + len(found))
        usable = [one for one in found if not one.spec.hosts]
        if selector.name and not usable:
            problem = f"no RouteTable '{selector.name}' of workspace '{table.workspace}' or imported by it fits"
            if found:
                problem = f"{found[0].ref} has hosts, and only tables without hosts can be delegated to"
            report.add(catalogue.DELEGATE_UNKNOWN, table.ref, location, problem=problem)
            fine = False
        elif not found:
            report.add(catalogue.DELEGATES_NONE, table.ref, location, workspace=table.workspace)
        for one in found if usable or not selector.name else ():
            if one.spec.hosts:
                report.add(catalogue.DELEGATE_HAS_HOSTS, table.ref, location, delegate=one.ref)
        chosen.update({one.ref: one for one in usable if one.ref not in chosen})
    for one in chosen.values():
        own = one.workspace == table.workspace
        _check(
            table, one, report if own else report.told_to((table.ref, partial(table.resource.at, *path, "delegate")))
        )
    return sorted(chosen.values(), key=lambda one: -one.spec.weight) if fine else None


def _report_limit(table: Table, path: tuple[Step, ...], allowed: Allowance, report: Report) -> None:
    report.add(
        catalogue.WORKSPACE_TOO_MUCH, table.ref, table.resource.at(*path, "delegate"),
        problem="delegating routes select too many tables", workspace=table.workspace,
        limit=allowed.limit, advice="let a few tables select the others, and delegate to those few",
    )  # fmt: skip


def _check(parent: Table, child: Table, report: Report) -> None:
    """What a child has that does not come into effect, and what its workspace cannot see."""
    for protocol in ("tcp", "tls"):
        if getattr(child.spec, protocol):
            report.add(
                catalogue.DELEGATE_CONNECTIONS, child.ref, child.resource.at(protocol),
                protocol=protocol, parent=parent.ref,
            )  # fmt: skip
    if child.workspace not in parent.consumers:
        report.add(
            catalogue.DELEGATE_PARENT_UNSEEN, child.ref, child.resource.at(),
            parent=parent.ref, owner=parent.workspace, workspace=child.workspace,
        )  # fmt: skip
