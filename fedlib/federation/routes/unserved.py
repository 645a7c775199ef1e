"""Clusters where a RouteTable is left out, and those whose own pods it passes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.hosts.called import called_host
from fedlib.federation.model.destination import Destination, Group
from fedlib.federation.model.route import ConnectionRoute, Route, RouteDestination
from fedlib.federation.routes.tables import Table
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class SidecarRoutes:
    """The routes of a table for the sidecars of one workspace, in the clusters where it has namespaces."""

    table: Table
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    connections: tuple[ConnectionRoute, ...]
    clusters: frozenset[str]

    def unserved(self) -> frozenset[str]:
        """The clusters where no route leads anywhere: without the table, Kubernetes' own routing stays there.

        Where a route leads somewhere the others answer 500, and so do all where none does in any cluster, which is an
        error that says so.
        """
        if any(route.action is not None and not route.destinations for route in self.routes):
            return frozenset()  # redirects and direct responses work everywhere
        called = tuple(self._called())
        unserved = frozenset(
            cluster
            for cluster in self.clusters
            if not any(called_host(one.destination, one.federated, cluster) for one in called)
        )
        return unserved if unserved < self.clusters else frozenset()

    def report_bypassed(self, snapshot: Snapshot, report: Report) -> None:
        """Report clusters whose requests for a Service of their own go to the Service of that name elsewhere."""
        served = self.clusters - self.unserved()
        for host in self.hosts:
            for own in _named(host, snapshot):
                others = self._others(own) if own.cluster in served and own.selector else ()
                if others:
                    report.add(
                        catalogue.OWN_SERVICE_BYPASSED, self.table.ref, self.table.resource.at("hosts"),
                        host=host, cluster=own.cluster, service=own.ref,
                        others=" and ".join(f"'{name}'" for name in others),
                    )  # fmt: skip

    def _others(self, own: Service) -> tuple[str, ...]:
        """The clusters where routes lead to a Service of the same name; none where they lead to the own one too."""
        called = [one.destination for one in self._called()]
        if any(_answers(own, one) for one in called):
            return ()
        return tuple(sorted({one.ref.cluster for one in called if one.ref._replace(cluster=own.cluster) == own.ref}))

    def _called(self) -> Iterator[RouteDestination]:
        for route in self.routes:
            yield from route.destinations
        for connection in self.connections:
            yield from connection.destinations


def _answers(service: Service, called: Destination) -> bool:
    """Whether requests for a destination may go to the pods of a Service."""
    decision = called.decision
    if isinstance(decision, Group):
        backing = decision.backings.get(service.cluster)
        return backing is not None and backing.service.ref == service.ref
    return called.ref == service.ref


def _named(host: str, snapshot: Snapshot) -> Iterator[Service]:
    """The Services whose own name a host is, `<name>.<namespace>[.svc.<domain>]`, of all clusters."""
    for cluster in snapshot.clusters.values():
        name, dot, namespace = host.removesuffix(f".svc.{cluster.cluster_domain}").partition(".")
        service = snapshot.services.get(Ref("Service", name, namespace, cluster.name)) if dot else None
        if service is not None:
            yield service
