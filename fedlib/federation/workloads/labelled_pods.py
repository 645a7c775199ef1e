"""Pods of a whole cluster by their labels: what Istio's objects select that know no namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.discovery.inventory import Workload
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import labels_match

ByLabel = dict[tuple[str, str], list[Workload]]


@dataclass(slots=True)
class LabelledPods:
    """Finds workloads. Those of a cluster are indexed once, so that each look-up is short."""

    snapshot: Snapshot
    _indexed: dict[str, ByLabel] = field(default_factory=dict)

    def selected(self, cluster: str, selector: Mapping[str, str]) -> list[Workload]:
        """The workloads of a cluster whose pods have the labels, sorted; none where no label is asked for."""
        index = self._index(cluster)
        candidates = min((index.get(item, []) for item in selector.items()), key=len, default=[])
        found = (workload for workload in candidates if labels_match(selector, workload.labels))
        return sorted(found, key=lambda workload: workload.ref)

    def of_others(self, cluster: str, selector: Mapping[str, str], workspace: str) -> list[Workload]:
        """The same without those of a workspace; pods in namespaces of no workspace are always of others."""
        owners = self.snapshot.owners
        selected = self.selected(cluster, selector)
        return [pod for pod in selected if not workspace or owners.get((cluster, pod.namespace)) != workspace]

    def _index(self, cluster: str) -> ByLabel:
        if cluster not in self._indexed:
            index: ByLabel = {}
            for (place, _), workloads in self.snapshot.workloads.items():
                for workload in workloads if place == cluster else ():
                    for item in workload.labels.items():
                        index.setdefault(item, []).append(workload)
            self._indexed[cluster] = index
        return self._indexed[cluster]
