"""Policies that were accepted, and what they apply to.

Applying is separate from translating: whatever could be wrong with an attachment is reported before a translator runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy and the workspace through which it acts."""

    resource: Resource
    workspace: str

    @property
    def kind(self) -> str:
        """Its kind, such as `FailoverPolicy`."""
        return self.resource.ref.kind

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return self.resource.ref


NO_POLICIES: Mapping[str, Policy] = {}


@dataclass(frozen=True, slots=True)
class AppliedPolicies:
    """The accepted policies by what they apply to.

    `client` holds policies that a workspace's proxies follow when they call a destination, by (consuming workspace,
    destination, port); `server` those that a destination's own pods enforce, by (destination, port). Each is by kind.
    """

    client: Mapping[tuple[str, Ref, int], Mapping[str, Policy]] = field(default_factory=dict)
    server: Mapping[tuple[Ref, int], Mapping[str, tuple[Policy, ...]]] = field(default_factory=dict)

    def calling(self, workspace: str, destination: Ref, port: int) -> Mapping[str, Policy]:
        """What proxies of `workspace` follow when they call a port of a destination, by kind."""
        return self.client.get((workspace, destination, port), NO_POLICIES)
