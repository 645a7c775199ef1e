"""MirrorPolicy as the field `mirrors` of an HTTP route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedlib.config.policies.traffic_control import MirrorPolicySpec
from fedlib.federation.model.policy import Policy
from fedlib.federation.model.route import RouteDestination
from fedlib.istio.virtual_services.route_destination import targets
from fedlib.istio.virtual_services.route_policies import percentage, policy_spec
from fedlib.snapshot.model import Snapshot


def mirrors(
    mirror: RouteDestination, policies: Mapping[str, Policy], cluster: str, snapshot: Snapshot
) -> dict[str, Any]:
    """The field; empty where the cluster has no host to call for the mirror."""
    config = policy_spec(policies["MirrorPolicy"], MirrorPolicySpec).config
    entries = [
        {"destination": target.destination, "percentage": percentage(config.percentage)}
        for target in targets([mirror], cluster, snapshot)
    ]
    return {"mirrors": entries} if entries else {}
