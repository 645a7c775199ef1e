"""How much work the policies of one workspace may make: their selectors are held against routes, Services and pods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fedlib.config.model import Model
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec, ExtAuthServerSpec
from fedlib.config.policies.rate_limit import RateLimitClientConfigSpec, RateLimitPolicySpec
from fedlib.config.resource import kind_of
from fedlib.config.selectors import ObjectReference
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.rules import Target
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import Snapshot

MAX_TRIALS: Final = 400_000
"""Of selectors of one workspace on things. A policy that selects a thing counts again for each 25 bytes that it has,
because it becomes a part of what is written for that thing; the settings that it refers to count as its own bytes."""

_BYTES: Final = 25
_SETTINGS: Final[tuple[type[Model], ...]] = (ExtAuthServerSpec, RateLimitClientConfigSpec)
"""Settings that become a part of each route."""


@dataclass(slots=True)
class Trials:
    """Counts the trials of each workspace, and reports policies that want more."""

    snapshot: Snapshot
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_TRIALS))
    _weights: dict[Ref, int] = field(default_factory=dict)
    _sizes: dict[Ref, int] = field(default_factory=dict)

    def take(self, policy: Policy[Model], target: Target, count: int = 1) -> bool:
        """Try a selector of a policy on so many things; False where that is too much."""
        if self._allowed.take(policy.workspace, count):
            return True
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, policy.ref, policy.resource.at(target.value),
            problem="policies select too many things, or need too much room in what they select",
            workspace=policy.workspace, limit=MAX_TRIALS,
            advice="let one policy take the place of several, and select by labels what it is for",
        )  # fmt: skip
        return False

    def select(self, policy: Policy[Model], target: Target) -> bool:
        """Apply a policy to a thing; False where that is too much."""
        if policy.ref not in self._weights:
            size = len(policy.resource.spec.model_dump_json()) + self._size_of_settings(policy)
            self._weights[policy.ref] = 1 + size // _BYTES
        return self.take(policy, target, self._weights[policy.ref])

    def _size_of_settings(self, policy: Policy[Model]) -> int:
        kind, named = _named(policy.spec)
        if named is None:
            return 0
        if not self._sizes:
            owned = (one for spec in _SETTINGS for one in self.snapshot.of(spec))
            self._sizes.update({one.resource.ref: len(one.spec.model_dump_json()) for one in owned})
        home = policy.ref
        ref = Ref(kind_of(kind), named.name, named.namespace or home.namespace, named.cluster or home.cluster)
        return self._sizes.get(ref, 0)

    def left(self, workspace: str) -> int:
        """How many more trials a workspace may have."""
        return self._allowed.left(workspace)


def _named(spec: Model) -> tuple[type[Model], ObjectReference | None]:
    """The settings that a policy refers to."""
    if isinstance(spec, RateLimitPolicySpec):
        return RateLimitClientConfigSpec, spec.config.ratelimit_client_config
    return ExtAuthServerSpec, spec.config.server if isinstance(spec, ExtAuthPolicySpec) else None
