"""The floor of a compile: the same Declarations, made by hand with shared parts, and sorted.

Nothing is looked up, decided or checked. Addresses are taken from the plan; everything else is written here. The result
must equal the plan, or the floor would be one of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, NETWORKING, Lineage
from fedlib.declarations.role import Effect, Role
from fedlib.diagnostics import Ref
from fedlib.distribution.plan import Plan

from .mesh import NAMESPACES, SHOP

API: Final = "networking.istio.io/v1"
TLS_MODE: Final = {"security.istio.io/tlsMode": "istio"}
POLICIES: Final[Mapping[str, Any]] = {
    "connectionPool": {"tcp": {"maxConnections": 100, "connectTimeout": "2s"}},
    "outlierDetection": {
        "consecutive5xxErrors": 3,
        "interval": "5s",
        "baseEjectionTime": "30s",
        "maxEjectionPercent": 100,
    },
    "loadBalancer": {"simple": "ROUND_ROBIN", "localityLbSetting": {"enabled": True}},
}


def addresses_of(plan: Plan) -> dict[str, list[str]]:
    """The virtual IPs by host."""
    return {
        host: declaration.spec["addresses"]
        for declaration in plan.declarations
        for host in declaration.spec.get("hosts", ())
        if "addresses" in declaration.spec
    }


def by_hand(clusters: int, services: int, placement: str, groups: int, addresses: Mapping[str, list[str]]) -> Plan:
    """The plan of `synthetic_mesh`."""
    names = [f"c{index:02}" for index in range(clusters)]
    made = list(_gateways(names, grouped=bool(groups)))
    if groups:
        made += _groups(names, groups, addresses)
    else:
        made += _services(names, services, placement, addresses)
    return Plan(tuple(sorted(made, key=lambda declaration: declaration.sort_key)))


def _gateways(names: list[str], *, grouped: bool) -> Iterator[Declaration]:
    for name in names:
        host = "*.local-only" if grouped else f"*.svc.{name}.global"
        server = {
            "hosts": [host],
            "port": {"name": "tls", "number": 15443, "protocol": "TLS"},
            "tls": {"mode": "AUTO_PASSTHROUGH"},
        }
        spec = {"selector": {"istio": "eastwestgateway"}, "servers": [server]}
        lineage = Lineage(Ref("Service", "eastwest", "gateways", name), *CORE, "")
        effect = Effect(passes=True)
        yield Declaration({name: ("gateways",)}, API, "Gateway", "eastwest-gateways", spec, lineage, effect=effect)


def _endpoint(index: int, name: str, labels: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, Any]:
    return {
        "address": f"198.51.100.{index + 1}",
        "labels": labels,
        "ports": ports,
        "locality": "region/zone",
    }


def _groups(names: list[str], count: int, addresses: Mapping[str, list[str]]) -> Iterator[Declaration]:
    shop, gateways = list(SHOP), ["gateways"]
    ports = [
        {"name": "http-80", "number": 80, "protocol": "HTTP", "targetPort": 8080},
        {"name": "grpc-9090", "number": 9090, "protocol": "GRPC", "targetPort": 9090},
    ]
    to_gateway = {"http-80": 15443, "grpc-9090": 15443}
    leads = {index: [other for other in range(len(names)) if other != index] for index in range(len(names))}
    for number in range(count):
        service, namespace = f"service-{number:04}", SHOP[number % NAMESPACES]
        host, stem = f"{service}.shop.mesh", f"{service}-shop-mesh"
        labels = {"app": service}
        selector = {"labels": labels}
        pods = {**labels, **TLS_MODE}
        identities = [f"spiffe://{name}/ns/{namespace}/sa/{service}" for name in names]
        lineage = Lineage(Ref("VirtualDestination", service, namespace, "mgmt"), *NETWORKING, "shop")
        everywhere = dict.fromkeys(names, (namespace,))
        local_only = f"{host}.shop.local-only"
        common = {
            "hosts": [host],
            "addresses": addresses[host],
            "exportTo": shop,
            "location": "MESH_INTERNAL",
            "ports": ports,
            "resolution": "STATIC",
            "subjectAltNames": identities,
        }
        home = Effect(describes=(host,), home_of=(host,), selects=labels)
        spec = {**common, "workloadSelector": selector}
        yield Declaration(everywhere, API, "ServiceEntry", f"vd-{stem}-shop", spec, lineage, effect=home)
        spec = {
            "hosts": [local_only],
            "exportTo": gateways,
            "location": "MESH_INTERNAL",
            "ports": ports,
            "resolution": "STATIC",
            "workloadSelector": selector,
        }
        effect = Effect(describes=(local_only,), home_of=(host,), selects=labels)
        yield Declaration(everywhere, API, "ServiceEntry", f"vd-{stem}-local-only-shop", spec, lineage, effect=effect)
        settings = [
            {
                "port": {"number": port},
                **POLICIES,
                "tls": {
                    "mode": "ISTIO_MUTUAL",
                    "sni": f"outbound_.{port}_._.{local_only}",
                    "subjectAltNames": identities,
                },
            }
            for port in (80, 9090)
        ]
        rule = {"host": host, "exportTo": shop, "trafficPolicy": {"portLevelSettings": settings}}
        effect = Effect(describes=(host,))
        name = f"{stem}-virtual-destination-shop"
        yield Declaration(everywhere, API, "DestinationRule", name, rule, lineage, effect=effect)
        endpoints = [_endpoint(index, name, pods, to_gateway) for index, name in enumerate(names)]
        effect = Effect(Role.LEADS, (host,))
        for index, name in enumerate(names):
            spec = {**common, "endpoints": [endpoints[other] for other in leads[index]]}
            places = {name: (namespace,)}
            yield Declaration(places, API, "ServiceEntry", f"vd-{stem}-shop-remote", spec, lineage, effect=effect)


def _services(
    names: list[str], count: int, placement: str, addresses: Mapping[str, list[str]]
) -> Iterator[Declaration]:
    shop, visible = list(SHOP), ["gateways", *SHOP]
    shared = placement == "shared"
    exported, copies = (shop, (SHOP[0],)) if shared else (["."], SHOP)
    elsewhere = {name: {other: copies for other in names if other != name} for name in names}
    at_home = [
        {"name": "http-8080", "number": 8080, "protocol": "HTTP", "targetPort": 8080},
        {"name": "grpc-9090", "number": 9090, "protocol": "GRPC", "targetPort": 9090},
    ]
    away = [{key: value for key, value in port.items() if key != "targetPort"} for port in at_home]
    to_gateway = {"http-8080": 15443, "grpc-9090": 15443}
    for index, name in enumerate(names):
        for number in range(count):
            service, namespace = f"service-{number:04}", SHOP[number % NAMESPACES]
            host, labels = f"{service}.{namespace}.svc.{name}.global", {"app": service}
            lineage = Lineage(Ref("Service", service, namespace, name), *CORE, "shop")
            stem = f"vd-{service}-{namespace}-svc-{name}-global-shop"
            spec: dict[str, Any] = {
                "hosts": [host],
                "addresses": addresses[host],
                "exportTo": visible,
                "location": "MESH_INTERNAL",
                "ports": at_home,
                "resolution": "STATIC",
                "workloadSelector": {"labels": labels},
            }
            effect = Effect(describes=(host,), home_of=(host,), selects=labels)
            yield Declaration({name: (namespace,)}, API, "ServiceEntry", stem, spec, lineage, effect=effect)
            spec = {
                "addresses": addresses[host],
                "endpoints": [_endpoint(index, name, {**labels, **TLS_MODE}, to_gateway)],
                "exportTo": exported,
                "hosts": [host],
                "location": "MESH_INTERNAL",
                "ports": away,
                "resolution": "STATIC",
                "subjectAltNames": [f"spiffe://{name}/ns/{namespace}/sa/{service}"],
            }
            effect = Effect(Role.LEADS, (host,), private=not shared)
            yield Declaration(elsewhere[name], API, "ServiceEntry", stem, spec, lineage, effect=effect)
