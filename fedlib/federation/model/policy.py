"""Policies that were accepted, and what they apply to.

Applying is separate from translating: whatever could be wrong with an attachment is reported before a translator runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic

from fedlib.config.model import Model
from fedlib.config.resource import Resource, S, S_co
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause, Why


@dataclass(frozen=True, slots=True)
class Policy(Generic[S_co]):
    """A policy and the workspace through which it acts."""

    resource: Resource[S_co]
    workspace: str

    @property
    def spec(self) -> S_co:
        """Its spec, whose model says of which kind it is."""
        return self.resource.spec

    @property
    def kind(self) -> str:
        """Its kind, such as `FailoverPolicy`."""
        return self.resource.ref.kind

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return self.resource.ref

    @property
    def cause(self) -> Cause:
        """The policy as a cause."""
        return Cause(self.resource.ref, Why.APPLIES)

    def entries(self, attribute: str) -> tuple[Any, ...]:
        """The selectors of a field of the spec, such as `apply_to_routes`; none where the kind has no such field."""
        found: tuple[Any, ...] = getattr(self.resource.spec, attribute, ())
        return found


@dataclass(frozen=True, slots=True)
class PoliciesByKind:
    """The policies that apply to one thing: `policies.get(FailoverPolicySpec)`. They come in the order of their kinds.

    `by_spec` has them by the model of their spec, none of them empty; make one with `policies_by_kind`.
    """

    by_spec: Mapping[type[Model], tuple[Policy[Any], ...]] = field(default_factory=dict)

    def get(self, spec: type[S]) -> Policy[S] | None:
        """The policy of a kind; the first one where several of the kind apply."""
        found = self.by_spec.get(spec)
        return found[0] if found else None

    def every(self, spec: type[S]) -> tuple[Policy[S], ...]:
        """All policies of a kind."""
        return self.by_spec.get(spec, ())

    def over(self, others: PoliciesByKind) -> PoliciesByKind:
        """These, and of the others those of kinds that are not among these."""
        return policies_by_kind((*self, *(policy for policy in others if type(policy.spec) not in self.by_spec)))

    def __contains__(self, spec: type[Model]) -> bool:
        return spec in self.by_spec

    def __iter__(self) -> Iterator[Policy[Model]]:
        return itertools.chain.from_iterable(self.by_spec.values())

    def __bool__(self) -> bool:
        return bool(self.by_spec)


NO_POLICIES: Final = PoliciesByKind()


def policies_by_kind(policies: Iterable[Policy[Model]]) -> PoliciesByKind:
    """Sort policies by kind; those of one kind keep their order."""
    found: dict[type[Model], list[Policy[Model]]] = {}
    for policy in policies:
        found.setdefault(type(policy.resource.spec), []).append(policy)
    kinds = sorted(found.items(), key=lambda item: item[1][0].kind)
    return PoliciesByKind({spec: tuple(listed) for spec, listed in kinds}) if kinds else NO_POLICIES


@dataclass(frozen=True, slots=True)
class AppliedPolicies:
    """The accepted policies by what they apply to. Route policies are in the routes themselves.

    Attributes:
        client: what a workspace's proxies follow when they call a destination, by (consuming workspace, destination,
            port number).
        server: what a destination's own pods enforce, by (destination, port number), the oldest policy first.
        workloads: what the proxies of a workload follow, by the identity of the Deployment or the like.
        listeners: what a gateway's listener follows, by (VirtualGateway, index in its `listeners`).
        counts: how many targets each policy has; one with none is in it too.
    """

    client: Mapping[tuple[str, Ref, int], PoliciesByKind] = field(default_factory=dict)
    server: Mapping[tuple[Ref, int], PoliciesByKind] = field(default_factory=dict)
    workloads: Mapping[Ref, PoliciesByKind] = field(default_factory=dict)
    listeners: Mapping[tuple[Ref, int], PoliciesByKind] = field(default_factory=dict)
    counts: Mapping[Ref, int] = field(default_factory=dict)

    def calling(self, workspace: str, destination: Ref, port: int) -> PoliciesByKind:
        """What proxies of `workspace` follow when they call a port of a destination."""
        return self.client.get((workspace, destination, port), NO_POLICIES)
