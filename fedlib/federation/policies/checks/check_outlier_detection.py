"""OutlierDetectionPolicies that eject too little, or that have nothing to move requests to."""

from __future__ import annotations

from fedlib.config.policies.failover import OutlierDetectionPolicySpec
from fedlib.diagnostics import catalogue
from fedlib.federation.model.destination import External, Group
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.checks.localities import Localities
from fedlib.federation.policies.checks.use import Notes, Use
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS

OutlierDetection = Policy[OutlierDetectionPolicySpec]

ISTIO_LIMIT = 10
"""What an explicit 0 stands for."""


def check_outlier_detection(use: Use, localities: Localities, notes: Notes) -> None:
    """Note what is wrong with the OutlierDetectionPolicy of a destination."""
    policy = use.policies.get(OutlierDetectionPolicySpec)
    decision = use.destination.decision
    if policy is None:
        return
    limit = _limit(policy)
    path = ("config", "maxEjectionPercent")
    for port in use.destination.ports:
        if port.number in use.ports and port.protocol is not None and port.protocol not in HTTP_PROTOCOLS:
            where, number = ("applyToDestinations",), port.number
            notes.add(catalogue.OUTLIER_DETECTION_OF_TCP, policy, where, use.destination, port=number)
    if isinstance(decision, External):
        count = len(decision.endpoints)
        if count and limit * count < 100:
            problem = f"that is less than one of {count} endpoints, so that none is ever ejected"
            notes.add(catalogue.EJECTION_NEVER, policy, path, use.destination, limit=limit, problem=problem)
    elif isinstance(decision, Group) and not decision.externals:
        for cluster in sorted(set(decision.backings) & localities.of_callers(use.workspaces)):
            remote = sum(len(g.endpoints) for backing in decision.remote(cluster) for g in backing.gateways)
            if remote and limit < 100:
                _check_limit(policy, remote, cluster, use, notes)
        _check_localities(policy, use, decision, localities, notes)


def _limit(policy: OutlierDetection) -> int:
    return policy.spec.config.max_ejection_percent or ISTIO_LIMIT


def _check_limit(policy: OutlierDetection, remote: int, cluster: str, use: Use, notes: Notes) -> None:
    """All pods of a cluster must be ejected before requests leave it: `pods / (pods + remote)` within the limit."""
    path, limit = ("config", "maxEjectionPercent"), _limit(policy)
    pods = limit * remote // (100 - limit)
    if pods == 0:
        problem = f"in cluster '{cluster}' the pods are never all ejected, so that requests stay there when they fail"
        notes.add(catalogue.EJECTION_NEVER, policy, path, use.destination, limit=limit, problem=problem)
    else:
        notes.add(catalogue.EJECTION_LIMITED, policy, path, use.destination, limit=limit, pods=pods, cluster=cluster)


def _check_localities(policy: OutlierDetection, use: Use, group: Group, localities: Localities, notes: Notes) -> None:
    places = {localities.places(cluster) for cluster in group.backings}
    if len(group.backings) > 1 and len(places) == 1 and all(len(place) == 1 for place in places):
        (place,) = min(places)
        notes.add(
            catalogue.OUTLIER_ONE_LOCALITY, policy, ("applyToDestinations",), use.destination,
            locality=place, clusters=" and ".join(sorted(group.backings)),
        )  # fmt: skip
