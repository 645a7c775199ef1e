"""Which routes, and which of their destinations, policies select.

A policy selects routes of its own workspace's tables by the labels of table and route. A delegated route also carries
what its parents have, so a policy of a parent's workspace reaches it; a policy of a workspace that imports a table
does not reach the table's routes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from fedlib.config.model import Model
from fedlib.config.selectors import DestinationSelector, RouteDestinationSelector, RouteLabelSelector, RouteSelector
from fedlib.diagnostics import Ref
from fedlib.federation.model.destination import Destination
from fedlib.federation.model.policy import Policy
from fedlib.federation.model.route import Route, RouteDestination, TableLabels
from fedlib.federation.policies.rules import Target, rule_of
from fedlib.federation.policies.trials import Trials
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors
from fedlib.snapshot.selection import labels_match, selects

EVERY_ROUTE = RouteSelector()

Entry = TypeVar("Entry", RouteSelector, RouteDestinationSelector)


@dataclass(slots=True)
class RouteSelection:
    """Finds the policies of a route. Their selectors are indexed by workspace and by the labels that they ask for."""

    policies: Iterable[Policy[Model]]
    trials: Trials
    _oldest: dict[str, Policy[Model]] = field(default_factory=dict)
    """A policy of each workspace, for findings about all of its policies."""
    _on_routes: dict[str, LabelSelectors[tuple[Policy[Model], RouteSelector]]] = field(default_factory=dict)
    _on_destinations: dict[str, LabelSelectors[tuple[Policy[Model], RouteDestinationSelector]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        """Index the policies once."""
        on_routes: dict[str, list[tuple[Policy[Model], RouteSelector]]] = defaultdict(list)
        on_destinations: dict[str, list[tuple[Policy[Model], RouteDestinationSelector]]] = defaultdict(list)
        for policy in self.policies:
            self._oldest.setdefault(policy.workspace, policy)
            entries: tuple[RouteSelector, ...] = policy.entries(Target.ROUTES.attribute)
            if unselected(policy) is Target.ROUTES:
                entries = (EVERY_ROUTE,)
            on_routes[policy.workspace] += [(policy, entry) for entry in entries]
            chosen: tuple[RouteDestinationSelector, ...] = policy.entries(Target.ROUTE_DESTINATIONS.attribute)
            on_destinations[policy.workspace] += [(policy, entry) for entry in chosen]
        self._on_routes = {name: _by_labels(found) for name, found in on_routes.items()}
        self._on_destinations = {name: _by_labels(found) for name, found in on_destinations.items()}

    def of_route(self, route: Route) -> list[Policy[Model]]:
        """The policies that select a route, the oldest first."""
        found: dict[Ref, Policy[Model]] = {}
        for table in route.tables:
            for policy, entry in self._selecting(self._on_routes, table):
                if policy.ref not in found and _selects(entry, table, route):
                    found[policy.ref] = policy
        return sorted(found.values(), key=lambda policy: policy.resource.age)

    def of_destination(self, route: Route, destination: RouteDestination) -> list[Policy[Model]]:
        """The policies that select a destination of a route, the oldest first."""
        found: dict[Ref, Policy[Model]] = {}
        for table in route.tables:
            for policy, entry in self._selecting(self._on_destinations, table):
                if not _matches_table(entry.route, table):
                    continue
                listed = entry.on_destinations
                if not self.trials.take(policy, Target.ROUTE_DESTINATIONS, len(listed)):
                    break
                if not listed or any(_is_called(one, destination) for one in listed):
                    found[policy.ref] = policy
        return sorted(found.values(), key=lambda policy: policy.resource.age)

    def _selecting(
        self, filed: Mapping[str, LabelSelectors[tuple[Policy[Model], Entry]]], table: TableLabels
    ) -> Iterator[tuple[Policy[Model], Entry]]:
        """The selectors that ask for labels of a route as one of its tables has them."""
        selectors = filed.get(table.workspace)
        if selectors is None:
            return
        looked_at = selectors.candidates(table.labels)
        if not looked_at or self.trials.take(self._oldest[table.workspace], Target.ROUTES, looked_at):
            yield from selectors.selecting(table.labels)


def _by_labels(entries: Iterable[tuple[Policy[Model], Entry]]) -> LabelSelectors[tuple[Policy[Model], Entry]]:
    return label_selectors((entry.route.labels if entry.route else {}, (policy, entry)) for policy, entry in entries)


def unselected(policy: Policy[Model]) -> Target | None:
    """What a policy applies to because it selects nothing at all; None where it has a selector."""
    rule = rule_of(policy)
    return None if any(policy.entries(target.attribute) for target in rule.targets) else rule.unselected


def _selects(entry: RouteSelector, table: TableLabels, route: Route) -> bool:
    if entry.with_destinations is not None:
        return any(_is_called(entry.with_destinations, destination) for destination in route.destinations)
    return _matches_table(entry.route, table)


def _matches_table(selector: RouteLabelSelector | None, table: TableLabels) -> bool:
    if selector is None:
        return True
    ref = table.table.ref
    return (
        (not selector.namespace or selector.namespace == ref.namespace)
        and (not selector.cluster or selector.cluster == ref.cluster)
        and (not selector.workspace or selector.workspace == table.workspace)
        and labels_match(selector.labels, table.labels)
    )


def _is_called(selector: DestinationSelector, called: RouteDestination) -> bool:
    one: Destination = called.destination
    if one.kind is not selector.kind:
        return False
    if selector.port is not None and all(port.number != called.port for port in one.matching(selector.port)):
        return False
    return selector.selector is None or selects(
        selector.selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
        cluster=one.ref.cluster, workspace=one.workspace,
    )  # fmt: skip
