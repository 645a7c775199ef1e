"""Who follows whose policies. A workspace whose policies for a host differ from the owner's gets a rule of its own.

Istio takes the DestinationRule of the client's namespace first, and takes it whole: so the own rule is complete, and
stands in each namespace of that workspace, visible there only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fedlib.diagnostics import Ref
from fedlib.federation.model.host_rule import HostRule
from fedlib.federation.model.place import OWN, Place
from fedlib.federation.model.policy import AppliedPolicies, PoliciesByKind
from fedlib.federation.places import PlaceFinder

ByPort = Mapping[int, PoliciesByKind]


@dataclass(slots=True)
class Followers:
    """Finds the policies of rules. Answers are kept: the rules of a destination differ in places only."""

    policies: AppliedPolicies
    places: PlaceFinder
    _found: dict[tuple[str, Ref, tuple[int, ...]], ByPort] = field(default_factory=dict)

    def rules(self, rule: HostRule, consumers: Iterable[str]) -> Iterator[HostRule]:
        """The rule with the policies of the workspace that it is for, and those of consumers with other ones.

        Args:
            rule: without policies.
            consumers: the workspaces whose proxies see it.
        """
        owner = rule.place.workspace
        base = self._of(rule, owner)
        yield replace(rule, policies=base) if base else rule
        for consumer in consumers:
            own = self._of(rule, consumer) if consumer != owner else base
            if own is not base and own != base:
                place = self._own_place(consumer, rule.place)
                if place.at:
                    yield replace(rule, place=place, own=True, policies=own)

    def _own_place(self, consumer: str, general: Place) -> Place:
        """Where the rule itself stands there can be no second one: clients in that namespace follow the first."""
        at = {
            cluster: namespaces
            for cluster, taken in general.at.items()
            if (namespaces := self.places.namespaces(consumer, cluster, without=taken))
        }
        return Place(consumer, at, OWN, general.families)

    def _of(self, rule: HostRule, workspace: str) -> ByPort:
        key = (workspace, rule.destination, rule.ports)
        if key not in self._found:
            called = {port: self.policies.calling(workspace, rule.destination, port) for port in rule.ports}
            self._found[key] = {port: policies for port, policies in called.items() if policies}
        return self._found[key]
