"""What stands behind a group: in each cluster at most one Service, with its container ports, identities and gateways.

Source: the fields `services` and `ports` of Gloo's `VirtualDestination`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fedlib.config.gloo import PortSelector
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.text import ports_text
from fedlib.discovery.inventory import Service, ServicePort, Workload
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.gateways.east_west import EastWestGateways
from fedlib.federation.model.destination import Backing, ClientMode, DestinationPort, Protocol
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.federation.workloads.backends import Backends, shows_injection
from fedlib.federation.workloads.protocols import carries, declared_protocol
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource, Snapshot

MAX_CANDIDATES: Final = 50_000
"""Services that the groups of one workspace select, and likewise addresses of ExternalServices for each port."""


@dataclass(frozen=True, slots=True)
class BackingFinder:
    """Finds the backings of one group after the other; what cannot be used is reported."""

    snapshot: Snapshot
    destinations: DestinationIndex
    backends: Backends
    resolver: EastWestGateways
    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_CANDIDATES))

    def find(
        self, owned: OwnedResource[VirtualDestinationSpec], mode: ClientMode
    ) -> tuple[tuple[DestinationPort, ...], dict[str, Backing]]:
        """The ports that every backing has, and the backings by cluster, sorted."""
        chosen = self._choose(owned)
        workloads = {cluster: self.backends.workloads(service) for cluster, service in chosen.items()}
        ports, targets = self._ports(owned, chosen)
        clusters = {cluster for name in owned.consumers for cluster in self.snapshot.workspaces[name].namespaces}
        backings = {}
        for cluster, service in chosen.items():
            identities = self._identities(owned, service, workloads[cluster])
            if not identities or not ports:
                continue
            remote = bool(clusters - {cluster})
            gateways = self.resolver.gateways(owned.workspace, cluster, mode) if remote else ()
            terminating = mode is ClientMode.TLS_TERMINATION
            if gateways and not terminating:
                self._check_sidecar(owned, service, workloads[cluster])
            elif remote and not gateways:
                self.report.add(
                    catalogue.GROUP_UNREACHABLE, owned.resource.ref, owned.resource.at("services"),
                    service=service.ref, cluster=cluster,
                )  # fmt: skip
            accepted = self._gateway_identities(gateways) if terminating else ()
            backings[cluster] = Backing(
                service,
                targets[cluster],
                identities,
                gateways,
                self.backends.versions(service),
                accepted,
                self.backends.pods(service),
            )
        return ports, backings

    def _choose(self, owned: OwnedResource[VirtualDestinationSpec]) -> dict[str, Service]:
        """The Service of each cluster, sorted by cluster: the oldest of those that are selected and have pods.

        The workspace's own come before those that it imports, in the order of its imports.
        """
        found: dict[str, dict[tuple[str, str], Service]] = {}
        resource = owned.resource
        for index, selector in enumerate(owned.spec.services):
            matched = False
            if not self._allowed.left(owned.workspace):
                report_too_many_candidates(owned, "services", "Services", self._allowed, self.report)
                return {}
            for service in self.destinations.services(selector, owned.workspace):
                matched = True
                self._allowed.take(owned.workspace)
                found.setdefault(service.cluster, {})[service.namespace, service.name] = service
            if not matched:
                self.report.add(
                    catalogue.GROUP_SELECTOR_MISS, resource.ref, resource.at("services", index),
                    index=index, workspace=owned.workspace,
                )  # fmt: skip
        chosen = {}
        for cluster, services in sorted(found.items()):
            usable = sorted(
                self._usable(owned, services.values()), key=lambda one: (self._precedence(owned, one), one.age)
            )
            if len(usable) > 1:
                self.report.add(
                    catalogue.GROUP_SEVERAL_SERVICES, resource.ref, resource.at("services"),
                    cluster=cluster, used=usable[0].ref, others=", ".join(str(s.ref) for s in usable[1:6]),
                    related=tuple(s.ref for s in usable[:6]),
                )  # fmt: skip
            if usable:
                chosen[cluster] = usable[0]
        return chosen

    def _precedence(self, owned: OwnedResource[VirtualDestinationSpec], service: Service) -> int:
        owner = self.snapshot.owners[service.cluster, service.namespace]
        return self.snapshot.visibility.precedence(owned.workspace, owner)

    def _usable(self, owned: OwnedResource[VirtualDestinationSpec], services: Iterable[Service]) -> Iterator[Service]:
        for service in services:
            problem = ""
            if service.type == "ExternalName":
                problem = "it is of type ExternalName and has no pods"
            elif not service.selector:
                problem = "it has no selector, so its pods are not known"
            if not problem:
                yield service
            elif (service.namespace, service.name) != ("default", "kubernetes"):  # nobody means the API server
                self.report.add(
                    catalogue.GROUP_SERVICE_UNUSABLE, owned.resource.ref, owned.resource.at("services"),
                    service=service.ref, problem=problem,
                )  # fmt: skip

    def _identities(
        self, owned: OwnedResource[VirtualDestinationSpec], service: Service, workloads: tuple[Workload, ...]
    ) -> tuple[str, ...]:
        identities, report = self.backends.identities(service, workloads), self._told(owned, service)
        if not identities:
            report.add(catalogue.NO_IDENTITY, service.ref, service.at(), related=(owned.resource.ref,))
        elif not workloads:
            fallback = f"clients accept every service account of namespace '{service.namespace}'"
            fallback += f" ({len(identities)} known)"
            report.add(
                catalogue.NO_WORKLOAD, service.ref, service.at("spec", "selector"),
                fallback=fallback, related=(owned.resource.ref,),
            )  # fmt: skip
        if service.cluster_ip == "None":
            report.add(catalogue.HEADLESS, service.ref, service.at("spec", "clusterIP"))
        return identities

    def _told(self, owned: OwnedResource[VirtualDestinationSpec], service: Service) -> Report:
        """Who is told about a Service: its owner where the group is theirs, or else the group's owner."""
        own = self.snapshot.owners.get((service.cluster, service.namespace)) == owned.workspace
        place = owned.resource.ref, partial(owned.resource.at, "services")
        return self.report if own else self.report.told_to(place)

    def _gateway_identities(self, gateways: Iterable[EastWestGateway]) -> tuple[str, ...]:
        """The identities of the gateways' pods: it is they who answer where TLS ends at the gateway."""
        found: set[str] = set()
        for gateway in gateways:
            found.update(self.backends.identities(gateway.service, self.backends.workloads(gateway.service)))
        return tuple(sorted(found))

    def _check_sidecar(
        self, owned: OwnedResource[VirtualDestinationSpec], service: Service, workloads: tuple[Workload, ...]
    ) -> None:
        if not shows_injection(self.snapshot.namespaces.get((service.cluster, service.namespace)), workloads):
            self.report.add(
                catalogue.GROUP_NO_SIDECAR, owned.resource.ref, owned.resource.at("services"),
                service=service.ref, namespace=service.namespace, related=(service.ref,),
            )  # fmt: skip

    def _ports(
        self,
        owned: OwnedResource[VirtualDestinationSpec],
        chosen: Mapping[str, Service],
    ) -> tuple[tuple[DestinationPort, ...], dict[str, dict[int, int]]]:
        """The group's ports that every backing has, and by cluster the container port behind each."""
        ports: list[DestinationPort] = []
        targets: dict[str, dict[int, int]] = {cluster: {} for cluster in chosen}
        for index, mapping in enumerate(owned.spec.ports):
            wanted = mapping.target_port or PortSelector(number=mapping.number)
            port = DestinationPort(mapping.number, "", Protocol(mapping.protocol.value))
            behind = {cluster: service.tcp_port(wanted.key) for cluster, service in chosen.items()}
            if not self._check_targets(owned, index, wanted, chosen, behind):
                continue
            found = {cluster: one for cluster, one in behind.items() if one is not None}
            numbers = {cluster: self._container_port(owned, chosen[cluster], one) for cluster, one in found.items()}
            self._check_protocols(owned, index, port, chosen, found)
            if None in numbers.values():
                continue
            ports.append(port)
            for cluster, number in numbers.items():
                targets[cluster][port.number] = number or 0
        return tuple(sorted(ports, key=lambda p: p.number)), targets

    def _check_targets(
        self,
        owned: OwnedResource[VirtualDestinationSpec],
        index: int,
        wanted: PortSelector,
        chosen: Mapping[str, Service],
        behind: Mapping[str, ServicePort | None],
    ) -> bool:
        lacking = [chosen[cluster] for cluster, port in behind.items() if port is None]
        if lacking:
            path = ("ports", index, "targetPort")
            self.report.add(
                catalogue.GROUP_TARGET_PORT_MISSING, owned.resource.ref, owned.resource.at(*path),
                port=wanted, services=", ".join(f"{s.ref} (it has {_shown(s)})" for s in lacking),
                related=tuple(s.ref for s in lacking),
            )  # fmt: skip
        return not lacking

    def _container_port(
        self,
        owned: OwnedResource[VirtualDestinationSpec],
        service: Service,
        port: ServicePort,
    ) -> int | None:
        number = self.backends.container_port(service, port)
        if isinstance(number, int):
            return number
        self._told(owned, service).add(
            catalogue.TARGET_PORT_UNKNOWN, service.ref, service.at("spec", "ports", service.ports.index(port)),
            target=port.target_port, port=port.number, problem=number, related=(owned.resource.ref,),
        )  # fmt: skip
        return None

    def _check_protocols(
        self,
        owned: OwnedResource[VirtualDestinationSpec],
        index: int,
        port: DestinationPort,
        chosen: Mapping[str, Service],
        behind: Mapping[str, ServicePort],
    ) -> None:
        """Compare with what the Services declare: where nothing is declared, Istio finds out by itself."""
        assert port.protocol is not None
        declared = {cluster: declared_protocol(one) for cluster, one in behind.items()}
        location = owned.resource.at("ports", index, "protocol")
        known = {cluster: protocol for cluster, protocol in declared.items() if protocol is not None}
        if len(set(known.values())) > 1:
            shown = ", ".join(f"{protocol.value} in '{cluster}'" for cluster, protocol in sorted(known.items()))
            self.report.add(
                catalogue.GROUP_PORT_CONFLICT, owned.resource.ref, location, port=port.number, protocols=shown
            )
        for cluster, protocol in sorted(known.items()):
            if not carries(port.protocol, protocol):
                self.report.add(
                    catalogue.GROUP_PROTOCOL_DIFFERS, owned.resource.ref, location,
                    port=port.number, protocol=port.protocol.value, service=chosen[cluster].ref,
                    declared=protocol.value, target=behind[cluster].number,
                )  # fmt: skip


def report_too_many_candidates(
    owned: OwnedResource[VirtualDestinationSpec], field_: str, kind: str, allowed: Allowance, report: Report
) -> None:
    """Report a group whose selectors are more than its workspace may have looked at."""
    report.add(
        catalogue.WORKSPACE_TOO_MUCH, owned.resource.ref, owned.resource.at(field_),
        problem=f"VirtualDestinations select too many {kind}, each counted for every selector that selects it",
        workspace=owned.workspace, limit=allowed.limit, advice="let each selector name what is meant",
    )  # fmt: skip


def _shown(service: Service) -> str:
    return ports_text((port.number, port.name) for port in service.ports if port.protocol == "TCP") or "no TCP port"
