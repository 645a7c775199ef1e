"""What the settings of workspaces federate: their own Services, and those that they import, under which hosts.

Source: `options.federation` of Gloo's WorkspaceSettings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.gloo import Federation, PortSelector, WorkspaceSettingsSpec
from fedlib.config.model import host_problem
from fedlib.config.resource import Resource
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.cause import Cause, Causes, Why
from fedlib.discovery.inventory import Service
from fedlib.federation.finders import Finders
from fedlib.federation.gateways.candidates import DEFAULT_LABELS
from fedlib.federation.hosts.hostname import federated_host, shadowed_cluster
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import labels_match, selects


@dataclass(slots=True)
class Candidate:
    """A host on its way: who wants it, and through whose settings."""

    service: Service
    owner: str
    federations: dict[str, Federation] = field(default_factory=dict)
    consumers: set[str] = field(default_factory=set)
    federated_by: dict[str, Causes] = field(default_factory=dict)
    """By workspace the entries of its settings."""

    def deciders(self) -> list[tuple[str, tuple[str, ...]]]:
        """The workspaces whose settings count, and for whom: the owner's for all, or else each importer's for itself.

        Importers of one Service share nothing with each other, so the settings of one decide nothing for another.
        """
        if self.owner in self.federations:
            return [(self.owner, tuple(sorted(self.consumers)))]
        return [(name, (name,)) for name in sorted(self.federations)]

    def causes(self, decider: str) -> Causes:
        """The entries of settings that federate it where those of a workspace count."""
        names = sorted(self.federated_by) if decider == self.owner else [decider]
        return tuple(cause for name in names for cause in self.federated_by[name])


def find_candidates(snapshot: Snapshot, report: Report) -> dict[str, Candidate]:
    """What is to be federated, by host; selectors without an effect are reported."""
    found: dict[str, Candidate] = {}
    for name, workspace in sorted(snapshot.workspaces.items()):
        federation = workspace.settings.options.federation
        if federation is None or not federation.enabled:
            continue
        used_selectors: set[int] = set()
        used_ports: set[PortSelector] = set()
        source = workspace.settings_source("federation")
        for owner, service, consumers, matching in _selected(name, federation, snapshot, used_selectors):
            host = federated_host(service, federation.host_suffix)
            candidate = found.setdefault(host, Candidate(service, owner))
            candidate.federations[name] = federation
            candidate.consumers.update(consumers)
            candidate.federated_by[name] = tuple(_entries(source, matching))
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
            if not leads_between_clusters(service):
                yield owner, service, consumers if owner == workspace else (workspace,), matching


def leads_between_clusters(service: Service) -> bool:
    """Whether a Service is an east-west gateway: others are called through it, and nobody calls it by a host."""
    return labels_match(DEFAULT_LABELS, service.labels)


def hosts_of_owners(snapshot: Snapshot) -> dict[tuple[str, str], Ref]:
    """By workspace and host the first of its groups or ExternalServices that has the host."""
    listed = [(one.workspace, one.resource.ref, one.resource.spec.hosts) for one in snapshot.of(VirtualDestinationSpec)]
    listed += [(one.workspace, one.resource.ref, one.resource.spec.hosts) for one in snapshot.of(ExternalServiceSpec)]
    return {(workspace, host): ref for workspace, ref, hosts in reversed(listed) for host in hosts}


def is_usable(host: str, candidate: Candidate, own: Mapping[tuple[str, str], Ref], finders: Finders) -> bool:
    """Whether the Service can be called by the host; if not, those whose hostSuffix it has are told.

    What only importers federate does not take a host that the owner has itself: both would stand in the owner's
    namespaces, where Istio merges them.

    Args:
        host: the federated host.
        candidate: the Service, and who federates it.
        own: what owners have under which hosts.
        finders: know the clusters; their report takes the findings.
    """
    snapshot, service = finders.snapshot, candidate.service
    problem = host_problem(host)
    shadowed = shadowed_cluster(host, snapshot.clusters.values())
    taken = None if candidate.owner in candidate.federations else own.get((candidate.owner, host))
    for subject, location in _authors(candidate, snapshot):
        if problem:
            finders.report.add(catalogue.HOST_TOO_LONG, subject, location, host=host, problem=problem)
        elif shadowed:
            finders.report.add(catalogue.HOST_SHADOWS_KUBERNETES, subject, location, host=host, cluster=shadowed.name)
        elif taken:
            finders.report.add(
                catalogue.IMPORTED_HOST_TAKEN, subject, location, service=service.ref, host=host, other=taken
            )
    return not (problem or shadowed or taken)


def _authors(candidate: Candidate, snapshot: Snapshot) -> Iterable[tuple[Ref, Location]]:
    """Where a host comes from: the Service if its owner federates it, and otherwise the settings of importers."""
    service = candidate.service
    for name, _ in candidate.deciders():
        settings = snapshot.workspaces[name].settings_source("federation")
        if name == candidate.owner or settings is None:
            yield service.ref, service.at("metadata", "name")
        else:
            yield settings.ref, settings.at("options", "federation", "hostSuffix")


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
