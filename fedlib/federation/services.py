"""Ungrouped federation: which Services get a federated host, for whom, with which ports.

Source: `options.federation` of Gloo's WorkspaceSettings. A workspace federates its own Services for itself and for
every workspace that imports them; a selector may also pick Services that the workspace imports, for itself alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Service, Workload
from fedlib.federation.finders import Finders
from fedlib.federation.hosts.hostname import LOCAL_ONLY_PATTERN, federated_host, federated_pattern
from fedlib.federation.model import limits
from fedlib.federation.model.destination import FederatedService, Group, Passage, Way
from fedlib.federation.model.gateway import EastWestGateway, GatewayPort
from fedlib.federation.selected_services import (
    Candidate,
    find_candidates,
    hosts_of_owners,
    is_usable,
    leads_between_clusters,
)
from fedlib.federation.told import told
from fedlib.federation.workloads.backends import Backends, shows_injection
from fedlib.federation.workloads.exposed_ports import exposed_ports
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.snapshot.model import Snapshot

_Unprotected = tuple[str, str, tuple[str, ...]]
"""A cluster, a namespace, and the workspaces that its Services are called by from other clusters."""


def federate_services(finders: Finders) -> tuple[FederatedService, ...]:
    """Decide all federated hosts, sorted by host."""
    federator = _Federator(finders, _own=hosts_of_owners(finders.snapshot))
    candidates = find_candidates(finders.snapshot, finders.report)
    found = (federator.federate(host, candidate) for host, candidate in sorted(candidates.items()))
    accepted = tuple(one for one in found if one is not None)
    federator.report_unprotected()
    refused = (one.federations for one in candidates.values() if finders.report.refuses(one.service.ref))
    _report_nothing(finders.snapshot, federator.explained.union(*refused), finders.report)
    return accepted


@dataclass(slots=True)
class _Federator:
    """Federates one candidate after the other.

    `explained` are the workspaces whose settings led to something, or of which other findings say why they do not.
    """

    finders: Finders
    explained: set[str] = field(default_factory=set)
    _own: Mapping[tuple[str, str], Ref] = field(default_factory=dict)
    _unprotected: dict[_Unprotected, list[str]] = field(default_factory=lambda: defaultdict(list))

    def federate(self, host: str, candidate: Candidate) -> FederatedService | None:
        """The host, if anybody can call it."""
        service, deciders = candidate.service, candidate.deciders()
        report = self._told(candidate, (name for name, _ in deciders))
        if not is_usable(host, candidate, self._own, self.finders) or not _has_pods(service, report):
            return None
        workloads = self.finders.backends.workloads(service)
        identities = _identities(service, workloads, self.finders.backends, report)
        if not identities:
            return None
        ways: list[Way] = []
        for decider, consumers in deciders:
            way = self._way(host, candidate, decider, consumers)
            if way is not None:
                ways.append(way)
                self.explained.update(_whose(candidate, decider))
        if not ways:
            return None
        if service.cluster_ip == "None":
            report.add(catalogue.HEADLESS, service.ref, service.at("spec", "clusterIP"))
        federated = self._federated(host, candidate, tuple(ways), identities)
        if federated.gateways and _lacks_sidecars(service, workloads, self.finders.snapshot):
            callers = _callers(federated, self.finders.snapshot)
            self._unprotected[service.cluster, service.namespace, callers].append(service.name)
        return federated

    def _told(self, candidate: Candidate, deciders: Iterable[str]) -> Report:
        """Who is told what is wrong: the Service's owner where it federates it, or else the importers that do."""
        if candidate.owner in candidate.federations:
            return self.finders.report
        sources = (self.finders.snapshot.workspaces[name].settings_source("federation") for name in deciders)
        return self.finders.report.told_to(
            *((one.ref, partial(one.at, "options", "federation", "serviceSelector")) for one in sources if one)
        )

    def _way(
        self,
        host: str,
        candidate: Candidate,
        decider: str,
        consumers: tuple[str, ...],
    ) -> Way | None:
        """How consumers see the host by the settings of one workspace; None (and reported) when they cannot.

        Without a gateway, which findings explain, nobody in another cluster sees it.
        """
        service, report = candidate.service, self._told(candidate, (decider,))
        ports = exposed_ports(service, candidate.federations[decider].ports, self.finders.backends, report)
        if not ports:
            return None
        elsewhere = frozenset({service.cluster})
        remote = tuple(place for name in consumers for place in self.finders.places.outside(name, elsewhere))
        if not remote:
            return Way(consumers, ports, (), federated_by=candidate.causes(decider))
        gateways = self.finders.east_west.gateways(decider, service.cluster)
        if not gateways:
            return Way(consumers, ports, (), federated_by=candidate.causes(decider))  # the host is known at home only
        if not self._fits(host, candidate, decider, gateways):
            return None
        return Way(consumers, ports, gateways, remote, candidate.causes(decider))

    def _fits(self, host: str, candidate: Candidate, decider: str, gateways: tuple[EastWestGateway, ...]) -> bool:
        """Whether a ServiceEntry can have so many endpoints; an importer's own way is its own fault."""
        count = sum(len(gateway.endpoints) for gateway in gateways)
        if count > limits.MAX_ENDPOINTS:
            settings = self.finders.snapshot.workspaces[decider].settings_source("east_west_gateways")
            subject, location = candidate.service.ref, candidate.service.at()
            if decider != candidate.owner and settings is not None:
                subject, location = settings.ref, settings.at("options", "eastWestGateways")
            self.finders.report.add(
                catalogue.TOO_MANY_ENDPOINTS, subject, location, host=host, count=count, limit=limits.MAX_ENDPOINTS
            )
        return count <= limits.MAX_ENDPOINTS

    def _federated(
        self,
        host: str,
        candidate: Candidate,
        ways: tuple[Way, ...],
        identities: tuple[str, ...],
    ) -> FederatedService:
        """The host with its home, which has the ports of all ways and is seen by the gateways of all."""
        service, consumers = candidate.service, tuple(sorted(name for way in ways for name in way.consumers))
        gateways = {(one.key, one.endpoints): one for way in ways for one in way.gateways}
        ports = {port.number: port for way in ways for port in way.ports}
        visible = {service.namespace, *self.finders.places.seen_by(consumers, service.cluster)}
        visible.update(gateway.service.namespace for gateway in gateways.values())
        return FederatedService(
            host=host,
            service=service,
            workspace=candidate.owner,
            consumers=consumers,
            ports=tuple(ports[number] for number in sorted(ports)),
            identities=identities,
            gateways=tuple(gateway for _, gateway in sorted(gateways.items(), key=lambda item: item[0])),
            home=self.finders.places.home(candidate.owner, service.cluster, service.namespace, visible),
            ways=ways,
            versions=self.finders.backends.versions(service),
            pods=self.finders.backends.pods(service),
        )

    def report_unprotected(self) -> None:
        """Report the Services whose pods show no sidecar, namespace by namespace."""
        snapshot = self.finders.snapshot
        for (cluster, namespace, callers), names in sorted(self._unprotected.items()):
            shown = ", ".join(sorted(names)[:5]) + (", ..." if len(names) > 5 else "")
            found, owner = snapshot.namespaces[cluster, namespace], snapshot.owners.get((cluster, namespace), "")
            for caller in callers:
                report = told(caller, owner, snapshot, self.finders.report)
                report.add(catalogue.NO_SIDECAR, found.ref, found.at(), namespace=namespace, services=shown)


