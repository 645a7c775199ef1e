"""A destination with the policies that those who call it follow, and findings about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.model import Model
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.finding import Code
from fedlib.diagnostics.source import Step
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import Destination
from fedlib.federation.model.policy import AppliedPolicies, PoliciesByKind, Policy
from fedlib.federation.policies.claims import some
from fedlib.federation.policies.rules import rule_of


@dataclass(frozen=True, slots=True)
class Use:
    """A destination, the policies for it, the workspaces whose proxies follow them, and the ports."""

    destination: Destination
    policies: PoliciesByKind
    workspaces: frozenset[str]
    ports: frozenset[int]


def uses(applied: AppliedPolicies, destinations: DestinationIndex) -> Iterator[Use]:
    """Each destination with each combination of policies that anyone follows for any of its ports."""
    by_ref = {one.ref: one for one in destinations.by_ref.values()}
    found: dict[tuple[Ref, tuple[Ref, ...]], tuple[PoliciesByKind, set[str], set[int]]] = {}
    for (workspace, ref, port), policies in applied.client.items():
        key = (ref, tuple(policy.ref for policy in policies))
        _, workspaces, ports = found.setdefault(key, (policies, set(), set()))
        workspaces.add(workspace)
        ports.add(port)
    for (ref, _), (policies, workspaces, ports) in found.items():
        yield Use(by_ref[ref], policies, frozenset(workspaces), frozenset(ports))


@dataclass(slots=True)
class Notes:
    """Collects findings, so that a policy for a thousand destinations has one finding and not a thousand."""

    report: Report
    _checked: set[tuple[Ref, object]] = field(default_factory=set)
    _found: dict[tuple[str, Ref, tuple[Step, ...], str], tuple[Code, Policy[Model], dict[str, Any], set[str]]] = field(
        default_factory=dict
    )

    def add(
        self, code: Code, policy: Policy[Model], path: tuple[Step, ...], destination: Destination, /, **arguments: Any
    ) -> None:
        """Note a finding about a policy and a destination. The template has `{destinations}` for all of them."""
        key = (code.id, policy.ref, path, str(sorted(arguments.items())))
        self._found.setdefault(key, (code, policy, arguments, set()))[3].add(str(destination.ref))

    def is_first(self, policy: Policy[Model], what: object) -> bool:
        """Whether this is asked for the first time: what depends on the policy alone is checked once."""
        new = (policy.ref, what) not in self._checked
        self._checked.add((policy.ref, what))
        return new

    def flush(self) -> None:
        """Report everything."""
        for (_, ref, path, _), (code, policy, arguments, names) in self._found.items():
            self.report.add(code, ref, policy.resource.at(*path), destinations=some(names), **arguments)


def selects_by_itself(policy: Policy[Model]) -> bool:
    """Whether a policy has a selector; one without means all that it can apply to, and not each of it."""
    return any(policy.entries(target.attribute) for target in rule_of(policy).targets)
