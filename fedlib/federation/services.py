"""Ungrouped federation: which Services get a federated host, for whom, with which ports.

Source: `options.federation` of Gloo's WorkspaceSettings. A workspace federates its own Services for itself and for
every workspace that imports them; a selector may also pick Services that the workspace imports, for itself alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fedlib.config.gloo import Federation, PortSelector, WorkspaceSettingsSpec
from fedlib.config.model import host_problem
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import Cause, Why
from fedlib.discovery.inventory import Service, ServicePort, Workload
from fedlib.federation.finders import Finders
from fedlib.federation.gateways.east_west import DEFAULT_LABELS, EastWestGateways
from fedlib.federation.hosts.hostname import LOCAL_ONLY_PATTERN, federated_host, federated_pattern, shadowed_cluster
from fedlib.federation.model import limits
from fedlib.federation.model.destination import FederatedPort, FederatedService, Group, Passage, Protocol
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.federation.places import PlaceFinder
from fedlib.federation.told import told
from fedlib.federation.workloads.backends import Backends, shows_injection
from fedlib.federation.workloads.gateway_pods import is_gateway
from fedlib.federation.workloads.protocols import declared_protocol
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import labels_match, selects

_Unprotected = tuple[str, str, tuple[str, ...]]
"""A cluster, a namespace, and the workspaces that its Services are called by from other clusters."""

GATEWAY_HEALTH: Final = 15021
"""The port on which Istio's gateways tell load balancers that they are ready."""


@dataclass(slots=True)
class _Candidate:
    """A host on its way: who wants it, and through whose settings."""

    service: Service
    owner: str
    federations: dict[str, Federation] = field(default_factory=dict)
    consumers: set[str] = field(default_factory=set)
    federated_by: dict[Cause, None] = field(default_factory=dict)

    @property
    def decider(self) -> str:
        """The workspace whose settings count: the owner, or else the first importer that federates it."""
        return self.deciders[0]

    @property
    def deciders(self) -> tuple[str, ...]:
        """The workspaces that ask for the host: its owner, or else all importers that federate it."""
        return (self.owner,) if self.owner in self.federations else tuple(sorted(self.federations))


def federate_services(finders: Finders) -> tuple[FederatedService, ...]:
    """Decide all federated hosts, sorted by host."""
    snapshot, backends, report = finders.snapshot, finders.backends, finders.report
    candidates = _candidates(snapshot, report)
    unprotected: dict[_Unprotected, list[str]] = defaultdict(list)
    accepted: list[FederatedService] = []
    federating: set[str] = set()
    for host, candidate in sorted(candidates.items()):
        service, report = candidate.service, _told(candidate, finders)
        if not _can_be_federated(host, service, snapshot, report):
            continue
        workloads = backends.workloads(service)
        identities = _identities(service, workloads, backends, report)
        ports = _ports(candidate, backends, report)
        if not ports or not identities:
            continue
        gateways = _gateways(candidate, snapshot, finders.east_west)
        if gateways is None:
            federating.update(candidate.federations)  # the findings of gateways say why there is no host
        if gateways is None or not _fits(host, service, gateways, report):
            continue
        if service.cluster_ip == "None":
            report.add(catalogue.HEADLESS, service.ref, service.at("spec", "clusterIP"))
        if gateways and _lacks_sidecars(service, workloads, snapshot):
            unprotected[service.cluster, service.namespace, _callers(candidate, snapshot)].append(service.name)
        pods = backends.versions(service)
        accepted.append(_federated(host, candidate, ports, identities, gateways, pods, finders.places))
        federating.update(candidate.federations)
    _report_unprotected(unprotected, finders)
    refused = (one for one in candidates.values() if finders.report.refuses(one.service.ref))
    _report_nothing(snapshot, federating.union(*(one.federations for one in refused)), finders.report)
    return tuple(accepted)


