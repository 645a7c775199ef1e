"""A plan as tests read it: the objects of one cluster at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import Lineage
from fedlib.distribution.plan import Plan


@dataclass(frozen=True, slots=True)
class Placed:
    """A declaration in one cluster: one object in each of `namespaces`."""

    cluster: str
    namespaces: tuple[str, ...]
    declaration: Declaration

    @property
    def kind(self) -> str:
        """Istio's kind."""
        return self.declaration.kind

    @property
    def name(self) -> str:
        """The name of all copies."""
        return self.declaration.name

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec of all copies."""
        return self.declaration.spec

    @property
    def lineage(self) -> Lineage:
        """Where it comes from."""
        return self.declaration.lineage

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of all copies."""
        return self.declaration.annotations

    def manifests(self) -> Iterator[dict[str, Any]]:
        """Its objects."""
        return self.declaration.manifests(self.cluster)


def placed(plan: Plan) -> list[Placed]:
    """Everything, by cluster, kind, name and namespaces."""
    found = [Placed(cluster, namespaces, declaration) for cluster, declaration, namespaces in plan.placed()]
    return sorted(found, key=lambda one: (one.cluster, one.kind, one.name, one.namespaces))
