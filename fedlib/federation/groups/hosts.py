"""Hosts of groups: which of them may be used, and by which each workspace calls a group.

A host of a group depends on others in two cases only: where a workspace sees several destinations of the host, and
where Istio could not tell the pods of two groups apart (docs/decisions/0016).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fedlib.config.model import host_problem
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.hosts.claims import HostClaims, place_of_several, report_short
from fedlib.federation.hosts.hostname import is_short, local_only_host, made_up_host, shadowed_cluster
from fedlib.federation.hosts.rights import HostRights, may_use
from fedlib.federation.model.destination import Group, Passage
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class GroupHosts:
    """Gives hosts to groups."""

    snapshot: Snapshot
    rights: HostRights
    claims: HostClaims
    report: Report

    def settle(self, groups: Iterable[Group]) -> list[Group]:
        """The groups with the hosts that their owners call them by; those without any are left out."""
        wanted: dict[str, list[Group]] = defaultdict(list)
        found = []
        for group in sorted(groups, key=lambda one: (one.workspace, one.resource.age)):
            listed = enumerate(group.resource.spec.hosts)
            hosts = tuple(host for index, host in listed if self._is_usable(group, index, host))
            for host in hosts:
                wanted[host].append(group)
            found.append(replace(group, hosts=hosts))
        settled = [self._without_merged(group, wanted) for group in found]
        return [group for group in settled if group.hosts]

    def by_hosts(self, group: Group) -> Iterator[Group]:
        """The group once for all of its hosts by which the same workspaces call it.

        Those to whom all of its hosts stand for something else get one that is made up, by which routes lead to it.
        """
        callers = {
            host: tuple(name for name in group.consumers if self._gets(group, host, name)) for host in group.hosts
        }
        calling = {one for found in callers.values() for one in found}
        callers[made_up_host(group.resource.ref)] = tuple(one for one in group.consumers if one not in calling)
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for host, found in callers.items():
            alike[found].append(host)
        for found, hosts in alike.items():
            if found:
                yield replace(group, hosts=tuple(hosts), callers=found)

    def _gets(self, group: Group, host: str, consumer: str) -> bool:
        """Whether a workspace calls the group by a host, rather than something else; that is reported."""
        ref = group.resource.ref
        if self.claims.gets(host, ref, consumer):
            return True
        if is_short(host):
            report_short(group.resource, group.workspace, consumer, host, self.snapshot, self.report)
            return False
        first = self.claims.seen(host, consumer)[0]
        subject, location = place_of_several(self.snapshot, consumer, first.workspace, first.ref, first.location)
        self.report.add(
            catalogue.HOST_OF_SEVERAL, subject, location,
            workspace=consumer, host=host, winner=first.ref, other=ref,
        )  # fmt: skip
        return False

    def _is_usable(self, group: Group, index: int, host: str) -> bool:
        resource, location, workspace = group.resource, group.resource.at("hosts", index), group.workspace
        problem = host_problem(local_only_host(host, workspace))
        if problem:
            self.report.add(catalogue.GROUP_HOST_INVALID, resource.ref, location, host=host, problem=problem)
            return False
        if not may_use(self.rights, resource, workspace, index, host, self.report):
            return False
        first = self.claims.own(host, workspace)
        what = self.rights.mesh_problem(host, workspace)
        if first is not None and first.is_service:
            what = f"is the federated host of {first.ref}"
        what = what or self.claims.passed_problem(host, workspace)
        if what:
            self.report.add(catalogue.GROUP_HOST_FEDERATED, resource.ref, location, host=host, what=what)
            return False
        if first is not None and first.ref != resource.ref:
            self.report.add(
                catalogue.GROUP_HOST_CONFLICT, resource.ref, location, related=(first.ref,),
                host=host, winner=first.ref, where="it is the older one of the workspace",
            )  # fmt: skip
            return False
        cluster = shadowed_cluster(host, self.snapshot.clusters.values())
        if cluster is not None:
            self.report.add(catalogue.GROUP_HOST_SHADOWS, resource.ref, location, host=host, cluster=cluster.name)
        return True

    def _without_merged(self, group: Group, wanted: dict[str, list[Group]]) -> Group:
        """The group without the hosts under which Istio would merge its pods with those of another workspace."""
        kept = []
        usable = frozenset(group.hosts)
        for index, host in enumerate(group.resource.spec.hosts):
            if host not in usable:
                continue
            rivals = (one for one in wanted[host] if one.workspace != group.workspace)
            where, winner = next(((where, one) for one in rivals if (where := self._merged(group, one))), ("", None))
            if winner is None:
                kept.append(host)
                continue
            self.report.add(
                catalogue.GROUP_HOST_CONFLICT, group.resource.ref, group.resource.at("hosts", index),
                host=host, winner=winner.resource.ref, where=where,
            )  # fmt: skip
        return replace(group, hosts=tuple(kept)) if len(kept) < len(group.hosts) else group

    def _merged(self, group: Group, other: Group) -> str:
        """Where the pods of two groups of one host would be one, and the other group has more right to it."""
        for cluster in sorted(group.backings.keys() & other.backings.keys()):
            own, theirs = group.backings[cluster], other.backings[cluster]
            namespace = own.service.namespace
            if namespace == theirs.service.namespace:
                owner = self.snapshot.owners.get((cluster, namespace))
                if owner == other.workspace or (owner != group.workspace and other.workspace < group.workspace):
                    return f"both have pods in namespace '{namespace}' of cluster '{cluster}'"
            common = {one.service.ref for one in own.gateways} & {one.service.ref for one in theirs.gateways}
            by_host = group.passage is other.passage and group.passage is not Passage.LOCAL_ONLY
            if by_host and common and other.workspace < group.workspace:
                return f"both have pods behind {min(common)}, which knows them by the host alone"
        return ""
