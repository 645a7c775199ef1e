"""Random ExternalServices, ExternalEndpoints and the VirtualGateways that lead out to them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

from hypothesis import strategies as st

from fedlib.discovery.inventory import Service, ServicePort
from tests.property.clusters import NAMESPACES
from tests.property.groups import Place
from tests.property.routes import worlds
from tests.property.stacks import LABELS, Plain
from tests.property.world import World

NETWORKING: Final = "networking.gloo.solo.io/v2"
HOSTS: Final = ("api.example.com", "*.example.com", "db.example.org", "api-example.com")
ADDRESSES: Final = ("192.0.2.1", "192.0.2.0/24", "2001:db8::1")
SELECTORS: Final[tuple[Plain, ...]] = ({}, {}, {"app": "api"}, {"app": "nothing"})
TLS: Final[tuple[Plain | None, ...]] = (None, None, {}, {"mode": "DISABLE"}, {"sni": "x.example.com"})
ENDPOINTS: Final[tuple[Plain, ...]] = (
    {"address": "198.51.100.1"},
    {"address": "198.51.100.2", "ports": [{"name": "http", "number": 8080}, {"name": "https", "number": 443}]},
    {"address": "backend.example.net", "locality": {"region": "west"}},
    {"address": "2001:db8::2"},
    {"address": "unix:///var/run/partner.sock"},
)
EXPOSED: Final[tuple[Plain, ...]] = ({}, {}, {"exposedExternalServices": [{"host": "*.example.com"}]})
LISTENERS: Final[tuple[Plain, ...]] = (
    {"http": {}, "port": {"number": 80}},
    {"http": {}, "port": {"number": 443}, "tls": {"mode": "ISTIO_MUTUAL"}},
    {"tcp": {}, "port": {"number": 443}, "tls": {"mode": "PASSTHROUGH"}},
)


def _resource(dice: Random, kind: str, name: str, places: list[Place], spec: Plain) -> Plain:
    cluster, namespace = dice.choice(places)
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": dice.choice(LABELS),
        "annotations": {"cluster.solo.io/cluster": cluster},
    }
    return {"apiVersion": NETWORKING, "kind": kind, "metadata": metadata, "spec": spec}


def _port(dice: Random, number: int, gateways: list[Plain]) -> Plain:
    protocol = dice.choice(("HTTP", "HTTPS", "TCP", "grpc"))
    port: Plain = {"number": number, "protocol": protocol}
    tls = dice.choice(TLS)
    if tls is not None:
        port["clientsideTls"] = tls
    if gateways and protocol in ("HTTP", "HTTPS"):
        refs = [
            {**{key: one["metadata"][key] for key in ("name", "namespace")}, "cluster": _home(one)}
            for one in dice.sample(gateways, 1)
        ]
        port["egressGatewayRoutes"] = {"portMatch": number + dice.choice((0, 1000)), "virtualGatewayRefs": refs}
    return port


def _home(resource: Plain) -> str:
    home: str = resource["metadata"]["annotations"]["cluster.solo.io/cluster"]
    return home


def _external(dice: Random, index: int, places: list[Place], gateways: list[Plain]) -> Plain:
    spec: Plain = {"selector": dice.choice(SELECTORS)}
    by_host = dice.random() < 0.7
    spec["hosts" if by_host else "addresses"] = dice.sample(HOSTS if by_host else ADDRESSES, dice.randint(1, 2))
    numbers = dice.sample((80, 443, 8080), dice.randint(1, 2))
    spec["ports"] = [_port(dice, number, gateways if by_host else []) for number in numbers]
    return _resource(dice, "ExternalService", f"external-{index}", places, spec)


def _gateway(dice: Random, index: int, places: list[Place]) -> Plain:
    listeners = [{**one, **dice.choice(EXPOSED)} for one in dice.sample(LISTENERS[:2], dice.randint(1, 2))]
    listeners = listeners if dice.random() < 0.8 else [LISTENERS[2]]
    spec = {"workloads": dice.choice((None, [{"selector": {"name": "egress"}}])), "listeners": listeners}
    return _resource(dice, "VirtualGateway", f"gateway-{index}", places, spec)


@st.composite
def worlds_with_externals(draw: st.DrawFn) -> World:
    """Any small world with up to three ExternalServices, endpoints for them, and egress gateways."""
    world = draw(worlds(overlapping=False))
    dice = Random(draw(st.integers(0, 2**64)))
    known = [(place.cluster, place.name) for place in world.namespaces() if place.name in NAMESPACES]
    places = dice.sample(known, min(2, len(known)))
    gateways = [_gateway(dice, index, places) for index in range(draw(st.integers(0, 2)))]
    listed = gateways + [_external(dice, index, places, gateways) for index in range(draw(st.integers(1, 3)))]
    for index in range(dice.randint(0, 3)):
        listed.append(_resource(dice, "ExternalEndpoint", f"endpoint-{index}", places, dice.choice(ENDPOINTS)))
    labels = {"istio": "egressgateway"}
    ports = (ServicePort(80, "http", target_port=8080), ServicePort(443, "https", target_port=8443))
    services = [
        Service(place.cluster, place.name, "egress", labels, selector=labels, ports=ports)
        for place in world.namespaces()
        if dice.random() < 0.8
    ]
    world = replace(world, objects=(*world.objects, *services))
    return world.edited(lambda config: config["resources"].extend(listed))
