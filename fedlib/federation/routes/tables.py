"""RouteTables: which ones there are, who may use each, and for which pods.

Source: the field comments of Gloo's `RouteTable`. One with hosts is a root; one without is there to be delegated to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import ObjectSelector
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.untranslated import untranslated
from fedlib.diagnostics import Ref
from fedlib.federation.model.route import SourceLabels
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selector_index import SelectorIndex


@dataclass(frozen=True, slots=True)
class Table:
    """A RouteTable, the workspace that owns it, and those that may use it, sorted."""

    resource: Resource[RouteTableSpec]
    workspace: str
    consumers: tuple[str, ...]

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return self.resource.ref

    @property
    def spec(self) -> RouteTableSpec:
        """Its spec."""
        return self.resource.spec

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return self.resource.labels


@dataclass(frozen=True, slots=True)
class RouteTables:
    """All RouteTables that are translated, the oldest first."""

    tables: tuple[Table, ...]
    by_consumer: Mapping[str, SelectorIndex[Table]]

    @property
    def roots(self) -> Iterator[Table]:
        """The tables with hosts."""
        return (table for table in self.tables if table.spec.hosts)

    def select(self, selector: ObjectSelector, workspace: str) -> Iterator[Table]:
        """The tables that a selector of a workspace selects: its own and imported ones, the oldest first."""
        return self.by_consumer[workspace].select(selector)


def read_route_tables(snapshot: Snapshot) -> RouteTables:
    """Index the RouteTables that are translated."""
    found = []
    for owned in snapshot.of(RouteTableSpec):
        if not any(untranslated(owned.spec)):
            found.append(Table(owned.resource, owned.workspace, owned.consumers))
    tables = tuple(sorted(found, key=lambda table: table.resource.age))
    by_consumer: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        for consumer in table.consumers:
            by_consumer[consumer].append(table)
    return RouteTables(tables, {name: SelectorIndex(tuple(listed)) for name, listed in by_consumer.items()})


def source_labels(spec: RouteTableSpec) -> SourceLabels:
    """The alternatives of labels by which a table selects sidecars; none means all of them."""
    labels = [selector.selector.labels if selector.selector else {} for selector in spec.workload_selectors]
    return () if not all(labels) else tuple(labels)


def both_labels(one: SourceLabels, other: SourceLabels) -> SourceLabels | None:
    """The pods that both select; None where there can be none."""
    if not one or not other:
        return one or other
    combined = [{**a, **b} for a in one for b in other if all(a.get(key, value) == value for key, value in b.items())]
    return tuple(_unique(combined)) or None


def disjoint(one: SourceLabels, other: SourceLabels) -> bool:
    """Whether no pod can be selected by both."""
    return both_labels(one, other) is None


def _unique(labels: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in labels:
        if one not in found:
            found.append(one)
    return found
