"""VirtualServices of RouteTables, for sidecars and for gateways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fedlib.config.stack import Placement
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.route import Route, RoutedHosts, SourceLabels
from fedlib.istio.placement import shared_namespace
from fedlib.istio.virtual_services.caller import Caller, gateway_pods, sidecars
from fedlib.istio.virtual_services.connection_route import connection_route
from fedlib.istio.virtual_services.destinations import destinations
from fedlib.istio.virtual_services.http_route import http_route
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"


def translate_routed_hosts(routed: RoutedHosts, snapshot: Snapshot) -> Iterator[Declaration]:
    """The VirtualServices of one RouteTable for one workspace.

    For sidecars one in each namespace of each of its clusters, for gateways one in the namespace of each. A cluster has
    its own: a destination is the Service itself at home, and the federated host elsewhere.
    """
    ref, table = routed.table.ref, routed.table.spec
    suffix = f"-{routed.suffix}" if routed.suffix else ""
    name = object_name(f"routetable-{ref.name}-{ref.namespace}-{ref.cluster}-{routed.workspace}{suffix}")
    lineage = Lineage(ref, *NETWORKING, routed.workspace)
    annotations = table.virtual_service_annotations
    for cluster, namespaces, spec in _in_sidecars(routed, snapshot) if routed.mesh else _on_gateways(routed, snapshot):
        if any(kind in spec for kind in ("http", "tcp", "tls")):
            effect = Effect(Role.ROUTES, needs=destinations(spec))
            yield Declaration({cluster: namespaces}, API_VERSION, KIND, name, spec, lineage, annotations, effect)


def _in_sidecars(routed: RoutedHosts, snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Each cluster with the namespaces that hold a copy, and the spec."""
    for cluster, namespaces in sorted(snapshot.workspaces[routed.workspace].namespaces.items()):
        export_to = ["."]
        if snapshot.placement is Placement.SHARED:
            export_to = list(namespaces)
            namespaces = (shared_namespace(snapshot, routed.workspace, cluster),)
        routes = _routes(routed, cluster, None, snapshot)
        yield cluster, namespaces, {"exportTo": export_to, "gateways": ["mesh"], "hosts": list(routed.hosts), **routes}


def _on_gateways(routed: RoutedHosts, snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Each cluster and namespace with gateways, and the spec for all of those in it."""
    places: dict[tuple[str, str], list[VirtualGateway]] = {}
    for gateway in routed.gateways:
        places.setdefault((gateway.service.cluster, gateway.service.namespace), []).append(gateway)
    for (cluster, namespace), gateways in sorted(places.items()):
        callers = [gateway_pods(one, routed.table, routed.owner, routed.hosts) for one in gateways]
        routes = _routes(routed, cluster, callers, snapshot)
        names = sorted(object_name(gateway.name) for gateway in gateways)
        yield cluster, (namespace,), {"exportTo": ["."], "gateways": names, "hosts": list(routed.hosts), **routes}


def _routes(
    routed: RoutedHosts, cluster: str, gateways: Sequence[Caller] | None, snapshot: Snapshot
) -> dict[str, list[dict[str, Any]]]:
    """The routes of each kind that there is one of. On gateways, labels of sidecars have no effect."""

    def callers(source_labels: SourceLabels) -> Sequence[Caller]:
        return sidecars(source_labels) if gateways is None else gateways

    def http(route: Route) -> dict[str, Any] | None:
        return http_route(route, cluster, callers(route.source_labels), snapshot)

    everyone = callers(routed.source_labels)
    kinds: dict[str, Iterable[dict[str, Any] | None]] = {
        "http": (http(route) for route in routed.routes),
        "tcp": (connection_route(route, cluster, everyone, snapshot) for route in routed.tcp),
        "tls": (connection_route(route, cluster, everyone, snapshot) for route in routed.tls),
    }
    written = {kind: [route for route in routes if route is not None] for kind, routes in kinds.items()}
    return {kind: routes for kind, routes in written.items() if routes}
