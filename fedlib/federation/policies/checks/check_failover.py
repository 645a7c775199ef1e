"""FailoverPolicies that cannot work: no outlier detection, regions with nobody in them, labels that no endpoint has."""

from __future__ import annotations

from typing import Final

from fedlib.config.policies.failover import FailoverPolicySpec, OutlierDetectionPolicySpec
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import catalogue
from fedlib.diagnostics.source import Step
from fedlib.diagnostics.suggestion import suggest
from fedlib.federation.model.destination import Destination, Group
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.checks.localities import Localities
from fedlib.federation.policies.checks.use import Notes, Use, selects_by_itself
from fedlib.federation.policies.failover import JudgedMapping, distributes, judge_mappings

CLUSTER_LABEL: Final = "topology.istio.io/cluster"
DERIVED: Final = frozenset({
    "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone",
    "topology.istio.io/network",
})  # fmt: skip
"""Labels that istiod gives every endpoint, from its locality and network."""


def check_failover(use: Use, localities: Localities, notes: Notes) -> None:
    """Note what is wrong with the FailoverPolicy of a destination."""
    policy = use.policies.get(FailoverPolicySpec)
    if policy is None:
        return
    config = policy.spec.config
    if not selects_by_itself(policy) and use.destination.kind is DestinationKind.SERVICE:
        return
    if OutlierDetectionPolicySpec not in use.policies and not distributes(config):
        notes.add(catalogue.FAILOVER_WITHOUT_OUTLIER_DETECTION, policy, ("applyToDestinations",), use.destination)
    if notes.is_first(policy, FailoverPolicySpec):
        for judged in judge_mappings(config):
            _check_mapping(policy, judged, notes)
        _check_known_regions(policy, localities, notes)
    if config.locality_mappings:
        _check_regions(policy, use, localities, notes)
    elif config.priority_labels is not None:
        _check_labels(policy, use.destination, notes)


def _check_mapping(policy: Policy[FailoverPolicySpec], judged: JudgedMapping, notes: Notes) -> None:
    path: tuple[Step, ...] = ("config", "localityMappings", judged.index)
    for problem in judged.ignored:
        notes.report.add(catalogue.FAILOVER_MAPPING_IGNORED, policy.ref, policy.resource.at(*path), problem=problem)
    if judged.overlap:
        location = policy.resource.at(*path, "to" if "'to'" in judged.overlap else "from")
        notes.report.add(catalogue.FAILOVER_LOCALITIES_OVERLAP, policy.ref, location, where=judged.overlap)


def _check_known_regions(policy: Policy[FailoverPolicySpec], localities: Localities, notes: Notes) -> None:
    known = localities.known()
    for index, mapping in enumerate(policy.spec.config.locality_mappings):
        sides: list[tuple[tuple[Step, ...], str]] = [(("from",), mapping.from_.region)]
        sides += [(("to", position), locality.region) for position, locality in enumerate(mapping.to)]
        for side, region in sides if known else ():
            if region not in known:
                location = policy.resource.at("config", "localityMappings", index, *side, "region")
                notes.report.add(
                    catalogue.FAILOVER_REGION_UNKNOWN, policy.ref, location,
                    region=region, suggestion=suggest(region, known), known=", ".join(sorted(known)),
                )  # fmt: skip


def _check_regions(policy: Policy[FailoverPolicySpec], use: Use, localities: Localities, notes: Notes) -> None:
    known, behind = localities.known(), localities.behind(use.destination)
    clusters = localities.of_callers(use.workspaces)
    decision = use.destination.decision
    if isinstance(decision, Group):
        clusters |= set(decision.backings)
    for cluster in localities.unknown(clusters):
        notes.add(
            catalogue.FAILOVER_REGION_MISSING, policy, ("config", "localityMappings"), use.destination, cluster=cluster
        )
    if behind is None:
        return
    for region, path in _targets(policy).items():
        if region in known and region not in behind:
            notes.add(catalogue.FAILOVER_REGION_EMPTY, policy, path, use.destination, region=region)


def _targets(policy: Policy[FailoverPolicySpec]) -> dict[str, tuple[Step, ...]]:
    """The regions that take over, and where each is named first."""
    found: dict[str, tuple[Step, ...]] = {}
    for index, mapping in enumerate(policy.spec.config.locality_mappings):
        for position, locality in enumerate(mapping.to):
            found.setdefault(locality.region, ("config", "localityMappings", index, "to", position, "region"))
    return found


def _check_labels(policy: Policy[FailoverPolicySpec], destination: Destination, notes: Notes) -> None:
    """Endpoints behind a gateway have the labels of the pods that are asked for, and those that istiod derives."""
    decision = destination.decision
    if not isinstance(decision, Group) or policy.spec.config.priority_labels is None:
        return
    for position, label in enumerate(policy.spec.config.priority_labels.labels):
        key = label.partition("=")[0]
        path = ("config", "priorityLabels", "labels", position)
        if key == CLUSTER_LABEL:
            problem = "istiod gives all endpoints its own cluster's; use topology.istio.io/network"
        elif key not in DERIVED and any(key not in _labels_of(decision, name) for name in decision.backings):
            problem = "not all pods behind it have that"
        else:
            for cluster in _mixed(decision, key):
                notes.add(catalogue.FAILOVER_LABEL_VARIES, policy, path, destination, label=key, cluster=cluster)
            continue
        notes.add(catalogue.FAILOVER_LABEL_MISSING, policy, path, destination, label=key, problem=problem)


def _mixed(group: Group, key: str) -> list[str]:
    """The clusters whose gateways stand for pods with different values of a label."""
    return [
        cluster
        for cluster, backing in sorted(group.backings.items())
        if backing.gateways and len({labels[key] for labels in backing.versions if key in labels}) > 1
    ]


def _labels_of(group: Group, cluster: str) -> set[str]:
    backing = group.backings[cluster]
    labels = set(backing.service.selector)
    shared = [set(version) for version in backing.versions]
    return labels | (set.intersection(*shared) if shared else set())
