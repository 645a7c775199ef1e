"""Whose the hosts of RouteTables are: which a workspace may route at all, and which in the sidecars of others.

In its own sidecars a workspace routes what it likes, unless the administrator gives the host to another one. In those
of a workspace that imports the table it decides about its own hosts, about those that their owner exports to it, and
about hosts that are nobody's there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fedlib.config.gloo import ResourceKind
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import Suggestion
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.hosts.rights import DnsName, HostRights
from fedlib.federation.model.destination import FederatedService
from fedlib.federation.routes.tables import Table
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class _Seen:
    """A host that a workspace sees: who owns what has it, and who may use that."""

    owners: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    def may_route(self, workspace: str) -> bool:
        """Whether a workspace may decide about the host."""
        return workspace in self.owners or workspace in self.users


@dataclass(slots=True)
class SeenHosts:
    """The hosts of a workspace: of its own and imported Services, groups and ExternalServices."""

    by_host: dict[str, _Seen] = field(default_factory=lambda: defaultdict(_Seen))
    _backwards: list[str] = field(default_factory=list)
    """The hosts written backwards and sorted, so that those below a wildcard stand together; made for the first one."""
    _parts: dict[str, set[str]] = field(default_factory=dict)
    """For a host's first label what follows it, and the other way round; made for the first host that is not known."""

    def covered(self, host: str) -> Iterator[str]:
        """The host, or those that a wildcard covers."""
        if not host.startswith("*"):
            yield from (host,) if host in self.by_host else ()
            return
        if not self._backwards:
            self._backwards.extend(sorted(one[::-1] for one in self.by_host))
        wanted = host[:0:-1]
        for place in range(bisect_left(self._backwards, wanted), len(self._backwards)):
            if not self._backwards[place].startswith(wanted):
                break
            yield self._backwards[place][::-1]

    def suggest(self, host: str) -> Suggestion:
        """A `did you mean` with a host that differs in its first label only, or else in the rest only."""
        if not self._parts:
            for known in self.by_host:
                label, rest = _parts(known)
                self._parts.setdefault(label, set()).add(rest)
                self._parts.setdefault(rest, set()).add(label)
        label, rest = _parts(host)
        by_rest = Suggestion(rest, self._parts.get(label, ()), around=(label, ""))
        return Suggestion(label, self._parts.get(rest, ()), around=("", rest), otherwise=by_rest)


def _parts(host: str) -> tuple[str, str]:
    """The first label of a host, and the rest from the dot on."""
    label, dot, rest = host.partition(".")
    return label, dot + rest


