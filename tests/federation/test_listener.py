"""Which RouteTables and ExternalServices the listeners of a VirtualGateway let in."""

from __future__ import annotations

from typing import Any

import pytest

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.virtual_gateway import Listener, VirtualGatewaySpec
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.model.gateway import GatewayListener, VirtualGateway

TABLE = Resource(
    Ref("RouteTable", "web", "shop-config", "eu"),
    RouteTableSpec.model_validate({"hosts": ["a.example.com"], "http": [{"directResponse": {"status": 200}}]}),
    {"team": "shop"},
)


def gateway(*listeners: dict[str, Any]) -> VirtualGateway:
    """The gateway `north-south` of workspace `edge`, whose pods listen on 8080, 8081 and so on."""
    specs = tuple(
        Listener.model_validate({"http": {}, "port": {"number": 80 + index}, **listener})
        for index, listener in enumerate(listeners)
    )
    return VirtualGateway(
        Resource(Ref("VirtualGateway", "north-south", "istio-gateways", "eu"), VirtualGatewaySpec(listeners=specs)),
        "edge",
        Service("eu", "istio-gateways", "istio-ingressgateway"),
        "north-south",
        tuple(GatewayListener(index, spec, 80 + index, 8080 + index) for index, spec in enumerate(specs)),
    )


@pytest.mark.parametrize(
    ("allowed", "host", "let_in"),
    [
        ([], "a.example.com", True),
        ([{"host": "*"}], "a.example.com", True),
        ([{"host": "*.example.com"}], "a.example.com", True),
        ([{"host": "*.example.com"}], "A.Example.com", True),
        ([{"host": "*.example.com"}], "*.b.example.com", True),
        ([{"host": "*.example.com"}], "*", True),
        ([{"host": "*.example.com"}], "example.com", False),
        ([{"host": "a.example.com"}], "b.example.com", False),
        ([{"host": "shop-config/*"}], "a.example.com", True),
        ([{"host": "*/*"}], "a.example.com", True),
        ([{"host": "./*"}], "a.example.com", False),
        ([{"host": "other/*"}], "a.example.com", False),
        ([{"host": "*", "selector": {}}], "a.example.com", False),
        ([{"host": "*", "selector": {"workspace": "shop"}}], "a.example.com", True),
        ([{"host": "*", "selector": {"workspace": "edge"}}], "a.example.com", False),
        ([{"host": "*", "selector": {"labels": {"team": "shop"}}}], "a.example.com", True),
        ([{"host": "*", "selector": {"labels": {"team": "x"}}}], "a.example.com", False),
        ([{"host": "b.example.com"}, {"host": "a.example.com"}], "a.example.com", True),
    ],
)
def test_allowed_route_tables(allowed: list[dict[str, Any]], host: str, *, let_in: bool) -> None:
    """A table of workspace `shop` at a gateway of workspace `edge`."""
    assert bool(gateway({"allowedRouteTables": allowed}).allows(TABLE, "shop", host)) is let_in


def test_an_empty_selector_admits_the_own_workspace() -> None:
    """And nobody else, as the API says."""
    assert gateway({"allowedRouteTables": [{"host": "*", "selector": {}}]}).allows(TABLE, "edge", "a.example.com")


def test_routes_are_limited_to_the_ports_that_let_them_in() -> None:
    """Istio would serve them on every port that has the host."""
    one = gateway({"allowedRouteTables": [{"host": "*", "selector": {"workspace": "edge"}}]}, {})
    assert one.restricts(TABLE, "shop", ["a.example.com"]) == (8081,)
    assert gateway({}, {}).restricts(TABLE, "shop", ["a.example.com"]) == ()
    other = gateway({"allowedRouteTables": [{"host": "b.example.com"}]}, {})
    assert other.restricts(TABLE, "shop", ["a.example.com"]) == ()


def test_exposed_external_services() -> None:
    """A listener leads to all ExternalServices, or to those that it names."""
    spec = ExternalServiceSpec.model_validate({"hosts": ["httpbin.org"], "ports": [{"number": 80, "protocol": "HTTP"}]})
    external = Resource(Ref("ExternalService", "httpbin", "shop-config", "eu"), spec)
    assert gateway({}).exposes(external, "shop", "httpbin.org")
    named = gateway({"exposedExternalServices": [{"host": "httpbin.org"}]})
    assert named.exposes(external, "shop", "httpbin.org")
    assert not named.exposes(external, "shop", "example.org")
    elsewhere = gateway({"exposedExternalServices": [{"host": "*", "selector": {"workspace": "edge"}}]})
    assert not elsewhere.exposes(external, "shop", "httpbin.org")
