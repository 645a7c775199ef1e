"""Policies that were accepted, and what they apply to.

Applying is separate from translating: whatever could be wrong with an attachment is reported before a translator runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy and the workspace through which it acts."""

    resource: Resource[Model]
    workspace: str

    @property
    def kind(self) -> str:
        """Its kind, such as `FailoverPolicy`."""
        return self.resource.ref.kind

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return self.resource.ref

    def entries(self, attribute: str) -> tuple[Any, ...]:
        """The selectors of a field of the spec, such as `apply_to_routes`; none where the kind has no such field."""
        found: tuple[Any, ...] = getattr(self.resource.spec, attribute, ())
        return found


NO_POLICIES: Mapping[str, Policy] = {}
NO_SERVER_POLICIES: Mapping[str, tuple[Policy, ...]] = {}


@dataclass(frozen=True, slots=True)
class AppliedPolicies:
    """The accepted policies by what they apply to, each by kind. Route policies are in the routes themselves.

    Attributes:
        client: what a workspace's proxies follow when they call a destination, by (consuming workspace, destination,
            port number).
        server: what a destination's own pods enforce, by (destination, port number), the oldest policy first.
        workloads: what the proxies of a workload follow, by the identity of the Deployment or the like.
        listeners: what a gateway's listener follows, by (VirtualGateway, index in its `listeners`).
        counts: how many targets each policy has; one with none is in it too.
    """

    client: Mapping[tuple[str, Ref, int], Mapping[str, Policy]] = field(default_factory=dict)
    server: Mapping[tuple[Ref, int], Mapping[str, tuple[Policy, ...]]] = field(default_factory=dict)
    workloads: Mapping[Ref, Mapping[str, tuple[Policy, ...]]] = field(default_factory=dict)
    listeners: Mapping[tuple[Ref, int], Mapping[str, Policy]] = field(default_factory=dict)
    counts: Mapping[Ref, int] = field(default_factory=dict)

    def calling(self, workspace: str, destination: Ref, port: int) -> Mapping[str, Policy]:
        """What proxies of `workspace` follow when they call a port of a destination, by kind."""
        return self.client.get((workspace, destination, port), NO_POLICIES)

    def serving(self, destination: Ref, port: int) -> Mapping[str, tuple[Policy, ...]]:
        """What the pods behind a port of a destination enforce, by kind; the oldest of a kind first."""
        return self.server.get((destination, port), NO_SERVER_POLICIES)
