"""Names of routes in VirtualServices, by which EnvoyFilters and metrics find them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.routes.tables import Table


def route_names(table: Table, report: Report) -> list[str]:
    """Gloo's names of a table's routes: unique, without the prefix `insecure-`; empty for a route without a name."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    for index, route in enumerate(table.spec.http):
        name = route.name.removeprefix("insecure-")
        count = counts[name]
        counts[name] += 1
        if name and count:
            renamed = f"duplicate-{name}-{count}"
            report.add(
                catalogue.ROUTE_NAME_DUPLICATE, table.ref, table.resource.at("http", index, "name"),
                route=name, renamed=renamed,
            )  # fmt: skip
            name = renamed
        names.append(name)
    return names


def table_suffix(tables: Sequence[Ref]) -> str:
    """What follows the route's name: the root's name, or all tables from the route's own to the root.

    Source: Gloo's documentation of delegation, `<route>-<table>.<namespace>.<cluster>--<parent>...`.
    """
    if len(tables) == 1:
        return tables[0].name
    return "--".join(f"{ref.name}.{ref.namespace}.{ref.cluster}" for ref in reversed(tables))