@dataclass(slots=True)
class HostOwners:
    """Knows whose a host is; what a table takes from others is noted, and reported once."""

    snapshot: Snapshot
    services: Iterable[FederatedService]
    destinations: DestinationIndex
    rights: HostRights
    _seen: dict[str, SeenHosts] = field(default_factory=dict)
    _federated: dict[str, list[FederatedService]] = field(default_factory=lambda: defaultdict(list))
    _taken: dict[tuple[Ref, int], tuple[Table, str, str]] = field(default_factory=dict)
    """By table and index of the host: whose it is."""
    _yielding: set[tuple[str, str, Ref]] = field(default_factory=set)
    """Workspaces in whose sidecars a host leads to what somebody else has under it, and tables that want it there."""

    def __post_init__(self) -> None:
        """Index federated hosts by those who may call them."""
        for service in self.services:
            for consumer in service.consumers:
                self._federated[consumer].append(service)

    def seen(self, workspace: str) -> SeenHosts:
        """The hosts that a workspace owns or imports."""
        if workspace not in self._seen:
            found = self._seen[workspace] = SeenHosts()
            for service in self._federated[workspace]:
                self._add(found, service.host, service.workspace, service.consumers)
            for kind in DestinationKind:
                for one in self.destinations.visible(kind, workspace):
                    decision = one.decision
                    hosts = (one.own_host,) if isinstance(decision, Service) else decision.hosts
                    for host in hosts:
                        self._add(found, host, one.workspace, one.consumers)
        return self._seen[workspace]

    def is_known(self, host: str, workspace: str) -> bool:
        """Whether requests of a workspace can be for a host, as far as it can know: names of others may be."""
        if host in self.seen(workspace).by_host:
            return True
        name = self.rights.dns_name(host)
        if name is None or not name.namespace:
            return False
        owners = self.rights.owners(name)
        return (workspace not in owners and bool(owners)) or any(one.ref for one in self._services(name, workspace))

    def refused(self, workspace: str, host: str) -> str:
        """Why a workspace may not route a host anywhere; empty if it may."""
        problem = self.rights.given_problem(host, workspace)
        if not problem or host in self.seen(workspace).by_host:
            return ""
        name = self.rights.dns_name(host)
        own = name is not None and self.rights.owners(name) == (workspace,)
        return "" if own else problem

    def takes_from_others(self, table: Table, index: int, workspace: str) -> bool:
        """Whether a table would decide in the sidecars of another workspace about a name that others have in any case.

        Kubernetes' DNS has it for them, or the administrator. That is reported of a table which its workspace exports:
        whether anybody imports it is not for its owner to answer for.
        """
        host = table.spec.hosts[index]
        if self.rights.is_given(host, table.workspace):
            return False
        whose = self._not_its_name(host, table.workspace)
        if whose and table.workspace == workspace and self._is_exported(table):
            self._taken[table.ref, index] = (table, host, whose)
        return bool(whose) and table.workspace != workspace

    def is_claimed(self, table: Table, index: int, workspace: str) -> bool:
        """Whether another workspace has something of somebody else under the host of a table.

        Who has it may have taken the host up for the sake of this table: that is no mistake of the table's owner.
        """
        host = table.spec.hosts[index]
        if table.workspace == workspace or self.rights.is_given(host, table.workspace):
            return False
        claimed = self._claimed(host, table.workspace, workspace)
        if claimed:
            self._yielding.add((workspace, claimed, table.ref))
        return bool(claimed)

    def report_taken(self, report: Report) -> None:
        """Report the hosts of others, each once."""
        for (_, index), (table, host, whose) in self._taken.items():
            report.add(
                catalogue.ROUTE_HOST_OF_OTHERS, table.ref, table.resource.at("hosts", index),
                host=host, table=table.workspace, whose=whose,
            )  # fmt: skip
        for workspace, host, table_ref in sorted(self._yielding):
            source = self.snapshot.workspaces[workspace].settings_source("import_from")
            home = self.snapshot.workspaces[workspace].resource
            report.add(
                catalogue.ROUTE_HOST_CLAIMED, source.ref if source else home.ref,
                source.at("importFrom") if source else home.at(),
                workspace=workspace, host=host, table=table_ref, owner=min(self.seen(workspace).by_host[host].owners),
            )  # fmt: skip

    def _is_exported(self, table: Table) -> bool:
        resource = table.resource
        exported = self.snapshot.visibility.is_exported
        return exported(table.workspace, ResourceKind.ROUTE_TABLE, resource.labels, resource.ref)

    def _not_its_name(self, host: str, owner: str) -> str:
        """Whose a host is for Kubernetes' DNS or the administrator; empty if it is of `owner`, or nobody's."""
        problem = self.rights.dns_problem(host, owner)
        name = self.rights.dns_name(host) if problem else None
        return problem if problem and (name is None or not self._is_open(name, owner)) else ""

    def _claimed(self, host: str, owner: str, workspace: str) -> str:
        """The host, or one that it covers, under which a workspace sees what is not of `owner`; empty if none is."""
        seen = self.seen(workspace)
        return min((one for one in seen.covered(host) if not seen.by_host[one].may_route(owner)), default="")

    def _is_open(self, name: DnsName, workspace: str) -> bool:
        """Whether each owner of a name's namespace exports what has the name to a workspace."""
        owners = self.rights.owners(name)
        exporting = {self.snapshot.owners.get((one.cluster, one.namespace)) for one in self._services(name, workspace)}
        return bool(owners) and all(owner == workspace or owner in exporting for owner in owners)

    def _services(self, name: DnsName, workspace: str) -> Iterable[Service]:
        """The Services of a name that a workspace owns or imports."""
        for cluster in name.clusters:
            ref = Ref("Service", name.service, name.namespace, cluster)
            if workspace in self.snapshot.consumers.get(ref, ()):
                yield self.snapshot.services[ref]

    @staticmethod
    def _add(found: SeenHosts, host: str, owner: str, users: Iterable[str]) -> None:
        seen = found.by_host[host]
        seen.owners.add(owner)
        seen.users.update(users)
