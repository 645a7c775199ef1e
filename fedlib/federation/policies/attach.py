"""Attachment: which policies apply to which routes, destinations, workloads and listeners.

Source: the comments of Gloo's policy protos; conflicts and the rules across workspaces as its documentation has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fedlib.config.model import Model
from fedlib.config.stack import PolicyInheritance
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.model.destination import Destination, FederatedService
from fedlib.federation.model.policy import AppliedPolicies, Policy, policies_by_kind
from fedlib.federation.model.route import Route, RouteDestination, RoutedHosts
from fedlib.federation.policies.claims import Claims, some
from fedlib.federation.policies.inheritance import Own, inherit
from fedlib.federation.policies.rules import RULES, Target, rule_of
from fedlib.federation.policies.select_destinations import DestinationSelection
from fedlib.federation.policies.select_routes import RouteSelection
from fedlib.federation.policies.select_workloads import WorkloadSelection
from fedlib.federation.policies.trials import Trials
from fedlib.snapshot.model import Snapshot

RouteKey = tuple[tuple[Ref, ...], tuple[Step, ...], str]
"""A route: its tables from the root on, where it stands in the last one, and its name, which tells apart the ways."""

DestinationPort = tuple[str, Ref, int]
"""A policy's workspace, a destination and the number of its port."""


@dataclass(slots=True)
class _Attachment:
    """The work in progress."""

    snapshot: Snapshot
    destinations: DestinationIndex
    report: Report
    trials: Trials
    counts: dict[Ref, int] = field(default_factory=lambda: defaultdict(int))
    routes: Claims[RouteKey] = field(default_factory=lambda: Claims(Target.ROUTES))
    called: Claims[tuple[RouteKey, int]] = field(default_factory=lambda: Claims(Target.ROUTE_DESTINATIONS))
    ports: Claims[DestinationPort] = field(default_factory=lambda: Claims(Target.DESTINATIONS))
    workloads: Claims[Ref] = field(default_factory=lambda: Claims(Target.WORKLOADS))
    listeners: Claims[tuple[Ref, int]] = field(default_factory=lambda: Claims(Target.LISTENERS))

    def report_conflicts(self) -> set[Ref]:
        """Report what lost, and name it."""
        losers = [one.report(self.report) for one in (self.routes, self.called, self.ports)]
        losers += [self.workloads.report(self.report), self.listeners.report(self.report)]
        return {ref for some in losers for ref in some}


def attach_policies(
    finders: Finders, offer: Offer, routes: Iterable[RoutedHosts]
) -> tuple[AppliedPolicies, tuple[RoutedHosts, ...]]:
    """Decide what every policy applies to.

    Returns:
        The policies by what they apply to, and the routes with theirs.
    """
    snapshot, report = finders.snapshot, finders.report
    policies = sorted(
        (Policy(owned.resource, owned.workspace) for spec in RULES for owned in snapshot.of(spec)),
        key=lambda policy: policy.resource.age,
    )
    work = _Attachment(snapshot, offer.destinations, report, Trials(snapshot, report))
    routed = _attach_routes(policies, routes, work)
    selected = _attach_destinations(policies, offer.services, work)
    _attach_proxies(policies, work)
    losers = work.report_conflicts()
    for policy in policies:
        if not work.counts[policy.ref] and policy.ref not in losers:
            report.add(catalogue.POLICY_SELECTS_NOTHING, policy.ref, policy.resource.at(), policy=policy.kind)
    return _applied(work, selected), routed


def _attach_routes(
    policies: Iterable[Policy[Model]], routes: Iterable[RoutedHosts], work: _Attachment
) -> tuple[RoutedHosts, ...]:
    chosen = [policy for policy in policies if Target.ROUTES in rule_of(policy).targets]
    selection = RouteSelection(chosen, work.trials)
    return tuple(
        replace(routed, routes=tuple(_attach_route(route, selection, work) for route in routed.routes))
        for routed in routes
    )


def _attach_route(route: Route, selection: RouteSelection, work: _Attachment) -> Route:
    key = (tuple(table.table.ref for table in route.tables), route.path, route.name)
    name = ("'", route.name, "' of ", route.tables[-1].table.ref)
    for policy in selection.of_route(route):
        if work.trials.select(policy, Target.ROUTES):
            work.counts[policy.ref] += work.routes.claim(key, policy, name, route.tables[0])
    called = tuple(
        _attach_called(route, destination, (key, index), selection, work)
        for index, destination in enumerate(route.destinations)
    )
    policies = work.routes.accepted(key)
    if not policies and called == route.destinations:
        return route
    return replace(route, policies=policies, destinations=called)


