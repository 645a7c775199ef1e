"""A destination with the policies that those who call it follow, and findings about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
from fedlib.federation.told import told
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Use:
    """A destination, the policies for it, the workspaces whose proxies follow them, and the ports.

    The workspaces have namespaces in the same clusters. One that has some of the policies itself is alone.
    """

    destination: Destination
    policies: PoliciesByKind
    workspaces: frozenset[str]
    ports: frozenset[int]


_Users = tuple[frozenset[str], str]
"""Clusters, and a workspace that has some of the policies itself; empty for all others."""


def uses(applied: AppliedPolicies, destinations: DestinationIndex, snapshot: Snapshot) -> Iterator[Use]:
    """Each destination with each combination of policies that anyone follows for any of its ports."""
    by_ref = {one.ref: one for one in destinations.by_ref.values()}
    clusters = {name: frozenset(workspace.namespaces) for name, workspace in snapshot.workspaces.items()}
    found: dict[tuple[Ref, tuple[Ref, ...], _Users], tuple[PoliciesByKind, set[str], set[int]]] = {}
    for (workspace, ref, port), policies in applied.client.items():
        own = workspace if any(policy.workspace == workspace for policy in policies) else ""
        key = (ref, tuple(policy.ref for policy in policies), (clusters[workspace], own))
        _, workspaces, ports = found.setdefault(key, (policies, set(), set()))
        workspaces.add(workspace)
        ports.add(port)
    for (ref, *_), (policies, workspaces, ports) in found.items():
        yield Use(by_ref[ref], policies, frozenset(workspaces), frozenset(ports))


_About = tuple[str, Ref, tuple[Step, ...], str]
"""What one finding is about: a code, a policy, a place in it, and what the code's templates name."""


@dataclass(slots=True)
class _Note:
    """A finding with the destinations that it is about, by the workspaces that are told."""

    code: Code
    policy: Policy[Model]
    arguments: dict[str, Any]
    names: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Notes:
    """Collects findings, so that a policy for a thousand destinations has one finding and not a thousand.

    `users` follow the policies. What the owner of a policy meets as well, they are not told again.
    """

    report: Report
    snapshot: Snapshot
    users: frozenset[str] = frozenset()
    _checked: set[tuple[Ref, object]] = field(default_factory=set)
    _found: dict[_About, _Note] = field(default_factory=dict)

    def of(self, use: Use) -> Notes:
        """The same, for a use."""
        return replace(self, users=use.workspaces)

    def add(
        self, code: Code, policy: Policy[Model], path: tuple[Step, ...], destination: Destination, /, **arguments: Any
    ) -> None:
        """Note a finding about a policy and a destination. The template has `{destinations}` for all of them."""
        key = (code.id, policy.ref, path, str(sorted(arguments.items())))
        note = self._found.setdefault(key, _Note(code, policy, arguments))
        own = policy.workspace in self.users or not self.users
        for user in (policy.workspace,) if own else self.users:
            note.names.setdefault(user, set()).add(str(destination.ref))

    def is_first(self, policy: Policy[Model], what: object) -> bool:
        """Whether this is asked for the first time: what depends on the policy alone is checked once."""
        new = (policy.ref, what) not in self._checked
        self._checked.add((policy.ref, what))
        return new

    def flush(self) -> None:
        """Report everything."""
        for (_, ref, path, _), note in self._found.items():
            owner = note.policy.workspace
            known = note.names.get(owner, set())
            for user, names in sorted(note.names.items()):
                new = names if user == owner else names - known
                if new:
                    told(user, owner, self.snapshot, self.report).add(
                        note.code, ref, note.policy.resource.at(*path), destinations=some(new), **note.arguments
                    )


def selects_by_itself(policy: Policy[Model]) -> bool:
    """Whether a policy has a selector; one without means all that it can apply to, and not each of it."""
    return any(policy.entries(target.attribute) for target in rule_of(policy).targets)
