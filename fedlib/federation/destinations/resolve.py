"""Destinations of routes: references to Services, VirtualDestinations and ExternalServices, checked and resolved.

Source: `DestinationReference` of Gloo's common API; the rules for weights are in the docs of `forwardTo`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.config.selectors import DestinationKind, DestinationReference
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.diagnostics.suggestion import Suggestion, suggest
from fedlib.diagnostics.text import ports_text
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.destinations.unfederated import Unfederated, report_unfederated
from fedlib.federation.hosts.called import CalledHosts
from fedlib.federation.hosts.hostname import first_callable
from fedlib.federation.model.destination import Destination, DestinationPort, FederatedService, Protocol
from fedlib.federation.model.route import RouteDestination
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot

Path = tuple[Step, ...]

KINDS: Final[Mapping[DestinationKind, str]] = {
    DestinationKind.SERVICE: "Service",
    DestinationKind.VIRTUAL_DESTINATION: "VirtualDestination",
    DestinationKind.EXTERNAL_SERVICE: "ExternalService",
}
"""The kinds of the objects that references of each kind mean."""


@dataclass(slots=True)
class DestinationResolver:
    """Resolves the destinations of one route after the other; what cannot be is reported."""

    snapshot: Snapshot
    called: CalledHosts
    destinations: DestinationIndex
    report: Report
    _written: frozenset[Ref] = frozenset()
    _known: dict[tuple[DestinationKind, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _names: dict[tuple[DestinationKind, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Clusters by kind, name and namespace, and names by kind, namespace and cluster, for what is unknown."""

    def __post_init__(self) -> None:
        """Remember what is written, though it may not have been decided."""
        if self._written:
            return
        written = (*self.snapshot.of(VirtualDestinationSpec), *self.snapshot.of(ExternalServiceSpec))
        self._written = frozenset(one.resource.ref for one in written)

    def reporting_to(self, report: Report) -> DestinationResolver:
        """The same, with another report."""
        return self if report is self.report else replace(self, report=report)

    def resolve(
        self,
        table: Resource[Model],
        workspace: str | None,
        route: str,
        path: Path,
        destinations: Sequence[tuple[Path, DestinationReference]],
        protocols: frozenset[Protocol] | None = HTTP_PROTOCOLS,
        clusters: Collection[str] | None = None,
    ) -> tuple[RouteDestination, ...] | None:
        """Resolve all destinations of a route for one workspace; None if the route must answer 500.

        Args:
            table: the RouteTable.
            workspace: the workspace whose sidecars use it; None looks at what holds for every workspace only.
            route: the route's name, for findings.
            path: where the route stands in the spec.
            destinations: the references, each with its path in the spec.
            protocols: what their ports may speak; None for anything.
            clusters: where the route is used; None for all clusters of the workspace.
        """
        if not destinations:
            self.report.add(
                catalogue.MISSING_FIELD, table.ref, table.at(*path, "forwardTo"),
                field=f"{table.at(*path).path}.forwardTo.destinations, or spec.defaultDestination",
            )  # fmt: skip
            return None
        weights = self._weights(table, route, path, [reference for _, reference in destinations])
        used = clusters or ()
        if clusters is None and workspace is not None:
            used = self.snapshot.workspaces[workspace].namespaces
        resolved = [
            self._resolve_one(table, workspace, route, where, reference, used) for where, reference in destinations
        ]
        for one, (where, _) in zip(resolved, destinations, strict=True):
            spoken = (None, *(protocols or ()))
            if one is not None and protocols and one[1].protocol not in spoken and not one[1].originates_tls:
                self._report_protocol(table, route, where, one[0], one[1], protocols)
        if weights is None or any(one is None for one in resolved):
            return None
        return tuple(
            RouteDestination(one[0], one[1].number, weight, one[2], reference.subset or {})
            for one, weight, (_, reference) in zip(resolved, weights, destinations, strict=True)
            if one is not None
        )

    def _resolve_one(
        self,
        table: Resource[Model],
        workspace: str | None,
        route: str,
        path: Path,
        reference: DestinationReference,
        clusters: Collection[str],
    ) -> tuple[Destination, DestinationPort, FederatedService | None] | None:
        found = self._find(table, workspace, route, path, reference)
        if found is None or not self._is_usable(table, workspace, route, path, found):
            return None
        port = self._port(table, route, path, reference, found)
        if port is None:
            return None
        if isinstance(found.decision, Service):
            federated = None if workspace is None else self._federated_service(workspace, found, port)
            if federated is None:
                location, used = table.at(*path), frozenset(clusters)
                one = Unfederated(table.ref, location, route, found, port, workspace, used)
                report_unfederated(one, self.snapshot, self.report)
            return found, port, federated
        return (found, port, None) if self._can_be_called(table, route, path, reference, found) else None

    def _federated_service(
        self, workspace: str, service: Destination, port: DestinationPort
    ) -> FederatedService | None:
        """The federated host of a Service's port for a workspace, which other clusters than its own need."""
        federated = self.called.of_service(service.ref, workspace)
        return federated if federated is not None and federated.exposes(port.number, workspace) else None

    def _can_be_called(
        self, table: Resource[Model], route: str, path: Path, reference: DestinationReference, found: Destination
    ) -> bool:
        """Whether a group or an ExternalService has a host that a route can name, and the subset, if any."""
        problem = (
            ""
            if isinstance(found.decision, Service) or first_callable(found.decision.hosts)
            else "it has no host but wildcards, and a route needs one that it can call"
        )
        if reference.subset and found.kind is DestinationKind.EXTERNAL_SERVICE:
            problem = "a subset is made of pods, and an ExternalService has none"
        if problem:
            self.report.add(
                catalogue.ROUTE_DESTINATION_UNFIT, table.ref, table.at(*path),
                route=route, destination=found.ref, problem=problem,
            )  # fmt: skip
        return not problem

    def _find(
        self, table: Resource[Model], workspace: str | None, route: str, path: Path, reference: DestinationReference
    ) -> Destination | None:
        if reference.ref is None:
            where = table.at(*path)
            self.report.add(catalogue.MISSING_FIELD, table.ref, where, field=f"{where.path}.ref")
            return None
        name = reference.ref.name
        namespace = reference.ref.namespace or table.ref.namespace
        cluster = reference.ref.cluster or table.ref.cluster
        kind = KINDS[reference.kind]
        wanted = Ref(kind, name, namespace, cluster)
        found = self.destinations.find(reference.kind, wanted, workspace or "")
        if found is None and wanted in self._written:
            if not self._knows(table.ref, wanted):
                self.report.add(
                    catalogue.ROUTE_DESTINATION_UNFIT, table.ref, table.at(*path, "ref"),
                    route=route, destination=wanted,
                    problem="it has no host or was not accepted; its own findings say why",
                )  # fmt: skip
        elif found is None:
            self.report.add(
                catalogue.ROUTE_DESTINATION_UNKNOWN, table.ref, table.at(*path, "ref"),
                route=route, kind=kind, namespace=namespace, name=name, cluster=cluster,
                suggestion=self._elsewhere(reference.kind, name, namespace, cluster),
            )  # fmt: skip
        return found

    def _knows(self, table: Ref, destination: Ref) -> bool:
        """Whether the owner of a table has an error about a destination already."""
        owner_of = self.report.owner_of
        return self.report.refuses(destination) and owner_of(table) == owner_of(destination)

    def _elsewhere(self, kind: DestinationKind, name: str, namespace: str, cluster: str) -> str | Suggestion:
        """Where an object of this name is, or which name comes near."""
        if not self._known:
            for known, ref in self.destinations.by_ref:
                self._known[known, ref.name, ref.namespace].add(ref.cluster)
                self._names[known, ref.namespace, ref.cluster].add(ref.name)
        same = self._known.get((kind, name, namespace))
        if same:
            return f"; it exists in {', '.join(sorted(same))}: set ref.cluster, or `cluster` in federation:files"
        return suggest(name, self._names.get((kind, namespace, cluster), ()))

    def _is_usable(
        self, table: Resource[Model], workspace: str | None, route: str, path: Path, found: Destination
    ) -> bool:
        """Whether a destination is visible; without a user, to the table's owner, who is told nothing of others'."""
        if workspace is None:
            return self.report.owner_of(table.ref) in found.consumers
        return self._visible(table, workspace, route, path, found)

    def _visible(self, table: Resource[Model], workspace: str, route: str, path: Path, service: Destination) -> bool:
        owner = service.workspace
        visible = workspace in service.consumers
        if not visible:
            advice = f"export it from '{owner}' and import it into '{workspace}' (kind {service.kind} or ALL)"
            self.report.add(
                catalogue.ROUTE_DESTINATION_INVISIBLE, table.ref, table.at(*path, "ref"),
                route=route, destination=service.ref, workspace=workspace,
                whose=f"of workspace '{owner}'" if owner else "in a namespace of no workspace",
                advice=advice if owner else "add its namespace to a workspace that exports it",
            )  # fmt: skip
        return visible

    def _port(
        self, table: Resource[Model], route: str, path: Path, reference: DestinationReference, service: Destination
    ) -> DestinationPort | None:
        wanted = reference.port
        tcp = service.ports
        matching = tcp if wanted is None else service.matching(wanted)
        if len(matching) != 1:
            problem = f"no TCP port {wanted}" if wanted else f"{len(tcp)} TCP ports, and the route names none"
            shown = ports_text((port.number, port.name) for port in tcp) or "none"
            self.report.add(
                catalogue.ROUTE_PORT_UNKNOWN, table.ref, table.at(*path, "port"),
                route=route, destination=service.ref, problem=problem, ports=shown,
            )  # fmt: skip
            return None
        return matching[0]

    def _report_protocol(
        self,
        table: Resource[Model],
        route: str,
        path: Path,
        found: Destination,
        port: DestinationPort,
        protocols: frozenset[Protocol],
    ) -> None:
        kind, advice = "HTTP", "name the port `http...` or `grpc...`, or set its appProtocol, if it speaks HTTP"
        if found.kind is DestinationKind.EXTERNAL_SERVICE:
            advice = "originate TLS with clientsideTls of the port, or use one that speaks HTTP"
        if protocols is not HTTP_PROTOCOLS:
            kind, advice = "TLS", "name the port `tls...` or `https...`, or set its appProtocol, if it speaks TLS"
        self.report.add(
            catalogue.ROUTE_PROTOCOL, table.ref, table.at(*path, "port"),
            route=route, destination=found.ref, port=port.number, protocol=port.protocol, kind=kind, advice=advice,
        )  # fmt: skip

    def _weights(
        self, table: Resource[Model], route: str, path: Path, references: Sequence[DestinationReference]
    ) -> list[int] | None:
        """Percentages: entries without a weight share what the others leave, at least 1 each."""
        given = [reference.weight for reference in references if reference.weight is not None]
        open_ = len(references) - len(given)
        if len(references) == 1:
            return [100]
        rest = 100 - sum(given)
        if rest < 0:
            problem = f"the weights add up to {sum(given)}, which is more than 100"
        elif rest and not open_:
            problem = f"the weights add up to {sum(given)}, which is less than 100"
        elif rest < open_:
            problem = f"the weights add up to {sum(given)}, which leaves {rest} for those without one ({open_})"
        else:
            shares = iter(rest // open_ + (1 if i < rest % open_ else 0) for i in range(open_)) if open_ else iter(())
            return [reference.weight if reference.weight is not None else next(shares) for reference in references]
        self.report.add(catalogue.ROUTE_WEIGHTS, table.ref, table.at(*path, "forwardTo"), route=route, problem=problem)
        return None
