"""Services that a route names and that some of its clusters cannot call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.asked_for import is_asked_for
from fedlib.federation.model.destination import Destination, DestinationPort
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Unfederated:
    """A Service without a federated host for a route.

    Attributes:
        table: the RouteTable.
        location: where it names the Service.
        route: the route's name.
        service: the Service.
        port: the port that is called.
        workspace: the workspace that uses the route; None: not known.
        clusters: where the route is used.
    """

    table: Ref
    location: Location
    route: str
    service: Destination
    port: DestinationPort
    workspace: str | None
    clusters: frozenset[str]

    @property
    def without(self) -> tuple[str, ...]:
        """The clusters that cannot call it."""
        return tuple(sorted(self.clusters - {self.service.ref.cluster}))


def report_unfederated(one: Unfederated, snapshot: Snapshot, report: Report) -> None:
    """Report it: an error where nobody can use the route, else a warning of the clusters that cannot."""
    service = one.service.decision
    if not one.without or not isinstance(service, Service):
        return
    asking = {one.service.workspace, one.workspace or ""}
    asked_for = is_asked_for(service, one.service.workspace, one.port, asking, snapshot)
    owner_of, refused = report.owner_of, report.refuses(one.service.ref)
    if asked_for and refused and owner_of(one.table) == owner_of(one.service.ref):  # who has the reason already
        return
    advice = (
        f"it is to be federated: the findings of the Service, or of the gateways of cluster '{service.cluster}', say "
        "why it is not"
        if asked_for
        else f"enable options.federation in workspace '{one.service.workspace}' with a serviceSelector and ports that "
        "include it"
    )
    everywhere = service.cluster not in one.clusters
    report.add(
        catalogue.ROUTE_NEEDS_FEDERATION if everywhere else catalogue.ROUTE_NOT_FROM_CLUSTER,
        one.table, one.location,
        route=one.route, destination=one.service.ref, port=one.port.number, clusters=_shown(one.without, " and "),
        advice=advice if everywhere else f"to call it from there, {advice}{_moved(service, one.without, snapshot)}",
    )  # fmt: skip


def _moved(service: Service, clusters: Iterable[str], snapshot: Snapshot) -> str:
    """What federating a Service would do to clusters that have one of the same name."""
    own = [name for name in clusters if service.ref._replace(cluster=name) in snapshot.services]
    if not own:
        return ""
    return (
        f"; {_shown(own, ' and ')} would then send requests of this route to '{service.cluster}', and none to pods of "
        f"its own {service.namespace}/{service.name}: leave it if they are to go there"
    )


def _shown(clusters: Iterable[str], word: str) -> str:
    return word.join(f"'{name}'" for name in clusters)
