"""Destinations of routes as the proxies of a cluster call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fedlib.federation.hosts.called import called_host
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.federation.model.route import RouteDestination
from fedlib.istio.subset import subset_name


@dataclass(frozen=True, slots=True)
class Target:
    """An Istio destination with its weight in percent, and the policies for it alone."""

    destination: Mapping[str, Any]
    weight: int
    policies: PoliciesByKind

    def entry(self, *, weighted: bool) -> dict[str, Any]:
        """An entry of a route; the weight is left out where there is one destination."""
        return {"destination": self.destination, **({"weight": self.weight} if weighted else {})}


def targets(destinations: Sequence[RouteDestination], cluster: str) -> tuple[Target, ...]:
    """All destinations; none where one of them has no host that the cluster can call."""
    found = []
    for one in destinations:
        host = called_host(one.destination, one.federated, cluster)
        if not host:
            return ()
        destination: dict[str, Any] = {"host": host, "port": {"number": one.port}}
        if one.subset:
            destination["subset"] = subset_name(one.subset)
        found.append(Target(destination, one.weight, one.policies))
    return tuple(found)
