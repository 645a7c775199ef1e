"""Which pods a Gateway object reaches: unless istiod says otherwise, those with its labels in all namespaces.

Source: Istio's reference of `Gateway.selector`, and istiod's setting PILOT_SCOPE_GATEWAY_TO_NAMESPACE, which is off by
default. A Gateway that fits the pods of others gives them its listeners: a redirect for a host that they serve, a port,
TLS in another mode.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.workloads.labelled_pods import LabelledPods
from fedlib.snapshot.mesh import Mesh
from fedlib.snapshot.model import OwnedResource, Snapshot

_SCOPED: Final = "PILOT_SCOPE_GATEWAY_TO_NAMESPACE"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class GatewayReach:
    """Knows the pods that Gateway objects with the selectors of Services reach."""

    snapshot: Snapshot
    pods: LabelledPods
    report: Report

    def may_carry(self, service: Service, owned: OwnedResource[VirtualGatewaySpec]) -> bool:
        """Whether a Gateway for a VirtualGateway reaches pods beside the Service, and none of other workspaces.

        Pods outside of Istio's own namespaces do not count against a gateway within: whoever owns them could take the
        gateway away by giving them its labels. Theirs is the finding, see `report_strays`.
        """
        selector, resource = service.selector, owned.resource
        if not any(pod.namespace == service.namespace for pod in self.pods.selected(service.cluster, selector)):
            self.report.add(
                catalogue.VIRTUAL_GATEWAY_WITHOUT_PODS, resource.ref, resource.at("workloads"),
                service=service.ref, labels=_shown(service), related=(service.ref,),
            )  # fmt: skip
            return False
        strangers = self._strangers(service, owned.workspace)
        if self._is_istio(service):
            strangers = [pod for pod in strangers if self._is_istio(pod)]
        if strangers:
            names = [str(pod.ref) for pod in strangers]
            self.report.add(
                catalogue.VIRTUAL_GATEWAY_REACHES_OTHERS, resource.ref, resource.at("workloads"),
                service=service.ref, labels=_shown(service), related=(service.ref,),
                pods=", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else ""),
            )  # fmt: skip
        return not strangers

    def report_strays(self, gateways: Iterable[Ref]) -> None:
        """Report pods outside of Istio's own namespaces that have the labels of gateways within."""
        for ref in sorted(gateways):
            service = self.snapshot.services[ref]
            owner = self.snapshot.owners.get((ref.cluster, ref.namespace), "")
            for pod in self._strangers(service, owner) if self._is_istio(service) else ():
                if not self._is_istio(pod):
                    self.report.add(
                        catalogue.PODS_LIKE_A_GATEWAY, pod.ref, pod.at(), gateway=ref, labels=_shown(service)
                    )

    def _strangers(self, service: Service, workspace: str) -> list[Workload]:
        """The pods of others that a Gateway for the Service reaches."""
        if self._is_scoped(service.cluster):
            return []
        return self.pods.of_others(service.cluster, service.selector, workspace)

    def _is_istio(self, thing: Service | Workload) -> bool:
        return (thing.cluster, thing.namespace) in self.snapshot.istio_namespaces

    def _is_scoped(self, cluster: str) -> bool:
        """Whether every istiod of a cluster keeps Gateways to their own namespace; what is not known does not."""
        planes = self.snapshot.meshes.get(cluster, Mesh()).control_planes
        return bool(planes) and all(plane.setting(_SCOPED, default=False) for plane in planes)


def _shown(service: Service) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
