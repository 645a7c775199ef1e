"""By which host is something called: the one answer for routes, policies, trimming and servers of filters.

A Service has its own name in the DNS of its cluster, and one federated host or several everywhere. A group and an
ExternalService have their hosts everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.hosts.hostname import first_callable
from fedlib.federation.model.destination import Destination, FederatedService


def own_hosts(destination: Destination, cluster: str) -> tuple[str, ...]:
    """The hosts that proxies of a cluster know without federation: none for a Service of another cluster."""
    decision = destination.decision
    if not isinstance(decision, Service):
        return decision.hosts
    return (destination.own_host,) if decision.cluster == cluster else ()


def called_host(destination: Destination, federated: FederatedService | None, cluster: str) -> str:
    """The host that requests of a cluster name; empty where there is none.

    Args:
        destination: what is called.
        federated: the federated host of a Service for the caller's workspace, if it has one.
        cluster: where the caller is.
    """
    own = first_callable(own_hosts(destination, cluster))
    if own or not isinstance(destination.decision, Service):
        return own
    return federated.host if federated is not None and federated.gateways else ""


@dataclass(frozen=True, slots=True)
class CalledHosts:
    """Knows the federated hosts of each Service by (Service, consuming workspace), the owner's own first.

    `remote` has what is called in other clusters by (host, consuming workspace).
    """

    federated: Mapping[tuple[Ref, str], tuple[FederatedService, ...]]
    remote: Mapping[tuple[str, str], FederatedService]

    def of_service(self, service: Ref, workspace: str) -> FederatedService | None:
        """The federated host of a Service for a workspace."""
        return next(iter(self.federated.get((service, workspace), ())), None)

    def every(self, destination: Destination, workspace: str, cluster: str) -> Iterator[str]:
        """All hosts under which the proxies of a workspace can call a destination from a cluster."""
        yield from own_hosts(destination, cluster)
        for one in self.federated.get((destination.ref, workspace), ()):
            if one.service.cluster == cluster or one.gateways:
                yield one.host

    def named(self, host: str, workspace: str) -> FederatedService | None:
        """What a workspace calls in other clusters by a federated host."""
        return self.remote.get((host, workspace))


def index_called(services: Iterable[FederatedService]) -> CalledHosts:
    """Index the federated hosts."""
    found: dict[tuple[Ref, str], list[FederatedService]] = {}
    remote: dict[tuple[str, str], FederatedService] = {}
    for service in sorted(services, key=lambda one: (one.workspace not in one.consumers, one.host)):
        for way in service.ways:
            # of two importers that federate it, one may find no gateway
            seen = service if way.gateways or not service.gateways else replace(service, gateways=())
            for consumer in way.consumers:
                found.setdefault((service.service.ref, consumer), []).append(seen)
                if way.gateways:
                    remote.setdefault((service.host, consumer), seen)
    return CalledHosts({key: tuple(listed) for key, listed in found.items()}, remote)