def _federated(
    host: str,
    candidate: _Candidate,
    ports: tuple[FederatedPort, ...],
    identities: tuple[str, ...],
    gateways: tuple[EastWestGateway, ...],
    versions: tuple[Mapping[str, str], ...],
    places: PlaceFinder,
) -> FederatedService:
    """The host with its places: gateways see the pods at home, and nobody in other clusters without gateways."""
    service, consumers = candidate.service, tuple(sorted(candidate.consumers))
    visible = {service.namespace, *places.seen_by(consumers, service.cluster)}
    visible.update(gateway.service.namespace for gateway in gateways)
    elsewhere = frozenset({service.cluster})
    return FederatedService(
        host=host,
        service=service,
        workspace=candidate.owner,
        consumers=consumers,
        ports=ports,
        identities=identities,
        gateways=gateways,
        home=places.home(candidate.owner, service.cluster, service.namespace, visible),
        remote=tuple(place for name in consumers for place in places.outside(name, elsewhere)) if gateways else (),
        versions=versions,
        federated_by=tuple(candidate.federated_by),
    )


def gateway_patterns(
    services: Iterable[FederatedService],
    groups: Iterable[Group] = (),
) -> dict[Ref, tuple[str, ...]]:
    """For each east-west gateway the host patterns that its Gateway object passes through.

    A pattern covers the federated hosts of the gateway's own cluster only. With `*`, as Gloo's first version had it,
    the gateway would pass requests on to every Service that it knows. Of groups it passes the local-only hosts on, or
    in Gloo's shape their own.
    """
    found: dict[Ref, set[str]] = defaultdict(set)
    for service in services:
        prefix = federated_host(service.service, "")
        suffix = service.host[len(prefix) + 1 :]
        for gateway in service.gateways:
            found[gateway.service.ref].add(federated_pattern(service.service.cluster, suffix))
    for group in (group for group in groups if group.passage is not Passage.TERMINATED):
        for gateway in (gateway for backing in group.backings.values() for gateway in backing.gateways):
            native = group.passage is Passage.NATIVE
            found[gateway.service.ref].update(group.hosts if native else (LOCAL_ONLY_PATTERN,))
    return {ref: tuple(sorted(patterns)) for ref, patterns in sorted(found.items())}


def _candidates(snapshot: Snapshot, report: Report) -> dict[str, _Candidate]:
    found: dict[str, _Candidate] = {}
    for name, workspace in sorted(snapshot.workspaces.items()):
        federation = workspace.settings.options.federation
        if federation is None or not federation.enabled:
            continue
        used_selectors: set[int] = set()
        used_ports: set[PortSelector] = set()
        source = workspace.settings_source("federation")
        for owner, service, consumers, matching in _selected(name, federation, snapshot, used_selectors):
            host = federated_host(service, federation.host_suffix)
            candidate = found.setdefault(host, _Candidate(service, owner))
            candidate.federations[name] = federation
            candidate.consumers.update(consumers)
            candidate.federated_by.update(dict.fromkeys(_entries(source, matching)))
            used_ports.update(p for p in federation.ports if any(p.matches(q.number, q.name) for q in service.ports))
        _report_unused(name, federation, used_selectors, used_ports, snapshot, report)
    return found


def _entries(source: Resource[WorkspaceSettingsSpec] | None, matching: Iterable[int]) -> Iterator[Cause]:
    """The selectors of the settings that select a Service; without any, the setting itself federates it."""
    if source is not None:
        path = ("options", "federation")
        found = [Cause(source.ref, Why.FEDERATES, (*path, "serviceSelector", index)) for index in matching]
        yield from found or (Cause(source.ref, Why.FEDERATES, path),)


def _selected(
    workspace: str, federation: Federation, snapshot: Snapshot, used: set[int]
) -> Iterable[tuple[str, Service, tuple[str, ...], list[int]]]:
    """(owner, Service, consumers, matching selectors) of what a workspace federates; `used` takes all that matched."""
    for owner, services in sorted(snapshot.services_by_workspace.items()):
        if owner != workspace and not (
            federation.service_selector and workspace in snapshot.visibility.partners(owner)
        ):
            continue
        for service in services:
            matching = [
                index
                for index, selector in enumerate(federation.service_selector)
                if selects(
                    selector, labels=service.labels, name=service.name,
                    namespace=service.namespace, cluster=service.cluster, workspace=owner,
                )
            ]  # fmt: skip
            if federation.service_selector and not matching:
                continue
            consumers = snapshot.consumers[service.ref]
            if workspace not in consumers:
                continue
            used.update(matching)
            if not _leads_between_clusters(service):
                yield owner, service, consumers if owner == workspace else (workspace,), matching


