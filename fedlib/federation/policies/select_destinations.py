"""Which (destination, port) pairs policies select. Look-ups go by label and name, so that many policies stay fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from fedlib.config.gloo import ObjectSelector
from fedlib.config.selectors import DestinationKind, DestinationSelector
from fedlib.diagnostics import Ref
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.model import Destination
from fedlib.federation.policies.model import Policy
from fedlib.federation.policies.rules import RULES, Target
from fedlib.federation.policies.select_routes import unselected
from fedlib.snapshot.selection import selects

Item = tuple[str, str]
EVERYTHING = ObjectSelector()


@dataclass(slots=True)
class DestinationSelection:
    """Evaluates DestinationSelectors of a workspace over what it owns and imports."""

    destinations: DestinationIndex
    _indexed: dict[tuple[DestinationKind, str], dict[Item, list[Destination]]] = field(default_factory=dict)

    def selected(self, policy: Policy) -> Iterator[tuple[Destination, int]]:
        """What a policy applies to: what it selects, or everything where it selects nothing and that means all.

        Gloo ignores `applyToDestinations` of an AccessPolicy with `applyToWorkloads`.
        """
        entries: tuple[DestinationSelector, ...] = policy.entries(Target.DESTINATIONS.attribute)
        if policy.entries(Target.WORKLOADS.attribute):
            return
        if unselected(policy) is Target.DESTINATIONS:
            entries = tuple(DestinationSelector(kind=kind) for kind in RULES[policy.kind].kinds)
        found: set[tuple[Ref, int]] = set()
        for entry in entries:
            if entry.kind not in RULES[policy.kind].kinds:
                continue
            for one, port in self.matching(entry, policy.workspace):
                if (one.ref, port) not in found and _may_apply(policy, one):
                    found.add((one.ref, port))
                    yield one, port

    def matching(self, entry: DestinationSelector, workspace: str) -> Iterator[tuple[Destination, int]]:
        """The (destination, port number) pairs that one selector of a workspace selects."""
        selector = entry.selector or EVERYTHING
        for one in self._candidates(entry.kind, selector, workspace):
            if selects(
                selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
                cluster=one.ref.cluster, workspace=one.workspace,
            ):  # fmt: skip
                for port in one.ports:
                    if entry.port is None or entry.port.matches(port.number, port.name):
                        yield one, port.number

    def _candidates(
        self, kind: DestinationKind, selector: ObjectSelector, workspace: str
    ) -> list[Destination] | tuple[Destination, ...]:
        visible = self.destinations.visible(kind, workspace)
        wanted = list(selector.labels.items()) + ([("", selector.name)] if selector.name else [])
        if not wanted:
            return visible
        key = (kind, workspace)
        if key not in self._indexed:
            index: dict[Item, list[Destination]] = defaultdict(list)
            for one in visible:
                index["", one.ref.name].append(one)
                for item in one.labels.items():
                    index[item].append(one)
            self._indexed[key] = index
        return min((self._indexed[key].get(item, []) for item in wanted), key=len)


def _may_apply(policy: Policy, destination: Destination) -> bool:
    """Policies that pods enforce apply to a workspace's own Services only; a gateway enforces those of the others."""
    own = destination.workspace == policy.workspace
    return own or not RULES[policy.kind].server or destination.kind is DestinationKind.EXTERNAL_SERVICE
