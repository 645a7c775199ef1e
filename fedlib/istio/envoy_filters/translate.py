"""All EnvoyFilters."""

from __future__ import annotations

from collections.abc import Iterator

from fedlib.declarations.declaration import Declaration
from fedlib.federation.decisions import Decisions
from fedlib.istio.envoy_filters.health_check import translate_health_checks
from fedlib.istio.envoy_filters.listener import translate_listener_policies
from fedlib.istio.envoy_filters.load_balancer import translate_load_balancers
from fedlib.istio.envoy_filters.route_filters import translate_route_filters
from fedlib.istio.envoy_filters.service_filters import translate_service_filters


def translate_envoy_filters(decisions: Decisions) -> Iterator[Declaration]:
    """The EnvoyFilters of all policies that Istio has no field for."""
    yield from translate_route_filters(decisions)
    yield from translate_service_filters(decisions)
    yield from translate_health_checks(decisions)
    yield from translate_listener_policies(decisions)
    yield from translate_load_balancers(decisions)
