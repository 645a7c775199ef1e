"""Conflicts: of several policies of one kind on one target the oldest applies, as Gloo has it."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fedlib.config.model import Model
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.report import Place
from fedlib.federation.model.policy import NO_POLICIES, PoliciesByKind, Policy, policies_by_kind
from fedlib.federation.model.route import TableLabels
from fedlib.federation.policies.rules import Target, rule_of

_WORDS: Mapping[Target, str] = {
    Target.ROUTES: "route",
    Target.ROUTE_DESTINATIONS: "route destination",
    Target.DESTINATIONS: "destination",
    Target.WORKLOADS: "workload",
    Target.LISTENERS: "listener",
}
_SHOWN = 3

T = TypeVar("T", bound=Hashable)

Name = tuple[object, ...]
"""Parts of a text that is put together where somebody reads it: most claims win, and nobody does."""


@dataclass(slots=True)
class Claims(Generic[T]):
    """Which policies apply to which targets. Claims must come from the oldest policy to the youngest."""

    target: Target
    _accepted: dict[T, dict[type[Model], dict[Ref, Policy[Model]]]] = field(default_factory=dict)
    _lost: dict[tuple[Ref, Ref, Ref | None], tuple[Policy[Model], Place | None, set[Name]]] = field(
        default_factory=dict
    )

    def claim(self, target: T, policy: Policy[Model], name: Name, root: TableLabels | None = None) -> bool:
        """Apply a policy to a target unless an older one of its kind is there.

        Args:
            target: what it applies to.
            policy: the policy.
            name: parts of what shows the target to people.
            root: the root table of a target that is a route. Its owner is told when a policy loses there that is of
                another workspace, to whose tables the root delegates.

        Returns:
            Whether the target is a new one of the policy's.
        """
        same = self._accepted.setdefault(target, {}).setdefault(type(policy.resource.spec), {})
        if policy.ref in same:
            return False
        if same and not rule_of(policy).additive:
            other = root if root is not None and root.workspace != policy.workspace else None
            key = (policy.ref, next(iter(same)), other.table.ref if other else None)
            place = (other.table.ref, other.table.at) if other else None
            self._lost.setdefault(key, (policy, place, set()))[2].add(name)
            return False
        same[policy.ref] = policy
        return True

    def accepted(self, target: T) -> PoliciesByKind:
        """The policies of a target; of an additive kind several, the oldest first."""
        found = self._accepted.get(target)
        return policies_by_kind(one for same in found.values() for one in same.values()) if found else NO_POLICIES

    def targets(self) -> Iterable[T]:
        """All targets that have a policy."""
        return self._accepted

    def report(self, report: Report) -> Iterable[Ref]:
        """Report the policies that lost, once for each that they lost against, and name them."""
        for (_, winner, _), (loser, place, names) in self._lost.items():
            (report if place is None else report.told_to(place)).add(
                catalogue.POLICY_CONFLICT, loser.ref, loser.resource.at(self.target.value),
                target=_WORDS[self.target], policy=loser.ref.name, winner=winner,
                names=some("".join(map(str, name)) for name in names),
            )  # fmt: skip
        return {loser for loser, _, _ in self._lost}


def some(names: Iterable[str]) -> str:
    """Some of the names, sorted, and how many more there are."""
    listed = [*names]
    shown = heapq.nsmallest(_SHOWN, listed)
    return ", ".join(shown) + (f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else "")
