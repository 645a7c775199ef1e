"""RouteTables: which ones there are, who may use each, and for which pods.

Source: the field comments of Gloo's `RouteTable`. One with hosts is a root; one without is there to be delegated to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import ObjectSelector
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.strings.annotation import steered
from fedlib.config.untranslated import untranslated
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.model.route import SourceLabels
from fedlib.snapshot.model import OwnedResource, Snapshot
from fedlib.snapshot.selector_index import SelectorIndex


@dataclass(frozen=True, slots=True)
class Table:
    """A RouteTable, the workspace that owns it, and those that may use it, sorted.

    `annotations` are those of its objects, and `refused` the hosts that it may not route anywhere.
    """

    resource: Resource[RouteTableSpec]
    workspace: str
    consumers: tuple[str, ...]
    annotations: Mapping[str, str]
    refused: frozenset[str] = frozenset()

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
    """All RouteTables that are translated, the oldest first.

    By consumer its own come first, and then those that it imports, in the order of its imports.
    """

    tables: tuple[Table, ...]
    by_consumer: Mapping[str, SelectorIndex[Table]]

    @property
    def roots(self) -> Iterator[Table]:
        """The tables with hosts."""
        return (table for table in self.tables if table.spec.hosts)

    def select(self, selector: ObjectSelector, workspace: str) -> Iterator[Table]:
        """The tables that a selector of a workspace selects: its own, then imported ones, the oldest first."""
        return self.by_consumer[workspace].select(selector)


def read_route_tables(snapshot: Snapshot, refused: Callable[[str, str], str], report: Report) -> RouteTables:
    """Index the RouteTables that are translated. Annotations that are not theirs to give are reported.

    Args:
        snapshot: has the RouteTables.
        refused: says why a workspace may not route a host; empty if it may.
        report: takes the findings.
    """
    found = []
    for owned in snapshot.of(RouteTableSpec):
        if not any(untranslated(owned.spec)):
            hosts = frozenset(_refused_hosts(owned, refused, report))
            annotations = _annotations(owned.resource, snapshot, report)
            found.append(Table(owned.resource, owned.workspace, owned.consumers, annotations, hosts))
    tables = tuple(sorted(found, key=lambda table: table.resource.age))
    by_consumer: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        for consumer in table.consumers:
            by_consumer[consumer].append(table)
    return RouteTables(tables, {name: _in_order(listed, name, snapshot) for name, listed in by_consumer.items()})


def _in_order(tables: Iterable[Table], consumer: str, snapshot: Snapshot) -> SelectorIndex[Table]:
    precedence = snapshot.visibility.precedence
    return SelectorIndex(tuple(sorted(tables, key=lambda table: precedence(consumer, table.workspace))))


def _refused_hosts(
    owned: OwnedResource[RouteTableSpec], refused: Callable[[str, str], str], report: Report
) -> Iterator[str]:
    """The hosts that a table may not have; each is reported."""
    for index, host in enumerate(owned.spec.hosts):
        problem = refused(owned.workspace, host)
        if problem:
            report.add(
                catalogue.HOST_NOT_GIVEN, owned.resource.ref, owned.resource.at("hosts", index),
                workspace=owned.workspace, host=host, problem=problem,
            )  # fmt: skip
            yield host


def _annotations(resource: Resource[RouteTableSpec], snapshot: Snapshot, report: Report) -> Mapping[str, str]:
    """The annotations of a table that steer no tool, or that the administrator allows; the others are reported."""
    found = {}
    for key, value in resource.spec.virtual_service_annotations.items():
        domain = steered(key, snapshot.allowed_annotations)
        if domain:
            location = resource.at("virtualServiceAnnotations", key)
            report.add(
                catalogue.ANNOTATION_REFUSED, resource.ref, location,
                field=location.path, problem=f"annotations of {domain} steer a tool that others use too",
                advice="leave it out; the administrator can name its key or prefix in federation:allowedAnnotations",
            )  # fmt: skip
        else:
            found[key] = value
    return found


def source_labels(spec: RouteTableSpec) -> SourceLabels:
    """The alternatives of labels by which a table selects sidecars; none means all of them."""
    labels = [selector.selector.labels if selector.selector else {} for selector in spec.workload_selectors]
    return () if not all(labels) else tuple(labels)


def both_labels(one: SourceLabels, other: SourceLabels) -> SourceLabels | None:
    """The pods that both select; None where there can be none."""
    if not one or not other:
        return one or other
    combined = [{**a, **b} for a in one for b in other if _compatible(a, b)]
    return tuple({tuple(sorted(labels.items())): labels for labels in combined}.values()) or None


def disjoint(one: SourceLabels, other: SourceLabels) -> bool:
    """Whether no pod can be selected by both."""
    pairs = ((a, b) for a in one for b in other)
    return bool(one and other) and not any(_compatible(a, b) for a, b in pairs)


def _compatible(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one.get(key, value) == value for key, value in other.items())
