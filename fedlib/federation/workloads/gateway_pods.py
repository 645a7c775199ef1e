"""Which pods are gateways: their clients are outside of the mesh, so what binds sidecars must not bind them.

Gloo discovers gateways from their proxies; an inventory has no proxies, so gateways are told by what Istio's charts and
operators (`istio: ingressgateway`, `istio: egressgateway` and the like), injection templates and the Gateway API write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.model.destination import FederatedService, Group
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.workloads.backends import Backends

_ISTIO_LABEL: Final = "istio"
_CONTROL_PLANE: Final = "pilot"
"""The value of the label on istiod; all others are on gateways."""
_TEMPLATES: Final = "inject.istio.io/templates"
_GATEWAY_API: Final = "gateway.networking.k8s.io/gateway-name"


@dataclass(slots=True)
class GatewayPods:
    """Knows gateways by what uses them, by Istio's labels, and by the template that injection uses for them."""

    backends: Backends
    used: frozenset[Ref]
    _used_workloads: set[Ref] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the workloads behind the gateways that are used."""
        for ref in self.used:
            service = self.backends.snapshot.services[ref]
            self._used_workloads.update(workload.ref for workload in self.backends.workloads(service))

    def runs(self, workload: Workload) -> bool:
        """Whether a workload's pods are a gateway."""
        return workload.ref in self._used_workloads or _is_gateway(workload)

    def stands_before(self, service: Service) -> bool:
        """Whether a Service's pods are a gateway."""
        return service.ref in self.used or is_gateway(service, self.backends.workloads(service))


def is_gateway(service: Service, workloads: Iterable[Workload]) -> bool:
    """Whether the pods of a Service are a gateway, as far as its selector and the workloads behind it say so."""
    return _is_chart_label(service.selector) or any(map(_is_gateway, workloads))


def _is_gateway(workload: Workload) -> bool:
    """Whether a workload's pods are a gateway, as far as they say so."""
    return (
        "gateway" in workload.annotations.get(_TEMPLATES, "").split(",")
        or _is_chart_label(workload.labels)
        or _GATEWAY_API in workload.labels
    )


def _is_chart_label(labels: Mapping[str, str]) -> bool:
    return labels.get(_ISTIO_LABEL, _CONTROL_PLANE) != _CONTROL_PLANE


def used_gateways(
    services: Iterable[FederatedService], groups: Iterable[Group], virtual: Iterable[VirtualGateway]
) -> frozenset[Ref]:
    """The Services of all gateways that federation, groups and VirtualGateways use."""
    found = {gateway.service.ref for service in services for gateway in service.gateways}
    for group in groups:
        found |= {gateway.service.ref for backing in group.backings.values() for gateway in backing.gateways}
    return frozenset(found | {one.service.ref for one in virtual})