def _leads_between_clusters(service: Service) -> bool:
    """Whether a Service is an east-west gateway: others are called through it, and nobody calls it by a host."""
    return labels_match(DEFAULT_LABELS, service.labels)


def _can_be_federated(host: str, service: Service, snapshot: Snapshot, report: Report) -> bool:
    problem = host_problem(host)
    shadowed = shadowed_cluster(host, snapshot.clusters.values())
    if problem:
        report.add(catalogue.HOST_TOO_LONG, service.ref, service.at("metadata", "name"), host=host, problem=problem)
    elif shadowed:
        report.add(
            catalogue.HOST_SHADOWS_KUBERNETES, service.ref, service.at("metadata", "name"),
            host=host, cluster=shadowed.name,
        )  # fmt: skip
    elif service.type == "ExternalName":
        report.add(
            catalogue.EXTERNAL_NAME, service.ref, service.at("spec", "externalName"),
            external_name=service.external_name,
        )  # fmt: skip
    elif not service.selector:
        if (service.namespace, service.name) != ("default", "kubernetes"):  # the API server; nobody means that one
            report.add(catalogue.NO_SELECTOR, service.ref, service.at("spec"))
    else:
        return True
    return False


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


def _ports(candidate: _Candidate, backends: Backends, report: Report) -> tuple[FederatedPort, ...]:
    service = candidate.service
    wanted = [candidate.federations[name].ports for name in candidate.deciders]
    ports: dict[int, FederatedPort] = {}
    selected: set[str] = set()
    for index, port in enumerate(service.ports):
        if not any(not ports_ or any(p.matches(port.number, port.name) for p in ports_) for ports_ in wanted):
            continue
        selected.add(port.protocol)
        federated = _port(service, index, port, backends, report)
        if federated is not None:
            ports[port.number] = federated
    if len(ports) > limits.MAX_PORTS:
        report.add(
            catalogue.TOO_MANY_PORTS, service.ref, service.at("spec", "ports"), count=len(ports), limit=limits.MAX_PORTS
        )
        return ()
    if not ports and "TCP" not in selected and (selected or not service.ports):  # of others it was said why
        report.add(catalogue.NO_PORTS, service.ref, service.at("spec", "ports"))
    return tuple(ports[number] for number in sorted(ports))


def _port(service: Service, index: int, port: ServicePort, backends: Backends, report: Report) -> FederatedPort | None:
    location = service.at("spec", "ports", index)
    if port.protocol != "TCP":
        report.add(catalogue.PORT_NOT_FEDERATED, service.ref, location, port=port.number, protocol=port.protocol)
        return None
    target = backends.container_port(service, port)
    if isinstance(target, str):
        report.add(
            catalogue.TARGET_PORT_UNKNOWN, service.ref, location,
            target=port.target_port, port=port.number, problem=target,
        )  # fmt: skip
        return None
    protocol = declared_protocol(port)
    if protocol is None and not (port.number == GATEWAY_HEALTH and is_gateway(service, backends.workloads(service))):
        report.add(catalogue.PROTOCOL_GUESSED, service.ref, location, port=port.number)
    return FederatedPort(port.number, protocol or Protocol.TCP, target)


def _lacks_sidecars(service: Service, workloads: tuple[Workload, ...], snapshot: Snapshot) -> bool:
    """Whether nothing shows that all pods have a proxy; those of gateways are one."""
    namespace = snapshot.namespaces.get((service.cluster, service.namespace))
    return not is_gateway(service, workloads) and not shows_injection(namespace, workloads)


