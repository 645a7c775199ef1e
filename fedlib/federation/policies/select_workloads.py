"""Which workloads and which gateway listeners policies select. Neither ever crosses the boundary of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fedlib.config.gloo import ObjectSelector
from fedlib.config.model import Model
from fedlib.config.selectors import ListenerSelector
from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Workload
from fedlib.federation.model.policy import Policy
from fedlib.federation.policies.rules import Target
from fedlib.federation.policies.select_routes import unselected
from fedlib.federation.policies.trials import Trials
from fedlib.snapshot.model import NamespaceKey, OwnedResource, Snapshot
from fedlib.snapshot.selection import selects
from fedlib.snapshot.selector_index import Owned, SelectorIndex

EVERYTHING = ObjectSelector()


@dataclass(slots=True)
class WorkloadSelection:
    """Finds the workloads that policies select. Those of a workspace are indexed once."""

    snapshot: Snapshot
    trials: Trials
    _indexed: dict[str, SelectorIndex[Owned[Workload]]] = field(default_factory=dict)
    _gateways: dict[str, list[OwnedResource[VirtualGatewaySpec]]] = field(default_factory=dict)

    def selected(self, policy: Policy[Model]) -> Iterable[Workload]:
        """The workloads of the policy's workspace that its `applyToWorkloads` selects, by the labels of their pods."""
        if policy.workspace not in self._indexed:
            self._indexed[policy.workspace] = SelectorIndex(tuple(self._owned(policy)))
        index = self._indexed[policy.workspace]
        found: dict[Ref, Workload] = {}
        for one in (one for selector in workload_selectors(policy) for one in index.select(selector)):
            if not self.trials.select(policy, Target.WORKLOADS):
                break
            found[one.ref] = one.object
        return found.values()

    def listeners(self, policy: Policy[Model]) -> Iterator[tuple[OwnedResource[VirtualGatewaySpec], int]]:
        """The (VirtualGateway, index of the listener) pairs of the policy's workspace that it selects."""
        if not self._gateways:
            for owned in self.snapshot.of(VirtualGatewaySpec):
                self._gateways.setdefault(owned.workspace, []).append(owned)
        entries: tuple[ListenerSelector, ...] = policy.entries(Target.LISTENERS.attribute)
        for owned in self._gateways.get(policy.workspace, ()):
            if not self.trials.take(policy, Target.LISTENERS, len(owned.spec.listeners) * (1 + len(entries))):
                return
            for index, listener in enumerate(owned.spec.listeners):
                if any(_selects_listener(entry, owned, listener.port.number, listener.port.name) for entry in entries):
                    yield owned, index

    def _owned(self, policy: Policy[Model]) -> Iterator[Owned[Workload]]:
        for key in own_namespaces(policy, self.snapshot):
            for workload in self.snapshot.workloads.get(key, ()):
                yield Owned(workload, workload.ref, workload.labels, policy.workspace)


def select_namespaces(selector: ObjectSelector, policy: Policy[Model], snapshot: Snapshot) -> Iterator[NamespaceKey]:
    """The namespaces of the policy's workspace in which one of its workload selectors may find pods."""
    if selector.workspace and selector.workspace != policy.workspace:
        return
    for cluster, namespace in own_namespaces(policy, snapshot):
        if selector.namespace in ("", namespace) and selector.cluster in ("", cluster):
            yield cluster, namespace


def workload_selectors(policy: Policy[Model]) -> tuple[ObjectSelector, ...]:
    """The selectors of `applyToWorkloads`; one that selects all where the policy's kind means that."""
    if unselected(policy) is Target.WORKLOADS:
        return (EVERYTHING,)
    return tuple(_object_selector(entry) for entry in policy.entries(Target.WORKLOADS.attribute))


def _object_selector(entry: object) -> ObjectSelector:
    """AccessPolicy has a selector type of its own for workloads, without a name; both become the common one."""
    chosen = getattr(entry, "selector", None)
    if isinstance(chosen, ObjectSelector) or chosen is None:
        return chosen or EVERYTHING
    return ObjectSelector.model_validate(chosen.model_dump())


def own_namespaces(policy: Policy[Model], snapshot: Snapshot) -> Iterator[NamespaceKey]:
    """The namespaces of the policy's workspace in all clusters, sorted."""
    for cluster, namespaces in sorted(snapshot.workspaces[policy.workspace].namespaces.items()):
        for namespace in namespaces:
            yield cluster, namespace


def _selects_listener(
    entry: ListenerSelector, owned: OwnedResource[VirtualGatewaySpec], number: int | None, name: str | None
) -> bool:
    ref = owned.resource.ref
    if entry.virtual_gateway is not None and not selects(
        entry.virtual_gateway, labels=owned.resource.labels, name=ref.name, namespace=ref.namespace,
        cluster=ref.cluster, workspace=owned.workspace,
    ):  # fmt: skip
        return False
    return entry.port is None or (entry.port.number == number and entry.port.name == name)
