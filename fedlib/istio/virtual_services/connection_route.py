"""TCP and TLS routes of VirtualServices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedlib.config.selectors import TLSRequestMatcher
from fedlib.federation.model.route import ConnectionRoute
from fedlib.istio.virtual_services.caller import Caller, matches_of
from fedlib.istio.virtual_services.route_destination import targets


def connection_route(route: ConnectionRoute, cluster: str, callers: Sequence[Caller]) -> dict[str, Any] | None:
    """A route as callers in a cluster use it; None where they have no host to call, or no port of the route."""
    found = targets(route.destinations, cluster)
    matches: list[dict[str, Any]] = []
    for matcher in route.matchers or (None,):
        names = {"sniHosts": list(matcher.sni_hosts)} if isinstance(matcher, TLSRequestMatcher) else {}
        matches += matches_of(callers, names, matcher.port if matcher else None)
    if not found or not matches:
        return None
    translated: dict[str, Any] = {"route": [target.entry(weighted=len(found) > 1) for target in found]}
    return {"match": matches, **translated} if any(matches) else translated
