"""A cluster as Reach gets it: what was discovered, Istio's objects, and the settings of its Istio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.discovery.inventory import ClusterInventory, Namespace, Service, Workload
from fedlib.reach.objects import IstioObject
from fedlib.reach.settings import MeshSettings
from fedlib.snapshot.selection import labels_match


@dataclass(frozen=True, slots=True, eq=False)
class ClusterObjects:
    """The input of one cluster. `network` is what its proxies call their network; empty for none."""

    inventory: ClusterInventory
    objects: tuple[IstioObject, ...] = ()
    settings: MeshSettings = field(default_factory=MeshSettings)
    network: str = ""

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.inventory.cluster


class Cluster:
    """A cluster, indexed: what istiod looks at, by kind, and pods by their labels."""

    def __init__(self, given: ClusterObjects) -> None:
        self.name, self.settings, self.network = given.name, given.settings, given.network
        self.namespaces = {one.name: one for one in given.inventory.namespaces}
        self._unwatched = {one.name for one in given.inventory.namespaces if not given.settings.watches(one)}
        self.services = [one for one in given.inventory.services if one.namespace not in self._unwatched]
        watched = (one for one in given.inventory.workloads if one.namespace not in self._unwatched)
        self._pods = _by_namespace(watched)
        self.localities = _localities(given.inventory)
        self._of_kind: dict[str, list[IstioObject]] = defaultdict(list)
        for one in given.objects:
            if one.namespace not in self._unwatched:
                self._of_kind[one.ref.kind].append(one)

    def of_kind(self, kind: str) -> list[IstioObject]:
        """The objects of a kind, the oldest first."""
        return sorted(self._of_kind.get(kind, ()), key=lambda one: one.age)

    def watches(self, namespace: str) -> bool:
        """Whether istiod looks at a namespace; at one that is not known, too."""
        return namespace not in self._unwatched

    def workloads(self, namespace: str) -> tuple[Workload, ...]:
        """The workloads of a namespace."""
        pods = self._pods.get(namespace)
        return pods.all if pods else ()

    def select(self, namespace: str, selector: Mapping[str, str]) -> list[Workload]:
        """The workloads whose pods a selector selects."""
        pods = self._pods.get(namespace)
        return pods.select(selector) if pods else []

    def services_of(self, namespace: str, labels: Mapping[str, str]) -> list[Service]:
        """The Services that select pods with these labels."""
        return [
            one
            for one in self.services
            if one.namespace == namespace and one.selector and labels_match(one.selector, labels)
        ]

    def namespace(self, name: str) -> Namespace | None:
        """A namespace, if it is known."""
        return self.namespaces.get(name)


@dataclass(frozen=True, slots=True, eq=False)
class _Pods:
    """The workloads of a namespace, filed by the labels of their pods."""

    all: tuple[Workload, ...]
    by_label: Mapping[tuple[str, str], list[Workload]]

    def select(self, selector: Mapping[str, str]) -> list[Workload]:
        if not selector:
            return list(self.all)
        rarest = min((self.by_label.get(item, []) for item in selector.items()), key=len)
        return [one for one in rarest if labels_match(selector, one.labels)]


def _by_namespace(workloads: Iterable[Workload]) -> dict[str, _Pods]:
    grouped: dict[str, list[Workload]] = defaultdict(list)
    for one in workloads:
        grouped[one.namespace].append(one)
    found = {}
    for namespace, listed in grouped.items():
        by_label: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for one in listed:
            for item in one.labels.items():
                by_label[item].append(one)
        found[namespace] = _Pods(tuple(listed), by_label)
    return found


def _localities(inventory: ClusterInventory) -> tuple[str, ...]:
    """Where pods of the cluster may be, as `region/zone/subzone`: the distinct localities of its nodes, sorted."""
    ready = [one for one in inventory.nodes if one.ready] or inventory.nodes
    found = {"/".join((one.region, one.zone, one.subzone)).rstrip("/") for one in ready}
    return tuple(sorted(found)) or ("",)
