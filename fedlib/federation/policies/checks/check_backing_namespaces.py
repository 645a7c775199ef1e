"""Namespaces in which a workspace cannot have policies of its own for a group.

The DestinationRule of a group stands in the namespace of the cluster's backing Service, with the policies of the owner
of the group. Where that namespace belongs to another workspace its clients follow it too: a host has one rule there.
"""

from __future__ import annotations

from fedlib.config.model import Model
from fedlib.diagnostics import catalogue
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.model.destination import Destination, Group
from fedlib.federation.model.policy import AppliedPolicies, Policy
from fedlib.federation.policies.checks.use import Notes
from fedlib.snapshot.model import Snapshot


def check_backing_namespaces(
    applied: AppliedPolicies, destinations: DestinationIndex, snapshot: Snapshot, notes: Notes
) -> None:
    """Note the policies that clients in the namespaces of backing Services do not follow."""
    for destination in destinations.by_ref.values():
        group = destination.decision
        if not isinstance(group, Group):
            continue
        for cluster, backing in group.backings.items():
            owner = snapshot.owners.get((cluster, backing.service.namespace), "")
            if owner in group.consumers and owner != group.workspace:
                for policy in _own(applied, destination, owner, group.workspace):
                    notes.add(
                        catalogue.POLICY_NOT_IN_NAMESPACE, policy, ("applyToDestinations",), destination,
                        namespace=backing.service.namespace, cluster=cluster, workspace=group.workspace,
                    )  # fmt: skip


def _own(applied: AppliedPolicies, destination: Destination, workspace: str, owner: str) -> list[Policy[Model]]:
    """The policies that a workspace has for a destination and its owner has not."""
    found: dict[str, Policy[Model]] = {}
    for port in destination.ports:
        theirs = applied.calling(owner, destination.ref, port.number)
        own = applied.calling(workspace, destination.ref, port.number)
        found.update({policy.kind: policy for policy in own if theirs.get(type(policy.spec)) is not policy})
    return [policy for _, policy in sorted(found.items())]