def _whose(candidate: Candidate, decider: str) -> Iterable[str]:
    """The workspaces that what one of them decides is for."""
    return candidate.federations if decider == candidate.owner else (decider,)


def _callers(federated: FederatedService, snapshot: Snapshot) -> tuple[str, ...]:
    """Who calls from other clusters: the owner if it does, or else importers."""
    home, owner = federated.service.cluster, federated.workspace
    callers = [name for name in federated.consumers if set(snapshot.workspaces[name].namespaces) - {home}]
    return (owner,) if owner in callers else tuple(callers)


def gateway_patterns(
    services: Iterable[FederatedService],
    groups: Iterable[Group] = (),
) -> dict[GatewayPort, tuple[str, ...]]:
    """For each port of each east-west gateway the host patterns that its Gateway object passes through there.

    A pattern covers the federated hosts of the gateway's own cluster only. With `*`, as Gloo's first version had it,
    the gateway would pass requests on to every Service that it knows. Of groups it passes the local-only hosts on, or
    in Gloo's shape their own.
    """
    found: dict[GatewayPort, set[str]] = defaultdict(set)
    for service in services:
        prefix = federated_host(service.service, "")
        suffix = service.host[len(prefix) + 1 :]
        for gateway in service.gateways:
            found[gateway.key].add(federated_pattern(service.service.cluster, suffix))
    for group in (group for group in groups if group.passage is not Passage.TERMINATED):
        for gateway in (gateway for backing in group.backings.values() for gateway in backing.gateways):
            native = group.passage is Passage.NATIVE
            found[gateway.key].update(group.hosts if native else (LOCAL_ONLY_PATTERN,))
    return {key: tuple(sorted(patterns)) for key, patterns in sorted(found.items())}


def _has_pods(service: Service, report: Report) -> bool:
    if service.type == "ExternalName":
        report.add(
            catalogue.EXTERNAL_NAME, service.ref, service.at("spec", "externalName"),
            external_name=service.external_name,
        )  # fmt: skip
        return False
    if not service.selector:
        if (service.namespace, service.name) != ("default", "kubernetes"):  # the API server; nobody means that one
            report.add(catalogue.NO_SELECTOR, service.ref, service.at("spec"))
        return False
    return True


def _identities(
    service: Service, workloads: tuple[Workload, ...], backends: Backends, report: Report
) -> tuple[str, ...]:
    identities = backends.identities(service, workloads)
    if not identities:
        report.add(catalogue.NO_IDENTITY, service.ref, service.at())
    elif not workloads:
        fallback = f"clients accept every service account of namespace '{service.namespace}' ({len(identities)} known)"
        report.add(catalogue.NO_WORKLOAD, service.ref, service.at("spec", "selector"), fallback=fallback)
    return identities


def _lacks_sidecars(service: Service, workloads: tuple[Workload, ...], snapshot: Snapshot) -> bool:
    """Whether nothing shows that all pods have a proxy; those of gateways are one."""
    namespace = snapshot.namespaces.get((service.cluster, service.namespace))
    return not is_gateway(service, workloads) and not shows_injection(namespace, workloads)


def _report_nothing(snapshot: Snapshot, explained: set[str], report: Report) -> None:
    """Report workspaces that federate nothing, but for those that do, or of which errors say why they do not."""
    for name, workspace in sorted(snapshot.workspaces.items()):
        federation = workspace.settings.options.federation
        resource = workspace.settings_source("federation")
        gateways = any(leads_between_clusters(one) for one in snapshot.services_by_workspace.get(name, ()))
        if not (federation and federation.enabled and resource and workspace.namespaces):
            continue
        if name not in explained and not gateways and not report.refuses(resource.ref):
            report.add(catalogue.FEDERATED_NOTHING, resource.ref, resource.at("options", "federation"), workspace=name)
