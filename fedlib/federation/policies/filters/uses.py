"""Where policies on filters are in use: workspaces and clusters of the proxies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

from fedlib.config.resource import S, S_co
from fedlib.diagnostics import Ref
from fedlib.federation.model.policy import AppliedPolicies, Policy
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.snapshot.model import Snapshot

Place = tuple[str, str]
"""The workspace and the cluster of proxies."""


@dataclass(frozen=True, slots=True)
class FilterUse(Generic[S_co]):
    """A policy and the places in which proxies follow it, sorted; in `populated` ones there are proxies now."""

    policy: Policy[S_co]
    places: tuple[Place, ...]
    populated: frozenset[Place]


def filter_uses(
    spec: type[S], routes: tuple[RoutedHosts, ...], policies: AppliedPolicies, gateways: GatewayPods
) -> tuple[FilterUse[S], ...]:
    """All policies of a kind that apply to something, on routes or at the pods of a Service."""
    snapshot = gateways.backends.snapshot
    found: dict[Ref, tuple[Policy[S], set[Place]]] = {}
    for routed in routes:
        places = set(_places(routed, snapshot))
        for policy in {one.ref: one for route in routed.routes if (one := route.policies.get(spec))}.values():
            found.setdefault(policy.ref, (policy, set()))[1].update(places)
    for (destination, _), by_kind in policies.server.items():
        owner = snapshot.owners.get((destination.cluster, destination.namespace), "")
        served = by_kind.get(spec)
        if served is not None:
            found.setdefault(served.ref, (served, set()))[1].add((owner, destination.cluster))
    routing = {(one.workspace, gateway.service.cluster) for one in routes for gateway in one.gateways}
    every = {place for _, places in found.values() for place in places}
    populated = {place for place in every if place in routing or _has_sidecars(*place, gateways)}
    return tuple(
        FilterUse(
            policy,
            tuple(sorted(places)),
            frozenset(places & populated),
        )
        for _, (policy, places) in sorted(found.items())
    )


def _places(routed: RoutedHosts, snapshot: Snapshot) -> Iterable[Place]:
    if routed.mesh:
        yield from ((routed.workspace, cluster) for cluster in snapshot.workspaces[routed.workspace].namespaces)
    yield from ((routed.workspace, gateway.service.cluster) for gateway in routed.gateways)


def _has_sidecars(workspace: str, cluster: str, gateways: GatewayPods) -> bool:
    """Whether a workspace has workloads in a cluster that are no gateways: a table for sidecars means nothing there."""
    snapshot = gateways.backends.snapshot
    return any(
        not gateways.runs(workload)
        for namespace in snapshot.namespaces_of(workspace, cluster)
        for workload in snapshot.workloads.get((cluster, namespace), ())
    )
