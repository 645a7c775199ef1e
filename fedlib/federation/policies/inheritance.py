"""Client-side policies of destinations across workspaces, by the rules of three versions of Gloo.

Source: Gloo's documentation of policies across workspaces for 2.4, 2.5 and later versions.
"""

from __future__ import annotations

from collections.abc import Mapping

from fedlib.config.stack import PolicyInheritance
from fedlib.diagnostics import Ref
from fedlib.federation.model.destination import Destination
from fedlib.federation.model.policy import NO_POLICIES, PoliciesByKind

Own = dict[str, PoliciesByKind]
"""The policies that workspaces have for one port of a destination, by workspace."""


def inherit(
    own: Mapping[tuple[Ref, int], tuple[Destination, Own]], inheritance: PolicyInheritance
) -> dict[tuple[str, Ref, int], PoliciesByKind]:
    """What the proxies of each consuming workspace follow.

    Args:
        own: for each (destination, port number) the destination, and the policies of each workspace that has some.
        inheritance: which workspace decides.
    """
    found: dict[tuple[str, Ref, int], PoliciesByKind] = {}
    for (ref, port), (destination, by_workspace) in own.items():
        source = by_workspace.get(destination.workspace, NO_POLICIES)
        for consumer in destination.consumers:
            effective = _effective(source, by_workspace.get(consumer, NO_POLICIES), inheritance)
            if effective:
                found[consumer, ref, port] = effective
    return found


def _effective(source: PoliciesByKind, consumer: PoliciesByKind, inheritance: PolicyInheritance) -> PoliciesByKind:
    """`source` are the owner's policies, `consumer` those of the workspace whose proxies call."""
    if inheritance is PolicyInheritance.NONE:
        return consumer
    if inheritance is PolicyInheritance.SOURCE or not consumer or consumer is source:
        return source
    return consumer.over(source)
