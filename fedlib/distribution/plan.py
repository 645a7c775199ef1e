"""The plan: every object of every cluster and namespace, sorted, unique and owned."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Location, Ref, Report, catalogue


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to exist. `declarations` are sorted; each stands for one object in each of its namespaces."""

    declarations: tuple[Declaration, ...] = ()

    def __len__(self) -> int:
        """The number of objects."""
        return sum(len(declaration.namespaces) for declaration in self.declarations)

    def manifests(self, cluster: str | None = None) -> Iterator[dict[str, Any]]:
        """The Kubernetes objects of one cluster, or of all, in the order of the plan. Specs are shared: read only."""
        for declaration in self.declarations:
            if cluster is None or declaration.cluster == cluster:
                yield from declaration.manifests()

    def by_namespace(self) -> dict[tuple[str, str], list[Declaration]]:
        """The declarations that write to each (cluster, namespace)."""
        found: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        for declaration in self.declarations:
            for namespace in declaration.namespaces:
                found[declaration.cluster, namespace].append(declaration)
        return dict(sorted(found.items()))

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of objects by cluster and kind."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for declaration in self.declarations:
            found[declaration.cluster][declaration.kind] += len(declaration.namespaces)
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
                declaration.cluster, declaration.api_version, declaration.kind, declaration.name,
                declaration.namespaces, declaration.lineage.labels(declaration.cluster), declaration.annotations,
            ]  # fmt: skip
            total.update(canonical(head) + spec)
        return total.hexdigest()


def canonical(value: object) -> bytes:
    """JSON with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


Places = Callable[[Ref], Location]
"""Where a resource stands in the input."""


def distribute(declarations: Iterable[Declaration], places: Places, report: Report) -> Plan:
    """Sort the declarations, and settle those that want the same object.

    Two declarations with one identity (cluster, kind, namespace, name) are a conflict of the input: the one whose
    parent comes first keeps the object, and the other one is reported and left out.
    """
    groups: dict[tuple[str, str, str], list[Declaration]] = defaultdict(list)
    for declaration in declarations:
        groups[declaration.cluster, declaration.kind, declaration.name].append(declaration)
    kept: list[Declaration] = []
    for group in groups.values():
        kept.extend(group if len(group) == 1 else _settle(group, places, report))
    return Plan(tuple(sorted(kept, key=lambda declaration: declaration.sort_key)))


def _settle(group: list[Declaration], places: Places, report: Report) -> Iterator[Declaration]:
    taken: dict[str, Ref] = {}
    for declaration in sorted(group, key=lambda d: (d.lineage.parent, d.namespaces)):
        clash = [namespace for namespace in declaration.namespaces if namespace in taken]
        for namespace in clash:
            report.add(
                catalogue.OBJECT_CONFLICT,
                Ref(declaration.kind, declaration.name, namespace, declaration.cluster),
                places(declaration.lineage.parent),
                parent=declaration.lineage.parent, other=taken[namespace],
                related=(declaration.lineage.parent, taken[namespace]),
            )  # fmt: skip
        if not clash:
            taken.update(dict.fromkeys(declaration.namespaces, declaration.lineage.parent))
            yield declaration


def hosts_of(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """For each cluster the sorted hosts of its ServiceEntries."""
    found: dict[str, set[str]] = defaultdict(set)
    for declaration in plan.declarations:
        if declaration.kind == "ServiceEntry":
            found[declaration.cluster].update(declaration.spec["hosts"])
    return {cluster: tuple(sorted(hosts)) for cluster, hosts in sorted(found.items())}
