"""Which gateway Services a VirtualGateway selects.

Source: `workloads` of Gloo's VirtualGateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import ObjectSelector
from fedlib.config.selectors import WorkloadKind, WorkloadSelector
from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.gateways.candidates import DEFAULT_LABELS
from fedlib.federation.gateways.pods import GatewayReach
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource, Snapshot
from fedlib.snapshot.selection import labels_match
from fedlib.snapshot.selector_index import Owned, SelectorIndex

MAX_LISTENERS: Final = 20_000
"""Of all VirtualGateways of one workspace, each on each of its gateways."""

_Services = SelectorIndex[Owned[Service]]


@dataclass(frozen=True, slots=True)
class GatewayServices:
    """Selects gateway Services of a workspace. Those of each workspace are indexed once."""

    snapshot: Snapshot
    backends: Backends
    reach: GatewayReach
    report: Report
    _indexed: dict[str, tuple[_Services, _Services, list[Service]]] = field(default_factory=dict)
    """By workspace all Services, those that are gateways, and of those the ones that are not east-west gateways."""
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_LISTENERS))

    def selected(self, owned: OwnedResource[VirtualGatewaySpec]) -> list[Service]:
        """The gateway Services that a VirtualGateway selects, sorted; what is strange about them is reported."""
        workloads, resource = owned.spec.workloads, owned.resource
        _, _, north_south = self._index(owned.workspace)
        found = north_south if workloads is None else self._of_entries(owned, workloads)
        if not found:
            self.report.add(
                catalogue.VIRTUAL_GATEWAY_SELECTS_NOTHING, resource.ref, resource.at("workloads"),
                workspace=owned.workspace,
            )  # fmt: skip
        if not self._allowed.take(owned.workspace, len(found) * len(owned.spec.listeners)):
            self.report.add(
                catalogue.WORKSPACE_TOO_MUCH, resource.ref, resource.at("workloads"),
                problem="VirtualGateways have too many listeners on all of their gateways", workspace=owned.workspace,
                limit=f"{MAX_LISTENERS} listeners", advice="let each VirtualGateway select its own gateways",
            )  # fmt: skip
            return []
        usable = {
            service.ref: service
            for service in found
            if self._has_selector(service, owned) and self.reach.may_carry(service, owned)
        }
        return [service for _, service in sorted(usable.items())]

    def _index(self, workspace: str) -> tuple[_Services, _Services, list[Service]]:
        """What selectors find by the labels that the Service selects, as Gloo has it: those are what the pods carry."""
        if workspace not in self._indexed:
            every = self.snapshot.services_by_workspace.get(workspace, ())
            owned = [Owned(one, one.ref, one.selector, workspace) for one in every]
            gateways = [one for one in owned if is_gateway(one.object, self.backends.workloads(one.object))]
            self._indexed[workspace] = (
                SelectorIndex(tuple(owned)),
                SelectorIndex(tuple(gateways)),
                [one.object for one in gateways if not _is_east_west(one.object)],
            )
        return self._indexed[workspace]

    def _of_entries(
        self, owned: OwnedResource[VirtualGatewaySpec], workloads: Iterable[WorkloadSelector]
    ) -> list[Service]:
        """What the entries select: known gateways, or else what is named all the same.

        Entries that select nothing are reported where others select something.
        """
        resource = owned.resource
        candidates, gateways, _ = self._index(owned.workspace)
        every: list[Service] = []
        unused: list[int] = []
        for index, entry in enumerate(workloads):
            selector = entry.selector or ObjectSelector()
            named = bool(selector.name or selector.labels)
            found = [one.object for one in gateways.select(selector)]
            if not named:
                found = [service for service in found if not _is_east_west(service)]
            if named and not found:
                found = [one.object for one in candidates.select(selector)]
                for service in found:
                    where = resource.at("workloads", index)
                    self.report.add(catalogue.VIRTUAL_GATEWAY_UNLIKELY, resource.ref, where, service=service.ref)
            if entry.kind is not WorkloadKind.KUBE:
                found = []
            every += found
            unused += [] if found else [index]
        for index in unused if every else ():
            self.report.add(
                catalogue.VIRTUAL_GATEWAY_ENTRY_UNUSED, resource.ref, resource.at("workloads", index),
                entry=f"workloads[{index}]", workspace=owned.workspace,
            )  # fmt: skip
        return every

    def _has_selector(self, service: Service, owned: OwnedResource[VirtualGatewaySpec]) -> bool:
        if not service.selector:
            self.report.add(
                catalogue.GATEWAY_NO_SELECTOR, service.ref, service.at("spec"), related=(owned.resource.ref,)
            )
        return bool(service.selector)


def _is_east_west(service: Service) -> bool:
    return labels_match(DEFAULT_LABELS, service.labels) or labels_match(DEFAULT_LABELS, service.selector)
