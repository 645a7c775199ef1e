"""Labels that gateways need as endpoints: those by which somebody chooses among the pods behind them.

A subset, and the order of labels in a FailoverPolicy, choose among endpoints by labels. A gateway that stands for pods
with different values is an endpoint for each of them; where nobody chooses, Istio takes those of one address as one.
"""

from __future__ import annotations

from collections.abc import Mapping

from fedlib.config.policies.failover import FailoverPolicySpec
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause
from fedlib.federation.model.destination import DemandedLabels
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.routes.subsets import DemandedSubsets


def demanded_labels(demanded: DemandedSubsets, policies: AppliedPolicies) -> Mapping[Ref, DemandedLabels]:
    """For each destination the keys of labels that endpoints need, from routes and FailoverPolicies."""
    causes: dict[Ref, dict[Cause, None]] = {ref: dict.fromkeys(tables) for ref, tables in demanded.tables.items()}
    found: dict[Ref, set[str]] = {}
    for (_, ref), subsets in demanded.by_caller.items():
        found.setdefault(ref, set()).update(key for labels in subsets for key in labels)
    for (_, ref, _), applied in policies.client.items():
        policy = applied.get(FailoverPolicySpec)
        if policy is not None:
            chosen = policy.spec.config.priority_labels
            keys = (label.partition("=")[0] for label in (chosen.labels if chosen else ()))
            found.setdefault(ref, set()).update(keys)
            causes.setdefault(ref, {})[policy.cause] = None
    return {ref: DemandedLabels(frozenset(keys), tuple(causes[ref])) for ref, keys in found.items()}
