"""Egress: requests from sidecars to an external host go to an egress gateway, and from there out.

Of each host there are two VirtualServices: one for the sidecars of each consumer, which leads to the Service of the
egress gateways, and one for each gateway, which leads to the host. A gateway that takes Istio's mTLS tells hosts apart
by the SNI: clients use a subset of its Service for each host, and that has the SNI in the Service's DestinationRule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.model.causes import external_causes
from fedlib.federation.model.destination import EgressRoute, External
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.istio.service_entries.external import external_stem
from fedlib.istio.shares import even_shares
from fedlib.istio.subset import egress_subset
from fedlib.istio.virtual_services.destinations import destinations

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"


def translate_egress(external: External) -> Iterator[Declaration]:
    """The VirtualServices of one ExternalService."""
    by_host: dict[str, list[EgressRoute]] = {}
    for route in external.egress:
        by_host.setdefault(route.host, []).append(route)
    for host, routes in by_host.items():
        if host not in external.shared:
            yield from _to_gateways(external, host, routes)
        if external.workspace in external.callers:
            yield from _out(external, host, routes)


def _to_gateways(external: External, host: str, routes: Iterable[EgressRoute]) -> Iterator[Declaration]:
    for place in external.places:
        lineage = Lineage(external.resource.ref, *NETWORKING, place.workspace, external_causes(external))
        name = object_name(f"{external_stem(external)}-{host}-egress-{place.workspace}")
        for cluster, namespaces in place.at.items():
            near = [route for route in routes if route.gateway.service.cluster == cluster]
            if near:
                spec = {
                    "exportTo": list(place.export_to),
                    "gateways": ["mesh"],
                    "hosts": [host],
                    "http": [*_client_routes(near), *_direct_routes(external, host, near)],
                }
                effect = Effect(Role.ROUTES, needs=destinations(spec))
                yield Declaration({cluster: namespaces}, API_VERSION, KIND, name, spec, lineage, effect=effect)


def _client_routes(routes: Iterable[EgressRoute]) -> Iterator[dict[str, Any]]:
    """One for each port that clients call; several gateways share its requests evenly."""
    by_port: dict[int, list[EgressRoute]] = {}
    for route in routes:
        by_port.setdefault(route.port_match, []).append(route)
    for port, ways in sorted(by_port.items()):
        shares = even_shares(len(ways))
        called = [
            {"destination": _gateway(way), **({"weight": share} if len(ways) > 1 else {})}
            for way, share in zip(ways, shares, strict=True)
        ]
        yield {"match": [{"port": port}], "route": called}


def _direct_routes(external: External, host: str, routes: Iterable[EgressRoute]) -> Iterator[dict[str, Any]]:
    """To the host's other HTTP ports: what no route of a VirtualService matches is answered 404."""
    matched = {route.port_match for route in routes}
    for port in external.entry_ports:
        if port.number not in matched and port.protocol in HTTP_PROTOCOLS:
            yield {
                "match": [{"port": port.number}],
                "route": [{"destination": {"host": host, "port": {"number": port.number}}}],
            }


def _gateway(route: EgressRoute) -> dict[str, Any]:
    called: dict[str, Any] = {"host": route.gateway_host, "port": {"number": route.listener.port}}
    if route.listener.spec.tls is not None:
        called["subset"] = egress_subset(route.host)
    return called


def _out(external: External, host: str, routes: Iterable[EgressRoute]) -> Iterator[Declaration]:
    """From each gateway to the host. The gateway's pods know the listener by its targetPort."""
    for route in routes:
        gateway = route.gateway
        spec = {
            "exportTo": ["."],
            "gateways": [object_name(gateway.name)],
            "hosts": [host],
            "http": [
                {
                    "match": [{"port": route.listener.target_port}],
                    "route": [{"destination": {"host": host, "port": {"number": route.port}}}],
                }
            ],
        }
        vg = gateway.resource.ref
        name = f"{external_stem(external)}-{host}-{route.port}-{vg.name}-{vg.namespace}-{vg.cluster}"
        name = object_name(f"{name}-{gateway.service.name}")
        lineage = Lineage(external.resource.ref, *NETWORKING, gateway.workspace, external_causes(external))
        places, effect = {gateway.service.cluster: (gateway.service.namespace,)}, Effect(Role.ROUTES, needs=(host,))
        yield Declaration(places, API_VERSION, KIND, name, spec, lineage, effect=effect)