def _attach_called(
    route: Route, called: RouteDestination, key: tuple[RouteKey, int], selection: RouteSelection, work: _Attachment
) -> RouteDestination:
    for policy in selection.of_destination(route, called):
        name = (called.destination.ref, " of '", route.name, "'")
        if work.trials.select(policy, Target.ROUTE_DESTINATIONS):
            work.counts[policy.ref] += work.called.claim(key, policy, name, route.tables[0])
    policies = work.called.accepted(key)
    return replace(called, policies=policies) if policies else called


def _attach_destinations(
    policies: Iterable[Policy[Model]], services: Iterable[FederatedService], work: _Attachment
) -> dict[DestinationPort, Destination]:
    """Claim the destinations, and return what was claimed."""
    federated: dict[tuple[str, Ref], list[str]] = defaultdict(list)
    for service in services:
        for consumer in service.consumers:
            federated[consumer, service.service.ref].append(service.host)
    selection = DestinationSelection(work.destinations, work.trials)
    source_only = work.snapshot.policy_inheritance is PolicyInheritance.SOURCE
    claimed: dict[DestinationPort, Destination] = {}
    for policy in policies:
        skipped: set[str] = set()
        ungrouped: set[str] = set()
        for destination, port in selection.selected(policy):
            if source_only and destination.workspace != policy.workspace and not rule_of(policy).server:
                skipped.add(str(destination.ref))
                continue
            key = (policy.workspace, destination.ref, port)
            if work.ports.claim(key, policy, (destination.ref, " port ", port)):
                claimed[key] = destination
                work.counts[policy.ref] += 1
                ungrouped.update(federated.get((policy.workspace, destination.ref), ()))
        if policy.entries(Target.DESTINATIONS.attribute):
            _report_limits(policy, skipped, ungrouped, work.report)
    return claimed


def _report_limits(policy: Policy[Model], skipped: set[str], ungrouped: set[str], report: Report) -> None:
    """Report what a policy selects and does not reach; one that has no selector does not mean any of it."""
    if not skipped and not ungrouped:
        return
    location = policy.resource.at(Target.DESTINATIONS.value)
    if skipped:
        report.add(catalogue.POLICY_OF_IMPORTER, policy.ref, location, names=some(skipped))
    if ungrouped and not rule_of(policy).server:
        report.add(catalogue.POLICY_SKIPS_FEDERATED_HOST, policy.ref, location, hosts=some(ungrouped))


def _attach_proxies(policies: Iterable[Policy[Model]], work: _Attachment) -> None:
    selection = WorkloadSelection(work.snapshot, work.trials)
    for policy in policies:
        targets = rule_of(policy).targets
        if Target.WORKLOADS in targets:
            for workload in selection.selected(policy):
                work.counts[policy.ref] += work.workloads.claim(workload.ref, policy, (workload.ref,))
        if Target.LISTENERS in targets:
            for owned, index in selection.listeners(policy):
                name = ("listener ", index, " of ", owned.resource.ref)
                work.counts[policy.ref] += work.listeners.claim((owned.resource.ref, index), policy, name)


def _applied(work: _Attachment, claimed: dict[DestinationPort, Destination]) -> AppliedPolicies:
    client: dict[tuple[Ref, int], tuple[Destination, Own]] = {}
    server: dict[tuple[Ref, int], list[Policy[Model]]] = defaultdict(list)
    for (workspace, ref, port), destination in sorted(claimed.items(), key=lambda item: item[0]):
        accepted = work.ports.accepted((workspace, ref, port))
        served = [policy for policy in accepted if rule_of(policy).server]
        if served:
            server[ref, port] += served
            accepted = policies_by_kind(policy for policy in accepted if not rule_of(policy).server)
        if accepted:
            client.setdefault((ref, port), (destination, {}))[1][workspace] = accepted
    return AppliedPolicies(
        client=inherit(client, work.snapshot.policy_inheritance),
        server={key: policies_by_kind(served) for key, served in server.items()},
        workloads={ref: work.workloads.accepted(ref) for ref in sorted(work.workloads.targets())},
        listeners={key: work.listeners.accepted(key) for key in work.listeners.targets()},
        counts=dict(sorted(work.counts.items())),
    )
