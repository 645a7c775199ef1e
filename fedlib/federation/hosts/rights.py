"""Whose a host is: what the administrator gives out, names that Kubernetes' DNS completes, names of the mesh itself.

Everything that names hosts asks here, whatever its kind. No answer depends on what another workspace writes: only on
the stack config, on who owns which namespace, and on the clusters' names and domains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.hosts.hostname import EXTERNAL, GROUP, LOCAL_ONLY
from fedlib.snapshot.model import Snapshot

EVERYTHING: Final = "*"
"""In `federation:hosts`: all hosts that are given to nobody else."""

_MACHINE: Final = ("localhost", "localdomain")
_SERVICES: Final = "svc"
_SYSTEM: Final = ("default", "istio-system", "kube-system")
"""Namespaces that a cluster has even where they were not recorded."""


@dataclass(frozen=True, slots=True)
class DnsName:
    """A name of Kubernetes' DNS, or a wildcard over some.

    Attributes:
        namespace: the namespace of what it names; empty for the domain itself, and for what covers all namespaces.
        service: the Service that it names; empty where it covers all of the namespace.
        clusters: where it is a name.
    """

    namespace: str
    service: str
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostRights:
    """Knows who may use which host. Hosts are in small letters, and may begin with a wildcard."""

    snapshot: Snapshot
    _domains: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Clusters by their DNS domain."""
    _homes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Clusters by the names of their namespaces."""
    _holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Workspaces by the ends of hosts that are given to them."""
    _ends: dict[str, str] = field(default_factory=dict)
    _names: dict[str, DnsName | None] = field(default_factory=dict)
    """What `_end` and `dns_name` answered: hosts of a table are asked about for everybody who imports it."""

    def __post_init__(self) -> None:
        """Index what questions come by."""
        for domain, cluster in sorted(
            (one.cluster_domain.lower(), one.name) for one in self.snapshot.clusters.values()
        ):
            self._domains[domain].append(cluster)
        for cluster_name, namespace in self.snapshot.namespaces:
            self._homes[namespace].append(cluster_name)
        for workspace, suffixes in sorted(self.snapshot.hosts.items()):
            for suffix in suffixes:
                self._holders[suffix].append(workspace)

    def problem(self, host: str, workspace: str) -> str:
        """Why a workspace has no right to a host; empty if it has."""
        return (
            self.given_problem(host, workspace)
            or self.dns_problem(host, workspace)
            or self.mesh_problem(host, workspace)
        )

    def is_given(self, host: str, workspace: str) -> bool:
        """Whether the administrator gives the host to the workspace."""
        return workspace in self._holders.get(self._end(host), ())

    def given_problem(self, host: str, workspace: str) -> str:
        """Why the administrator does not let a workspace use a host; empty if nothing is said against it."""
        end, own = self._end(host), self.snapshot.hosts.get(workspace)
        if end:
            return "" if workspace in self._holders[end] else f"it belongs to {_names(self._holders[end])}"
        if own is not None and EVERYTHING not in own:
            return f"the ends of its hosts are {_quoted(own)}" if own else "no host is given to it"
        if own is None and host.startswith("*"):
            covered = min((one for one in self._holders if one.endswith(host[1:])), default=None)
            if covered is not None and workspace not in self._holders[covered]:
                return f"it covers '{covered}', which belongs to {_names(self._holders[covered])}"
        return ""

    def listener_problem(self, host: str, workspace: str) -> str:
        """The same for a listener of a gateway, which lets in what others route: their hosts and wider ones.

        Then the owner of the hosts must share something with the workspace of the gateway.
        """
        sharing = self.snapshot.visibility.partners
        guests = any(workspace in sharing(holder) for holder in self._holders.get(self._end(host), ()))
        wide = not self._end(host) and workspace not in self.snapshot.hosts
        return "" if host == "*" or guests or wide else self.given_problem(host, workspace)

    def dns_problem(self, host: str, workspace: str) -> str:
        """Why a host is a name that DNS has for somebody else already; empty if it is none."""
        if self.is_given(host, workspace):
            return ""
        if host.rpartition(".")[2] in _MACHINE:
            return "stands for the machine of whoever calls it"
        name = self.dns_name(host)
        return self._foreign(name, workspace) if name is not None else ""

    def dns_name(self, host: str) -> DnsName | None:
        """What a host is in Kubernetes' DNS, in any form that it completes: `name.ns`, `name.ns.svc` and so on."""
        if host not in self._names:
            self._names[host] = self._find_name(host)
        return self._names[host]

    def _find_name(self, host: str) -> DnsName | None:
        wild, name = host.startswith("*"), _without_wildcard(host)
        for domain, clusters in self._domains.items():
            if wild and (domain == name or domain.endswith(host[1:])):
                return DnsName("", "", tuple(clusters))
            if name == domain or name.endswith(f".{domain}"):
                return _in_domain(name[: -len(domain) - 1].split("."), clusters)
        labels = name.split(".")
        if labels[-1] == _SERVICES:
            return _in_domain(labels, sorted(self.snapshot.clusters))
        return self._short(labels, wild)

    def owners(self, name: DnsName) -> tuple[str, ...]:
        """The workspaces that own the namespace of a name where it exists, sorted; an empty one stands for none."""
        at = (cluster for cluster in self._homes.get(name.namespace, ()) if cluster in name.clusters)
        return tuple(sorted({self.snapshot.owners.get((cluster, name.namespace), "") for cluster in at}))

    def mesh_problem(self, host: str, workspace: str) -> str:
        """Why a host is one that the mesh makes up by itself; empty if it is none."""
        labels = host.split(".")
        if labels[-1] == LOCAL_ONLY:
            return f"ends in '{LOCAL_ONLY}', as the hosts do that east-west gateways serve"
        made_up = labels[-1] in (GROUP, EXTERNAL) and labels[-2:-1] != [] and labels[-2] in self.snapshot.clusters
        if made_up:
            return f"ends in '{labels[-2]}.{labels[-1]}', as the hosts do that are made up for what has no other"
        for index, label in enumerate(labels[:-1]):
            cluster = labels[index + 1]
            if label == _SERVICES and cluster in self.snapshot.clusters:
                namespace = labels[index - 1] if index else ""
                if self.snapshot.owners.get((cluster, namespace)) != workspace:
                    whose = f", for namespace '{namespace}' of somebody else" if namespace not in ("", "*") else ""
                    return f"is a name of ungrouped federation in cluster '{cluster}'{whose}"
        return ""

    def _end(self, host: str) -> str:
        """The longest end of a host that is given to somebody; empty if none is."""
        if not self._holders:
            return ""
        if host not in self._ends:
            self._ends[host] = self._find_end(host)
        return self._ends[host]

    def _find_end(self, host: str) -> str:
        name = _without_wildcard(host)
        if name != host and not host.startswith("*."):  # `*a.b` covers names below `b`
            name = name.partition(".")[2]
        while name:
            if name in self._holders:
                return name
            name = name.partition(".")[2]
        return ""

    def _short(self, labels: list[str], wild: bool) -> DnsName | None:  # noqa: FBT001 - what the host begins with
        """`name.ns`, and names of pods before the name of a Service that exists."""
        namespace, service = labels[-1], labels[-2] if len(labels) > 1 else ""
        homes = tuple(self._homes.get(namespace, self.snapshot.clusters if namespace in _SYSTEM else ()))
        if not homes or (not service and not wild):
            return None
        known = any(Ref("Service", service, namespace, cluster) in self.snapshot.services for cluster in homes)
        exact = len(labels) == (1 if wild else 2)
        return DnsName(namespace, service, homes) if exact or known else None

    def _foreign(self, name: DnsName, workspace: str) -> str:
        if not name.namespace:
            return f"belongs to the DNS domain of cluster {_quoted(name.clusters)}"
        owners = self.owners(name)
        if not owners:
            return f"is a name of Kubernetes' DNS for namespace '{name.namespace}', which does not exist"
        foreign = [owner for owner in owners if owner != workspace]
        if not foreign:
            return ""
        whose = f"workspace '{foreign[-1]}'" if foreign[-1] else "no workspace"
        return f"is a name of Kubernetes' DNS for namespace '{name.namespace}', which belongs to {whose}"


