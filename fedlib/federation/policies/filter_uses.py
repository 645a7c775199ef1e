"""Where policies on filters are in use: workspaces and clusters of the proxies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics import Ref
from fedlib.federation.policies.model import AppliedPolicies, Policy
from fedlib.federation.route import RoutedHosts
from fedlib.snapshot.model import Snapshot

Place = tuple[str, str]
"""The workspace and the cluster of proxies."""


@dataclass(frozen=True, slots=True)
class FilterUse:
    """A policy and the places in which proxies follow it, sorted."""

    policy: Policy
    places: tuple[Place, ...]


def filter_uses(
    kind: str, routes: Iterable[RoutedHosts], policies: AppliedPolicies, snapshot: Snapshot
) -> tuple[FilterUse, ...]:
    """All policies of a kind that apply to something, on routes or at the pods of a Service."""
    found: dict[Ref, tuple[Policy, set[Place]]] = {}
    for routed in routes:
        places = set(_places(routed, snapshot))
        for policy in {policy.ref: policy for route in routed.routes if (policy := route.policies.get(kind))}.values():
            found.setdefault(policy.ref, (policy, set()))[1].update(places)
    for (destination, _), by_kind in policies.server.items():
        owner = snapshot.owners.get((destination.cluster, destination.namespace), "")
        for policy in by_kind.get(kind, ())[:1]:
            found.setdefault(policy.ref, (policy, set()))[1].add((owner, destination.cluster))
    return tuple(FilterUse(policy, tuple(sorted(places))) for _, (policy, places) in sorted(found.items()))


def _places(routed: RoutedHosts, snapshot: Snapshot) -> Iterable[Place]:
    if routed.mesh:
        yield from ((routed.workspace, cluster) for cluster in snapshot.workspaces[routed.workspace].namespaces)
    yield from ((routed.workspace, gateway.service.cluster) for gateway in routed.gateways)
