"""Sets of proxies that EnvoyFilters are for."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fedlib.declarations.lineage import ADMIN, CORE, Lineage
from fedlib.discovery.inventory import Service
from fedlib.federation.model.place import Sidecars
from fedlib.federation.model.route import RoutedHosts


class Context(enum.StrEnum):
    """Which part of which proxies a patch is for."""

    OUTBOUND = "SIDECAR_OUTBOUND"
    INBOUND = "SIDECAR_INBOUND"
    GATEWAY = "GATEWAY"


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that an EnvoyFilter is for: those of the pods with some labels, in some namespaces of a cluster.

    Attributes:
        cluster: the cluster.
        namespaces: the namespaces; each holds a copy of the object, since EnvoyFilters are never exported.
        workspace: the workspace that the proxies belong to.
        context: which part of them.
        name: tells them from others in names of objects.
        lineage: that of objects which several policies share.
        labels: labels of the pods; empty means all.
    """

    cluster: str
    namespaces: tuple[str, ...]
    workspace: str
    context: Context
    name: str
    lineage: Lineage = field(compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)


def routing_proxies(routed: RoutedHosts, sidecars: Mapping[str, Sidecars]) -> Iterator[Proxies]:
    """Those that use a RouteTable.

    A table for some sidecars only is translated for all of them: the others have no such route, and one filter for all
    of them stays one filter where tables overlap.
    """
    if routed.mesh:
        yield from workspace_proxies(sidecars[routed.workspace])
    for service in {gateway.service.ref: gateway.service for gateway in routed.gateways}.values():
        yield gateway_proxies(service, routed.workspace)


def gateway_proxies(service: Service, workspace: str) -> Proxies:
    """The pods of a gateway's Service."""
    return Proxies(
        service.cluster, (service.namespace,), workspace, Context.GATEWAY, f"gateway-{service.name}",
        Lineage(service.ref, *CORE, workspace), service.selector,
    )  # fmt: skip


def workspace_proxies(sidecars: Sidecars) -> Iterator[Proxies]:
    """The sidecars of a workspace, cluster by cluster."""
    lineage = Lineage(sidecars.ref, *ADMIN, sidecars.workspace)
    for cluster, namespaces in sidecars.at.items():
        yield Proxies(cluster, namespaces, sidecars.workspace, Context.OUTBOUND, sidecars.workspace, lineage)


def service_proxies(service: Service, workspace: str) -> Proxies:
    """The sidecars of a Service's pods, for requests that they get."""
    return Proxies(
        service.cluster, (service.namespace,), workspace, Context.INBOUND, service.name,
        Lineage(service.ref, *CORE, workspace), service.selector,
    )  # fmt: skip
