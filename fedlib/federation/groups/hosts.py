"""Hosts of groups: which of them may be used, and which group gets a host that several want."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlib.config.model import Model, host_problem
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.hosts.hostname import LOCAL_ONLY, local_only_host, named_services, shadowed_cluster
from fedlib.federation.model.destination import FederatedService, Group
from fedlib.federation.services import gateway_patterns
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class _Taken:
    """Hosts that stand for something else already: the federated ones, and what their gateways pass through."""

    services: Mapping[str, FederatedService]
    suffixes: tuple[str, ...]


def settle_hosts(
    groups: Iterable[Group], services: Iterable[FederatedService], snapshot: Snapshot, report: Report
) -> dict[Ref, tuple[str, ...]]:
    """The hosts that each group gets, in small letters: the oldest group wins a host that several want."""
    services = list(services)
    patterns = {pattern[1:] for listed in gateway_patterns(services).values() for pattern in listed}
    taken = _Taken({service.host: service for service in services}, tuple(sorted(patterns)))
    winners: dict[str, list[Group]] = {}
    settled: dict[Ref, tuple[str, ...]] = {}
    for group in sorted(groups, key=lambda g: g.resource.age):
        hosts = []
        for index, written in enumerate(group.resource.spec.hosts):
            host = written.lower()
            if not _is_usable(group, index, host, taken, report) or not _wins(group, index, host, winners, report):
                continue
            if takes_foreign_name(host, group.workspace, group.resource, index, snapshot, report):
                continue
            winners.setdefault(host, []).append(group)
            hosts.append(host)
            _check_shadow(group, index, host, snapshot, report)
        settled[group.resource.ref] = tuple(hosts)
    return settled


def _is_usable(group: Group, index: int, host: str, taken: _Taken, report: Report) -> bool:
    resource, location = group.resource, group.resource.at("hosts", index)
    problem = host_problem(local_only_host(host))
    if host.endswith(f".{LOCAL_ONLY}") or host == LOCAL_ONLY:
        problem = f"hosts that end in '{LOCAL_ONLY}' are those that east-west gateways serve"
    if problem:
        report.add(catalogue.GROUP_HOST_INVALID, resource.ref, location, host=host, problem=problem)
        return False
    service = taken.services.get(host)
    if service is not None:
        report.add(
            catalogue.GROUP_HOST_FEDERATED, resource.ref, location,
            host=host, what=f"is the federated host of {service.service.ref}", related=(service.service.ref,),
        )  # fmt: skip
        return False
    suffix = next((suffix for suffix in taken.suffixes if host.endswith(suffix)), None)
    if suffix is not None:
        what = f"falls into the hosts '*{suffix}' that an east-west gateway passes on by themselves"
        report.add(catalogue.GROUP_HOST_FEDERATED, resource.ref, location, host=host, what=what)
    return suffix is None


def _wins(group: Group, index: int, host: str, winners: Mapping[str, list[Group]], report: Report) -> bool:
    for winner in winners.get(host, ()):
        common = sorted(set(group.consumers) & set(winner.consumers))
        clusters = sorted(set(group.backings) & set(winner.backings))
        if not common and not clusters:
            continue
        where = f"both are visible to workspace '{common[0]}'" if common else f"both have pods in '{clusters[0]}'"
        report.add(
            catalogue.GROUP_HOST_CONFLICT, group.resource.ref, group.resource.at("hosts", index),
            host=host, winner=winner.resource.ref, where=where, related=(winner.resource.ref,),
        )  # fmt: skip
        return False
    return True


def takes_foreign_name(
    host: str, workspace: str, resource: Resource[Model], index: int, snapshot: Snapshot, report: Report
) -> bool:
    """Whether a host is the name of a Service that another workspace owns, or none; that is reported."""
    for service in named_services(host, snapshot.clusters.values(), snapshot.services):
        owner = snapshot.owners.get((service.cluster, service.namespace), "")
        if owner != workspace:
            report.add(
                catalogue.HOST_OF_FOREIGN_SERVICE, resource.ref, resource.at("hosts", index),
                host=host, service=service.ref, owner=f"workspace '{owner}'" if owner else "no workspace",
            )  # fmt: skip
            return True
    return False


def _check_shadow(group: Group, index: int, host: str, snapshot: Snapshot, report: Report) -> None:
    cluster = shadowed_cluster(host, snapshot.clusters.values())
    if cluster is not None:
        report.add(
            catalogue.GROUP_HOST_SHADOWS, group.resource.ref, group.resource.at("hosts", index),
            host=host, cluster=cluster.name,
        )  # fmt: skip
