"""Which routes, and which of their destinations, policies select.

A policy selects routes of its own workspace's tables by the labels of table and route. A delegated route also carries
what its parents have, so a policy of a parent's workspace reaches it; a policy of a workspace that imports a table
does not reach the table's routes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from fedlib.config.selectors import DestinationSelector, RouteDestinationSelector, RouteLabelSelector, RouteSelector
from fedlib.federation.model import Destination
from fedlib.federation.policies.model import Policy
from fedlib.federation.policies.rules import RULES, Target
from fedlib.federation.route import Route, RouteDestination, TableLabels
from fedlib.snapshot.selection import labels_match, selects

Item = tuple[str, str]
ANYTHING: Item = ("", "")
EVERY_ROUTE = RouteSelector()


@dataclass(slots=True)
class RouteSelection:
    """Finds the policies of a route. They are filed by workspace and by one label that they ask for."""

    policies: Iterable[Policy]
    _filed: dict[str, dict[Item, list[tuple[Policy, RouteSelector]]]] = field(default_factory=dict)
    _on_destinations: dict[str, list[tuple[Policy, RouteDestinationSelector]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """File the policies once."""
        for policy in self.policies:
            entries: tuple[RouteSelector, ...] = policy.entries(Target.ROUTES.attribute)
            if unselected(policy) is Target.ROUTES:
                entries = (EVERY_ROUTE,)
            filed = self._filed.setdefault(policy.workspace, defaultdict(list))
            for entry in entries:
                labels = entry.route.labels if entry.route else {}
                filed[min(labels.items(), default=ANYTHING)].append((policy, entry))
            for chosen in policy.entries(Target.ROUTE_DESTINATIONS.attribute):
                self._on_destinations.setdefault(policy.workspace, []).append((policy, chosen))

    def of_route(self, route: Route) -> list[Policy]:
        """The policies that select a route, the oldest first."""
        found: dict[int, Policy] = {}
        for table in route.tables:
            filed = self._filed.get(table.workspace)
            if filed is None:
                continue
            for item in (ANYTHING, *table.labels.items()):
                for policy, entry in filed.get(item, ()):
                    if id(policy) not in found and _selects(entry, table, route):
                        found[id(policy)] = policy
        return sorted(found.values(), key=lambda policy: policy.resource.age)

    def of_destination(self, route: Route, destination: RouteDestination) -> list[Policy]:
        """The policies that select a destination of a route, the oldest first."""
        found: dict[int, Policy] = {}
        for table in route.tables:
            for policy, entry in self._on_destinations.get(table.workspace, ()):
                if not _matches_table(entry.route, table):
                    continue
                listed = entry.on_destinations
                if not listed or any(_is_called(one, destination) for one in listed):
                    found[id(policy)] = policy
        return sorted(found.values(), key=lambda policy: policy.resource.age)


def unselected(policy: Policy) -> Target | None:
    """What a policy applies to because it selects nothing at all; None where it has a selector."""
    rule = RULES[policy.kind]
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
    if selector.port is not None and not any(
        port.number == called.port and selector.port.matches(port.number, port.name) for port in one.ports
    ):
        return False
    return selector.selector is None or selects(
        selector.selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
        cluster=one.ref.cluster, workspace=one.workspace,
    )  # fmt: skip
