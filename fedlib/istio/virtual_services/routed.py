"""VirtualServices of RouteTables, for sidecars and for gateways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fedlib.declarations.declaration import Declaration, Places
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.hosts.called import called_host
from fedlib.federation.model.causes import routed_causes
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.host_patterns import host_patterns
from fedlib.federation.model.route import RoutedHosts, SourceLabels
from fedlib.istio.virtual_services.caller import Caller, gateway_pods, sidecars
from fedlib.istio.virtual_services.connection_route import connection_route
from fedlib.istio.virtual_services.destinations import destinations
from fedlib.istio.virtual_services.http_route import http_route

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"


def translate_routed_hosts(routed: RoutedHosts) -> Iterator[Declaration]:
    """The VirtualServices of one RouteTable for one workspace.

    For sidecars one in each namespace of each of its clusters, for gateways one in the namespace of each. A destination
    is the Service itself at home, and the federated host elsewhere, so clusters may have different ones.
    """
    ref = routed.table.ref
    suffix = f"-{routed.suffix}" if routed.suffix else ""
    name = object_name(f"routetable-{ref.name}-{ref.namespace}-{ref.cluster}-{routed.workspace}{suffix}")
    lineage = Lineage(ref, *NETWORKING, routed.workspace, routed_causes(routed))
    for places, spec in _in_sidecars(routed) if routed.mesh else _on_gateways(routed):
        if any(kind in spec for kind in ("http", "tcp", "tls")):
            effect = Effect(Role.ROUTES, needs=destinations(spec))
            yield Declaration(places, API_VERSION, KIND, name, spec, lineage, routed.annotations, effect)


def _in_sidecars(routed: RoutedHosts) -> Iterator[tuple[Places, dict[str, Any]]]:
    """Clusters with the namespaces that hold a copy, and the spec."""
    for place in routed.places:
        alike: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
        for cluster, namespaces in place.at.items():
            alike.setdefault(_called(routed, cluster), {})[cluster] = namespaces
        for at in alike.values():
            routes = _routes(routed, next(iter(at)), None)
            yield at, {"exportTo": list(place.export_to), "gateways": ["mesh"], "hosts": _hosts(routed), **routes}


def _called(routed: RoutedHosts, cluster: str) -> tuple[str, ...]:
    """The hosts of all destinations as a cluster calls them: where these are the same, the routes are."""
    listed = (
        *(one for route in routed.routes for one in (*route.destinations, *((route.mirror,) if route.mirror else ()))),
        *(one for route in (*routed.tcp, *routed.tls) for one in route.destinations),
    )
    return tuple(called_host(one.destination, one.federated, cluster) for one in listed)


def _on_gateways(routed: RoutedHosts) -> Iterator[tuple[Places, dict[str, Any]]]:
    """Each cluster and namespace with gateways, and the spec for all of those in it."""
    places: dict[tuple[str, str], list[VirtualGateway]] = {}
    for gateway in routed.gateways:
        places.setdefault((gateway.service.cluster, gateway.service.namespace), []).append(gateway)
    for (cluster, namespace), gateways in sorted(places.items()):
        callers = [gateway_pods(one, routed.table, routed.owner, routed.hosts) for one in gateways]
        routes = _routes(routed, cluster, callers)
        names = sorted(object_name(gateway.name) for gateway in gateways)
        spec = {"exportTo": ["."], "gateways": names, "hosts": _hosts(routed), **routes}
        yield {cluster: (namespace,)}, spec


def _hosts(routed: RoutedHosts) -> list[str]:
    """The hosts of a table without those that its own wildcards cover: Istio refuses an object that has both."""
    wild = host_patterns(host for host in routed.hosts if host.startswith("*"))
    return [host for host in routed.hosts if all(one == host for one in wild.above(host))]


def _routes(routed: RoutedHosts, cluster: str, gateways: Sequence[Caller] | None) -> dict[str, list[dict[str, Any]]]:
    """The routes of each kind that there is one of. On gateways, labels of sidecars have no effect."""

    def callers(source_labels: SourceLabels) -> Sequence[Caller]:
        return sidecars(source_labels) if gateways is None else gateways

    everyone = callers(routed.source_labels)
    kinds: dict[str, Iterable[dict[str, Any] | None]] = {
        "http": (http_route(route, cluster, callers(route.source_labels)) for route in routed.routes),
        "tcp": (connection_route(route, cluster, everyone) for route in routed.tcp),
        "tls": (connection_route(route, cluster, everyone) for route in routed.tls),
    }
    written = {kind: [route for route in routes if route is not None] for kind, routes in kinds.items()}
    return {kind: routes for kind, routes in written.items() if routes}
