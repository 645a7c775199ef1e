"""Destinations of routes as the proxies of a cluster call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fedlib.discovery.inventory import Service
from fedlib.federation.hosts.hostname import first_callable, local_host
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.federation.model.route import RouteDestination
from fedlib.istio.subset import subset_name
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Target:
    """An Istio destination with its weight in percent, and the policies for it alone."""

    destination: Mapping[str, Any]
    weight: int
    policies: PoliciesByKind

    def entry(self, *, weighted: bool) -> dict[str, Any]:
        """An entry of a route; the weight is left out where there is one destination."""
        return {"destination": self.destination, **({"weight": self.weight} if weighted else {})}


def targets(destinations: Sequence[RouteDestination], cluster: str, snapshot: Snapshot) -> tuple[Target, ...]:
    """All destinations; none where one of them has no host that the cluster can call."""
    found = []
    for one in destinations:
        host = called_host(one, cluster, snapshot)
        if not host:
            return ()
        destination: dict[str, Any] = {"host": host, "port": {"number": one.port}}
        if one.subset:
            destination["subset"] = subset_name(one.subset)
        found.append(Target(destination, one.weight, one.policies))
    return tuple(found)


def called_host(destination: RouteDestination, cluster: str, snapshot: Snapshot) -> str:
    """The host to call from a cluster; empty where there is none.

    A Service is called by its own name at home and by its federated host elsewhere; anything else by its first host.
    """
    decision = destination.destination.decision
    if not isinstance(decision, Service):
        return first_callable(decision.hosts)
    if decision.cluster == cluster:
        return local_host(decision, snapshot.clusters)
    federated = destination.federated
    return federated.host if federated is not None and federated.gateways else ""
