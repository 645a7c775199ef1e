"""Labels of gateways as endpoints: those of the pods behind them, as far as somebody asks for them.

A subset, and the order of labels in a FailoverPolicy, choose among endpoints by labels. A gateway that stands for pods
with different values is an endpoint for each of them; where nobody chooses, Istio takes those of one address as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fedlib.config.policies.failover import FailoverPolicySpec
from fedlib.diagnostics import Ref
from fedlib.federation.decisions import Decisions
from fedlib.federation.routes.subsets import demanded_subsets

NO_KEYS: Final[frozenset[str]] = frozenset()
TLS_MODE: Final = "security.istio.io/tlsMode"


def demanded_labels(decisions: Decisions) -> Mapping[Ref, frozenset[str]]:
    """For each destination the keys of labels that endpoints need, from routes and FailoverPolicies."""
    found: dict[Ref, set[str]] = {}
    for (_, ref), subsets in demanded_subsets(decisions.routes).by_caller.items():
        found.setdefault(ref, set()).update(key for labels in subsets for key in labels)
    for (_, ref, _), policies in decisions.policies.client.items():
        policy = policies.get(FailoverPolicySpec)
        if policy is None:
            continue
        wanted = policy.spec.config.priority_labels
        labels = wanted.labels if wanted else ()
        found.setdefault(ref, set()).update(label.partition("=")[0] for label in labels)
    return {ref: frozenset(keys) for ref, keys in found.items()}


def endpoint_labels(
    selector: Mapping[str, str], versions: Iterable[Mapping[str, str]], keys: frozenset[str]
) -> list[dict[str, str]]:
    """The labels of each endpoint that stands for pods with these labels behind a gateway, sorted."""
    common = {**selector, TLS_MODE: "istio"}
    distinct = {tuple(sorted((key, labels[key]) for key in keys & labels.keys())) for labels in versions} or {()}
    return [dict(sorted({**dict(items), **common}.items())) for items in sorted(distinct)]
