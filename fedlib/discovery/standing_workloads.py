"""Which workloads stand for themselves: not the pods of a Deployment, but those of what is not read.

A cluster lists a Deployment, its ReplicaSets and all their pods. Whoever is at the top counts. Pods at whose top is a
kind that nobody here knows (an operator's) count themselves, as one workload in the name of the top, so that nothing
changes when a pod is replaced.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Workload

_LEVELS: Final = {"ReplicaSet": 1, "ReplicationController": 1, "Job": 1, "Pod": 2}
"""Kinds that others make; all others are at the top."""

_OF_ONE_POD: Final = frozenset({
    "apps.kubernetes.io/pod-index", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name", "controller-revision-hash", "controller-uid", "job-name", "pod-template-generation",
    "pod-template-hash", "rollouts-pod-template-hash", "security.istio.io/tlsMode",
    "service.istio.io/canonical-name", "service.istio.io/canonical-revision", "statefulset.kubernetes.io/pod-name",
})  # fmt: skip
"""Labels that controllers and the injection of sidecars add to pods."""

_NODE: Final = "Node"
"""The owner of the copies of static pods, which run beside the cluster and not in it."""


def standing(workloads: Iterable[Workload]) -> list[Workload]:
    """The workloads that no other one stands for, those at the top first."""
    by_level: dict[int, list[Workload]] = defaultdict(list)
    for one in workloads:
        by_level[_LEVELS.get(one.kind, 0)].append(one)
    kept = _Kept()
    for level in sorted(by_level):
        kept.add(sorted(by_level[level], key=lambda one: one.ref))
    return kept.workloads


def summarized(workloads: Iterable[Workload]) -> list[Workload]:
    """Standing workloads, of which those that one unknown object made are one, with what they have in common."""
    found: list[Workload] = []
    made: dict[tuple[str, ...], list[Workload]] = defaultdict(list)
    for one in workloads:
        plain = _without_own_labels(one)
        if any(one.controller):
            made[one.cluster, one.namespace, *one.controller].append(plain)
        else:
            found.append(plain)
    for same in made.values():
        found += _summary(same)
    return found


@dataclass(slots=True)
class _Kept:
    """The workloads that stand for themselves, from the top down."""

    workloads: list[Workload] = field(default_factory=list)
    _known: set[Ref] = field(default_factory=set)
    _by_label: dict[tuple[str, str, tuple[str, str]], list[Workload]] = field(default_factory=dict)

    def add(self, workloads: list[Workload]) -> None:
        """Take the workloads of one level."""
        kept = [one for one in workloads if not self._is_covered(one)]
        self._known.update(one.ref for one in workloads)
        self._enter(kept)
        self.workloads += kept

    def _is_covered(self, one: Workload) -> bool:
        _, kind, name = one.controller
        if not kind or kind == _NODE:
            return kind == _NODE
        if Ref(kind, name, one.namespace, one.cluster) in self._known:
            return True
        # what made it is not recorded, but what made that may be
        found = (self._by_label.get((one.cluster, one.namespace, item), ()) for item in one.labels.items())
        return any(_has_template(one, other) for others in found for other in others)

    def _enter(self, kept: Iterable[Workload]) -> None:
        """Enter each workload under the rarest of its labels, so that few are found by one."""
        listed = [one for one in kept if one.labels]
        counts = Counter((one.cluster, one.namespace, item) for one in listed for item in one.labels.items())
        for one in listed:
            keys = ((one.cluster, one.namespace, item) for item in one.labels.items())
            self._by_label.setdefault(min(keys, key=lambda key: (counts[key], key)), []).append(one)


def _has_template(one: Workload, other: Workload) -> bool:
    """Whether pods of the one may come from the template of the other."""
    return other.labels.items() <= one.labels.items() and other.service_account == one.service_account


def _without_own_labels(one: Workload) -> Workload:
    labels = {key: value for key, value in one.labels.items() if key not in _OF_ONE_POD}
    return dataclasses.replace(one, labels=labels) if one.kind in _LEVELS and labels != one.labels else one


def _summary(same: list[Workload]) -> list[Workload]:
    """One workload in the name of what made these; one in its own name for each difference in what counts of them."""
    alike: dict[Any, list[Workload]] = defaultdict(list)
    for one in same:
        alike[one.service_account, _items(one.container_ports), _items(one.annotations)].append(one)
    api_version, kind, name = same[0].controller
    found = []
    for group in alike.values():
        common = set.intersection(*(set(one.labels.items()) for one in group))
        first = min(group, key=lambda one: one.ref)
        merged = dataclasses.replace(first, labels=dict(sorted(common)), controller=("", "", ""))
        alone = len(alike) == 1
        found.append(dataclasses.replace(merged, api_version=api_version, kind=kind, name=name) if alone else merged)
    return found


def _items(mapping: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(mapping.items()))
