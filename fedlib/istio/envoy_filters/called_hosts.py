"""Hosts of destinations that have policies, as the proxies of a cluster call them."""

from __future__ import annotations

from fedlib.discovery.inventory import Service
from fedlib.federation.hosts.hostname import local_host
from fedlib.federation.model.destination import Destination
from fedlib.snapshot.model import Snapshot


def called_hosts(destination: Destination, cluster: str, snapshot: Snapshot) -> tuple[str, ...]:
    """The hosts of a destination: none for a Service of another cluster, whose federated host takes no policy."""
    decision = destination.decision
    if not isinstance(decision, Service):
        return decision.hosts
    return (local_host(decision, snapshot.clusters),) if decision.cluster == cluster else ()
