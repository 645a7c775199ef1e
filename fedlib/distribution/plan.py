"""The plan: every object of every cluster and namespace, sorted, unique and owned."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.names import object_name
from fedlib.declarations.order import Copy, Order
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.distribution.object_size import fitting


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to exist.

    Attributes:
        declarations: sorted by what they do for requests, kind, name and places; each stands for one object in each
            namespace of its places.
        shared_namespaces: workspace and cluster -> the namespace where shared objects of the workspace stand.
    """

    declarations: tuple[Declaration, ...] = ()
    shared_namespaces: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __len__(self) -> int:
        """The number of objects."""
        return sum(declaration.copies for declaration in self.declarations)

    def clusters(self) -> tuple[str, ...]:
        """The clusters that get anything, sorted."""
        return tuple(sorted({cluster for declaration in self.declarations for cluster in declaration.places}))

    def in_cluster(self, cluster: str) -> Iterator[tuple[Declaration, tuple[str, ...]]]:
        """The declarations of a cluster, each with its namespaces there."""
        for declaration in self.declarations:
            if cluster in declaration.places:
                yield declaration, declaration.places[cluster]

    def placed(self) -> Iterator[tuple[str, Declaration, tuple[str, ...]]]:
        """Cluster by cluster the declarations with their namespaces there."""
        for cluster in self.clusters():
            for declaration, namespaces in self.in_cluster(cluster):
                yield cluster, declaration, namespaces

    def manifests(self, cluster: str | None = None) -> Iterator[dict[str, Any]]:
        """The Kubernetes objects of one cluster, or of all, cluster by cluster. Specs are shared: read only."""
        for name in (cluster,) if cluster is not None else self.clusters():
            for declaration, _ in self.in_cluster(name):
                yield from declaration.manifests(name)

    def by_namespace(self) -> dict[tuple[str, str], list[Declaration]]:
        """The declarations that write to each (cluster, namespace)."""
        found: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        for declaration in self.declarations:
            for cluster, namespaces in declaration.places.items():
                for namespace in namespaces:
                    found[cluster, namespace].append(declaration)
        return dict(sorted(found.items()))

    def order(self) -> Iterable[tuple[Copy, tuple[Copy, ...]]]:
        """Each object with those that must exist before it; these come before it here, too."""
        return Order(self.declarations, self.shared_namespaces)

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of objects by cluster and kind."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for declaration in self.declarations:
            for cluster, namespaces in declaration.places.items():
                found[cluster][declaration.kind] += len(namespaces)
        return {cluster: dict(sorted(kinds.items())) for cluster, kinds in sorted(found.items())}

    def digest(self) -> str:
        """A SHA-256 over everything: equal plans have equal digests, in every run and on every machine."""
        total = hashlib.sha256()
        seen: dict[int, bytes] = {}
        for declaration in self.declarations:
            spec = seen.get(id(declaration.spec))
            if spec is None:
                spec = hashlib.sha256(canonical(declaration.spec)).digest()
                seen[id(declaration.spec)] = spec
            head = [
                declaration.places, declaration.api_version, declaration.kind, declaration.name,
                declaration.lineage.labels(""), declaration.annotations,
            ]  # fmt: skip
            total.update(canonical(head) + spec)
        return total.hexdigest()


def canonical(value: object) -> bytes:
    """JSON with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known of the resources that objects come from.

    Attributes:
        place: where one stands in the input.
        owner: the workspace whose it is; empty for none.
    """

    place: Callable[[Ref], Location]
    owner: Callable[[Ref], str]


def distribute(
    declarations: Iterable[Declaration],
    inputs: Inputs,
    report: Report,
    shared_namespaces: Mapping[tuple[str, str], str] | None = None,
) -> Plan:
    """Sort the declarations, and settle those that want the same object.

    Two declarations with one identity (cluster, kind, namespace, name) are a conflict of the input where one workspace
    wrote both: the one whose parent comes first keeps the object, and the other one is reported and left out. Where two
    did, neither can take the object from the other: the name of one of them gets a hash. An object that is too large
    for the store of a cluster is left out, too.
    """
    groups: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
    for declaration in fitting(declarations, inputs.place, report):
        groups[declaration.kind, declaration.name].append(declaration)
    kept: list[Declaration] = []
    for group in groups.values():
        kept.extend(group if _are_apart(group) else _settle(group, inputs, report))
    return Plan(tuple(sorted(kept, key=lambda declaration: declaration.sort_key)), shared_namespaces or {})


def _are_apart(group: list[Declaration]) -> bool:
    """Whether no two declarations want the same object."""
    if len(group) == 1:
        return True
    places = [(cluster, name) for one in group for cluster, names in one.places.items() for name in names]
    return len(set(places)) == len(places)


def _settle(group: list[Declaration], inputs: Inputs, report: Report) -> Iterator[Declaration]:
    """The declarations of one kind and name that stay, each place with the first one that wants it.

    What comes from the workspace that an object is for comes first, and then workspaces by name: a name or an age that
    somebody else writes does not count.
    """
    taken: dict[tuple[str, str], Ref] = {}
    for declaration in sorted(group, key=lambda one: _rank(one, inputs)):
        parent = declaration.lineage.parent
        kept: dict[str, tuple[str, ...]] = {}
        renamed: dict[str, tuple[str, ...]] = {}
        for cluster, namespaces in declaration.places.items():
            clash = {other: name for name in namespaces if (other := taken.get((cluster, name))) is not None}
            if not clash:
                kept[cluster] = namespaces
            elif all(inputs.owner(other) != inputs.owner(parent) for other in clash):
                renamed[cluster] = namespaces
            for other, namespace in clash.items() if cluster not in renamed else ():
                subject = Ref(declaration.kind, declaration.name, namespace, cluster)
                report.add(
                    catalogue.OBJECT_CONFLICT, parent, inputs.place(parent),
                    object=subject, other=other, related=(other,),
                )  # fmt: skip
        taken.update(((cluster, name), parent) for cluster, namespaces in kept.items() for name in namespaces)
        if kept:
            yield declaration if len(kept) == len(declaration.places) else replace(declaration, places=kept)
        if renamed:
            digest = hashlib.sha256(str(parent).encode()).hexdigest()[:8]
            yield replace(declaration, places=renamed, name=object_name(f"{digest}-{declaration.name}"))


def _rank(declaration: Declaration, inputs: Inputs) -> tuple[bool, str, Ref, object]:
    parent = declaration.lineage.parent
    owner = inputs.owner(parent)
    return owner != declaration.lineage.workspace, owner, parent, declaration.sort_key


def hosts_of(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """For each cluster the sorted hosts of its ServiceEntries."""
    found: dict[str, set[str]] = defaultdict(set)
    for declaration in plan.declarations:
        if declaration.kind == "ServiceEntry":
            for cluster in declaration.places:
                found[cluster].update(declaration.spec["hosts"])
    return {cluster: tuple(sorted(hosts)) for cluster, hosts in sorted(found.items())}
