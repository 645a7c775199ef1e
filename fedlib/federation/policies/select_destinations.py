"""Which (destination, port) pairs policies select."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fedlib.config.gloo import ObjectSelector
from fedlib.config.model import Model
from fedlib.config.selectors import DestinationKind, DestinationSelector
from fedlib.diagnostics import Ref
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import Destination
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.rules import Target, rule_of
from fedlib.federation.policies.select_routes import unselected
from fedlib.federation.policies.trials import Trials

EVERYTHING = ObjectSelector()


@dataclass(slots=True)
class DestinationSelection:
    """Evaluates DestinationSelectors of a workspace over what it owns and imports."""

    destinations: DestinationIndex
    trials: Trials

    def selected(self, policy: Policy[Model]) -> Iterator[tuple[Destination, int]]:
        """What a policy applies to: what it selects, or everything where it selects nothing and that means all.

        Gloo ignores `applyToDestinations` of an AccessPolicy with `applyToWorkloads`.
        """
        entries: tuple[DestinationSelector, ...] = policy.entries(Target.DESTINATIONS.attribute)
        if policy.entries(Target.WORKLOADS.attribute):
            return
        if unselected(policy) is Target.DESTINATIONS:
            entries = tuple(DestinationSelector(kind=kind) for kind in rule_of(policy).kinds)
        found: set[tuple[Ref, int]] = set()
        for entry in entries:
            if entry.kind not in rule_of(policy).kinds:
                continue
            for one, port in self.matching(entry, policy):
                if (one.ref, port) not in found and _may_apply(policy, one):
                    if not self.trials.select(policy, Target.DESTINATIONS):
                        return
                    found.add((one.ref, port))
                    yield one, port

    def matching(self, entry: DestinationSelector, policy: Policy[Model]) -> Iterator[tuple[Destination, int]]:
        """The (destination, port number) pairs that one selector of a policy selects."""
        for one in self.destinations.select(entry.kind, entry.selector or EVERYTHING, policy.workspace):
            ports = one.ports if entry.port is None else one.matching(entry.port)
            if not self.trials.take(policy, Target.DESTINATIONS, 1 + len(ports)):
                return
            for port in ports:
                yield one, port.number


def _may_apply(policy: Policy[Model], destination: Destination) -> bool:
    """Policies that pods enforce apply to a workspace's own Services only; a gateway enforces those of the others."""
    own = destination.workspace == policy.workspace
    return own or not rule_of(policy).server or destination.kind is DestinationKind.EXTERNAL_SERVICE