def _in_domain(labels: list[str], clusters: Iterable[str]) -> DnsName:
    """What the labels before a cluster's domain name; `ns.svc` names no Service, and covers all with a wildcard."""
    if labels[-1] != _SERVICES or len(labels) == 1:
        return DnsName("", "", tuple(clusters))
    return DnsName(labels[-2], labels[-3] if len(labels) > 2 else "", tuple(clusters))


def _without_wildcard(host: str) -> str:
    return host.removeprefix("*").removeprefix(".")


def _names(workspaces: Iterable[str]) -> str:
    found = list(workspaces)
    return f"workspace{'s' if len(found) > 1 else ''} {_quoted(found)}"


def _quoted(names: Iterable[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)


def may_use(
    rights: HostRights, resource: Resource[Model], workspace: str, index: int, host: str, report: Report
) -> bool:
    """Whether a workspace may give a host to what it owns; reported if not. `index` is its place in `hosts`."""
    location = resource.at("hosts", index)
    problem = rights.given_problem(host, workspace)
    if problem:
        report.add(
            catalogue.HOST_NOT_GIVEN, resource.ref, location, workspace=workspace, host=host, problem=problem
        )  # fmt: skip
        return False
    problem = rights.dns_problem(host, workspace)
    if problem:
        report.add(catalogue.HOST_OF_FOREIGN_SERVICE, resource.ref, location, host=host, problem=problem)
    return not problem
