"""In which order objects come and go, so that requests never meet one half of an edit.

What serves comes first: gateways with their routes to local pods, and ServiceEntries that select pods, in every
cluster. So do DestinationRules, which do nothing by themselves. Then the ServiceEntries that lead to gateways, then the
routes to their hosts. Objects go in the opposite order. Otherwise a route may reach a sidecar before the host that it
leads to, or a request may reach a gateway that does not know its host yet (tests/mesh/test_change_under_load.py sees
both fail). Tokens are verified before rules refuse requests without a verified one, and pods admit callers before
ServiceEntries bring those.

The number of edges grows with the number of objects and no faster: of all that a host is at home in, the last one waits
for the others and for the gateways of their clusters, and whoever leads to the host waits for that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.role import Role
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors

LastNamespaces = Mapping[tuple[str, str], str]
"""Workspace and cluster -> the namespace whose copy comes last.

Where placement was `shared`, all namespaces use the object in that one until they have their own.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """One object: a declaration in one namespace of one cluster."""

    declaration: Declaration
    cluster: str
    namespace: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What a plan has once: cluster, kind, namespace, name."""
        return (self.cluster, self.declaration.kind, self.namespace, self.declaration.name)


class Order:
    """The objects of a plan, indexed by what they need."""

    def __init__(self, declarations: Iterable[Declaration], last: LastNamespaces) -> None:
        self._last = last
        # the gateways of a cluster come before the homes behind them, one of which waits for them
        ordered = sorted(declarations, key=lambda one: (one.effect.role, not one.effect.passes))
        self._copies = [copy for declaration in ordered for copy in _copies(declaration, last)]
        self._passing: dict[str, list[Copy]] = defaultdict(list)
        self._homes: dict[str, list[Copy]] = defaultdict(list)
        self._describing: dict[tuple[str, str], list[Copy]] = defaultdict(list)
        for copy in self._copies:
            self._index(copy)
        self._access = _access(self._copies)

    def __iter__(self) -> Iterator[tuple[Copy, tuple[Copy, ...]]]:
        """Each object with those that must exist before it; these come before it here, too."""
        for copy in self._copies:
            before = {found.identity: found for found in self._before(copy)}
            yield copy, tuple(before.values())

    def _index(self, copy: Copy) -> None:
        effect = copy.declaration.effect
        if effect.passes:
            self._passing[copy.cluster].append(copy)
        for host in effect.home_of:
            self._homes[host].append(copy)
        for host in effect.describes:
            self._describing[copy.cluster, host].append(copy)

    def _before(self, copy: Copy) -> Iterator[Copy]:
        effect = copy.declaration.effect
        if effect.selects is not None:
            yield from self._access_to(copy, effect.selects)
        for host in effect.home_of:
            if self._homes[host][-1] is copy:
                yield from self._before_last_home(host)
        for host in effect.describes if effect.role is Role.LEADS else ():
            yield from self._homes[host][-1:]
            yield from (found for found in self._seen(copy, host) if _says_how_to_call(found))
        for host in effect.needs:
            yield from self._before_route(copy, host)
        if self._last.get((copy.declaration.lineage.workspace, copy.cluster)) == copy.namespace:
            others = (name for name in copy.declaration.places[copy.cluster] if name != copy.namespace)
            yield from (Copy(copy.declaration, copy.cluster, name) for name in others)

    def _access_to(self, copy: Copy, labels: Mapping[str, str]) -> Iterator[Copy]:
        """What must hold for the pods before the object: what verifies tokens, and what admits callers."""
        access = self._access.get((copy.cluster, copy.namespace))
        for found in access.selecting(labels) if access else ():
            if found.declaration.effect.role < copy.declaration.effect.role:
                yield found

    def _before_last_home(self, host: str) -> Iterator[Copy]:
        *others, last = self._homes[host]
        yield from others
        for cluster in sorted({copy.cluster for copy in (*others, last)}):
            yield from self._passing[cluster]

    def _before_route(self, copy: Copy, host: str) -> Iterator[Copy]:
        """The host's own objects; what leads to it waits for its homes already."""
        seen = list(self._seen(copy, host))
        leading = [found for found in seen if found.declaration.effect.role is Role.LEADS]
        yield from (found for found in seen if not leading or not found.declaration.effect.home_of)

    def _seen(self, copy: Copy, host: str) -> Iterator[Copy]:
        """What clients of the object see of a host: not the private copies in other namespaces.

        To wait for those would make a large mesh slow: each copy in one workspace for each copy in every other one.
        """
        for found in self._describing[copy.cluster, host]:
            if found.namespace == copy.namespace or (
                not found.declaration.effect.private and not _stands(found.declaration, copy)
            ):
                yield found


def _copies(declaration: Declaration, last: LastNamespaces) -> Iterator[Copy]:
    for cluster, namespaces in sorted(declaration.places.items()):
        late = last.get((declaration.lineage.workspace, cluster))
        for namespace in sorted(namespaces, key=lambda name: (name == late, name)):
            yield Copy(declaration, cluster, namespace)


def _stands(declaration: Declaration, copy: Copy) -> bool:
    """Whether there is a copy of the declaration beside another object."""
    return copy.namespace in declaration.places[copy.cluster]


def _says_how_to_call(copy: Copy) -> bool:
    effect = copy.declaration.effect
    return effect.role is Role.SERVES and not effect.home_of


def _access(copies: Iterable[Copy]) -> dict[tuple[str, str], LabelSelectors[Copy]]:
    """What is said about access, by cluster and namespace; it holds for all pods that it selects."""
    found: dict[tuple[str, str], list[Copy]] = defaultdict(list)
    for copy in copies:
        if copy.declaration.effect.role in (Role.VERIFIES, Role.ADMITS):
            found[copy.cluster, copy.namespace].append(copy)
    return {
        place: label_selectors((copy.declaration.effect.selects or {}, copy) for copy in listed)
        for place, listed in found.items()
    }