def _gateways(
    candidate: _Candidate, snapshot: Snapshot, resolver: EastWestGateways
) -> tuple[EastWestGateway, ...] | None:
    """The gateways of the Service's cluster; empty when no other cluster needs one, None when it lacks one."""
    home = candidate.service.cluster
    remote = any(cluster != home for name in candidate.consumers for cluster in snapshot.workspaces[name].namespaces)
    if not remote:
        return ()
    return resolver.gateways(candidate.decider, home) or None


def _fits(host: str, service: Service, gateways: tuple[EastWestGateway, ...], report: Report) -> bool:
    count = sum(len(gateway.endpoints) for gateway in gateways)
    if count > limits.MAX_ENDPOINTS:
        report.add(
            catalogue.TOO_MANY_ENDPOINTS, service.ref, service.at(), host=host, count=count, limit=limits.MAX_ENDPOINTS
        )
    return count <= limits.MAX_ENDPOINTS


def _report_unused(
    workspace: str,
    federation: Federation,
    used_selectors: set[int],
    used_ports: set[PortSelector],
    snapshot: Snapshot,
    report: Report,
) -> None:
    resource = snapshot.workspaces[workspace].settings_source("federation")
    if resource is None:
        return
    for index in range(len(federation.service_selector)):
        if index not in used_selectors:
            report.add(
                catalogue.SERVICE_SELECTOR_MISS, resource.ref,
                resource.at("options", "federation", "serviceSelector", index), index=index, workspace=workspace,
            )  # fmt: skip
    for index, port in enumerate(federation.ports):
        if port not in used_ports:
            report.add(
                catalogue.PORT_SELECTOR_MISS, resource.ref, resource.at("options", "federation", "ports", index),
                port=f"port {port}", workspace=workspace,
            )  # fmt: skip
    if not federation.host_suffix:
        report.add(
            catalogue.NO_SUFFIX, resource.ref, resource.at("options", "federation"),
            workspace=workspace, example="<service>.<namespace>.svc.<cluster>",
        )  # fmt: skip


def _told(candidate: _Candidate, finders: Finders) -> Report:
    """Who is told what is wrong: the Service's owner where it federates the Service, or else the importers that do."""
    if candidate.owner in candidate.federations:
        return finders.report
    sources = (finders.snapshot.workspaces[name].settings_source("federation") for name in candidate.deciders)
    return finders.report.told_to(
        *((one.ref, partial(one.at, "options", "federation", "serviceSelector")) for one in sources if one)
    )


def _callers(candidate: _Candidate, snapshot: Snapshot) -> tuple[str, ...]:
    """Who calls from other clusters: the owner if it does, or else importers."""
    home = candidate.service.cluster
    callers = [name for name in sorted(candidate.consumers) if set(snapshot.workspaces[name].namespaces) - {home}]
    return (candidate.owner,) if candidate.owner in callers else tuple(callers)


def _report_unprotected(unprotected: Mapping[_Unprotected, list[str]], finders: Finders) -> None:
    for (cluster, namespace, callers), names in sorted(unprotected.items()):
        shown = ", ".join(sorted(names)[:5]) + (", ..." if len(names) > 5 else "")
        found = finders.snapshot.namespaces[cluster, namespace]
        owner = finders.snapshot.owners.get((cluster, namespace), "")
        for caller in callers:
            report = told(caller, owner, finders.snapshot, finders.report)
            report.add(catalogue.NO_SIDECAR, found.ref, found.at(), namespace=namespace, services=shown)


def _report_nothing(snapshot: Snapshot, explained: set[str], report: Report) -> None:
    """Report workspaces that federate nothing, but for those that do, or of which errors say why they do not."""
    for name, workspace in sorted(snapshot.workspaces.items()):
        federation = workspace.settings.options.federation
        resource = workspace.settings_source("federation")
        gateways = any(_leads_between_clusters(one) for one in snapshot.services_by_workspace.get(name, ()))
        if not (federation and federation.enabled and resource and workspace.namespaces):
            continue
        if name not in explained and not gateways and not report.refuses(resource.ref):
            report.add(catalogue.FEDERATED_NOTHING, resource.ref, resource.at("options", "federation"), workspace=name)
