"""MirrorPolicy as the field `mirrors` of an HTTP route."""

from __future__ import annotations

from typing import Any

from fedlib.config.policies.traffic_control import MirrorPolicySpec
from fedlib.federation.model.route import Route
from fedlib.istio.virtual_services.route_destination import targets
from fedlib.istio.virtual_services.route_policies import percentage


def mirrors(route: Route, cluster: str) -> dict[str, Any]:
    """The field; empty where the route has no mirror, or the cluster no host to call for it."""
    policy = route.policies.get(MirrorPolicySpec)
    if policy is None or route.mirror is None:
        return {}
    share = percentage(policy.spec.config.percentage)
    entries = [{"destination": target.destination, "percentage": share} for target in targets([route.mirror], cluster)]
    return {"mirrors": entries} if entries else {}
