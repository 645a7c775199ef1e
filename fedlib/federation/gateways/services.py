"""Which gateway Services a VirtualGateway selects.

Source: `workloads` of Gloo's VirtualGateway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fedlib.config.gloo import ObjectSelector
from fedlib.config.selectors import WorkloadKind, WorkloadSelector
from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.gateways.east_west import DEFAULT_LABELS
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.snapshot.model import OwnedResource, Snapshot
from fedlib.snapshot.selection import labels_match, selects


@dataclass(frozen=True, slots=True)
class GatewayServices:
    """Selects gateway Services of a workspace."""

    snapshot: Snapshot
    backends: Backends
    report: Report

    def selected(
        self, owned: OwnedResource[VirtualGatewaySpec], workloads: Iterable[WorkloadSelector] | None
    ) -> list[Service]:
        """The gateway Services that a VirtualGateway selects, sorted; what is strange about them is reported."""
        candidates = self.snapshot.services_by_workspace.get(owned.workspace, ())
        gateways = [service for service in candidates if is_gateway(service, self.backends.workloads(service))]
        if workloads is None:
            found = [service for service in gateways if not _is_east_west(service)]
        else:
            found = list(self._of_entries(owned, workloads, candidates, gateways))
        if not found:
            resource = owned.resource
            self.report.add(
                catalogue.VIRTUAL_GATEWAY_SELECTS_NOTHING, resource.ref, resource.at("workloads"),
                workspace=owned.workspace,
            )  # fmt: skip
        usable = {service.ref: service for service in found if self._has_selector(service, owned)}
        return [service for _, service in sorted(usable.items())]

    def _of_entries(
        self,
        owned: OwnedResource[VirtualGatewaySpec],
        workloads: Iterable[WorkloadSelector],
        candidates: Iterable[Service],
        gateways: list[Service],
    ) -> Iterator[Service]:
        """What the entries select: known gateways, or else what is named all the same."""
        resource = owned.resource
        for index, entry in enumerate(workloads):
            selector = entry.selector or ObjectSelector()
            named = bool(selector.name or selector.labels)
            found = [service for service in gateways if _selects(selector, service, owned.workspace)]
            if not named:
                found = [service for service in found if not _is_east_west(service)]
            if named and not found:
                found = [service for service in candidates if _selects(selector, service, owned.workspace)]
                for service in found:
                    where = resource.at("workloads", index)
                    self.report.add(catalogue.VIRTUAL_GATEWAY_UNLIKELY, resource.ref, where, service=service.ref)
            if entry.kind is not WorkloadKind.KUBE:
                found = []
            if not found:
                self.report.add(
                    catalogue.VIRTUAL_GATEWAY_ENTRY_UNUSED, resource.ref, resource.at("workloads", index),
                    entry=f"workloads[{index}]", workspace=owned.workspace,
                )  # fmt: skip
            yield from found

    def _has_selector(self, service: Service, owned: OwnedResource[VirtualGatewaySpec]) -> bool:
        if not service.selector:
            self.report.add(
                catalogue.GATEWAY_NO_SELECTOR, service.ref, service.at("spec"), related=(owned.resource.ref,)
            )
        return bool(service.selector)


def _selects(selector: ObjectSelector, service: Service, workspace: str) -> bool:
    """Labels are those of the Service's selector, as Gloo has it: they are what the gateway's pods carry."""
    return selects(
        selector, labels=service.selector, name=service.name, namespace=service.namespace, cluster=service.cluster,
        workspace=workspace,
    )  # fmt: skip


def _is_east_west(service: Service) -> bool:
    return labels_match(DEFAULT_LABELS, service.labels) or labels_match(DEFAULT_LABELS, service.selector)
