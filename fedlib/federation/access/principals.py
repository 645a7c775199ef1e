"""Principals: identities of pods as AuthorizationPolicies write them, without `spiffe://`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import ObjectSelector
from fedlib.diagnostics import PLATFORM, Ref, Report, catalogue
from fedlib.discovery.inventory import ServiceAccount
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.federation.workloads.backends import Backends
from fedlib.snapshot.model import NamespaceKey, Snapshot
from fedlib.snapshot.selector_index import Owned, SelectorIndex

CLUSTER_LOCAL: Final = "cluster.local"
"""What Istio replaces in AuthorizationPolicies by the trust domain of its own cluster (`ReplaceTrustDomainAliases`)."""


@dataclass(slots=True)
class Principals:
    """Finds principals. Answers are kept and shared: many ports admit the same workspaces."""

    snapshot: Snapshot
    backends: Backends
    report: Report
    _workspaces: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _selected: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)
    _indexed: dict[str, SelectorIndex[Owned[ServiceAccount]]] = field(default_factory=dict)
    _places: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        """Index the clusters in which a namespace of a trust domain exists: pods there have the same identities."""
        for cluster, namespace in self.snapshot.namespaces:
            self._places[self.snapshot.clusters[cluster].trust_domain, namespace].add(cluster)

    def workspace(self, name: str) -> tuple[str, ...]:
        """All service accounts of a workspace in all clusters, sorted. A namespace without any known is reported."""
        if name not in self._workspaces:
            for cluster, namespace in self._namespaces(name):
                if not self._in_namespace(cluster, namespace):
                    self._report_unknown(cluster, namespace)
            found = {self._principal(one.object) for one in self._accounts(name).objects}
            self._workspaces[name] = tuple(sorted(found))
        return self._workspaces[name]

    def selected(self, selector: ObjectSelector, callers: Iterable[str]) -> tuple[str, ...]:
        """The service accounts that a selector selects among those of some workspaces, sorted."""
        labels, asked = tuple(sorted(selector.labels.items())), frozenset(callers)
        key = (asked, labels, selector.name, selector.namespace, selector.cluster, selector.workspace)
        if key not in self._selected:
            selected = (one.object for name in asked for one in self._accounts(name).select(selector))
            self._selected[key] = tuple(sorted({self._principal(account) for account in selected}))
        return self._selected[key]

    def gateway(self, gateway: EastWestGateway) -> tuple[str, ...]:
        """The principals of a gateway's pods; reported where none is known."""
        identities = self.backends.identities(gateway.service, self.backends.workloads(gateway.service))
        if not identities:
            self._report_unknown(gateway.service.cluster, gateway.service.namespace)
        return tuple(identity.removeprefix("spiffe://") for identity in identities)

    def _accounts(self, workspace: str) -> SelectorIndex[Owned[ServiceAccount]]:
        if workspace not in self._indexed:
            self._indexed[workspace] = SelectorIndex(
                tuple(
                    Owned(one, Ref("ServiceAccount", one.name, one.namespace, one.cluster), one.labels, workspace)
                    for cluster, namespace in self._namespaces(workspace)
                    for one in self._in_namespace(cluster, namespace)
                )
            )
        return self._indexed[workspace]

    def _namespaces(self, workspace: str) -> Iterator[NamespaceKey]:
        for cluster, namespaces in self.snapshot.workspaces[workspace].namespaces.items():
            for namespace in namespaces:
                yield cluster, namespace

    def _report_unknown(self, cluster: str, namespace: str) -> None:
        found = self.snapshot.namespaces[cluster, namespace]
        self.report.owned_by(PLATFORM).add(  # as it is about how the cluster was recorded
            catalogue.ACCOUNTS_UNKNOWN, found.ref, found.at(), namespace=namespace, cluster=cluster
        )

    def _in_namespace(self, cluster: str, namespace: str) -> list[ServiceAccount]:
        """The recorded accounts, and those that workloads use: they exist as well."""
        key = (cluster, namespace)
        known = {account.name: account for account in self.snapshot.service_accounts.get(key, ())}
        for workload in self.snapshot.workloads.get(key, ()):
            name = workload.service_account
            known.setdefault(name, ServiceAccount(cluster, namespace, name))
        return list(known.values())

    def _principal(self, account: ServiceAccount) -> str:
        domain = self.snapshot.clusters[account.cluster].trust_domain
        self._report_shared(domain, account.cluster, account.namespace)
        return f"{domain}/ns/{account.namespace}/sa/{account.name}"

    def _report_shared(self, domain: str, cluster: str, namespace: str) -> None:
        """Report clusters of one trust domain in which a namespace does not belong to one workspace."""
        owners = self.snapshot.owners
        for other in self._alike(domain, namespace):
            if owners.get((other, namespace)) != owners.get((cluster, namespace)):
                own, found = self.snapshot.clusters[other].trust_domain, self.snapshot.namespaces[other, namespace]
                same = f"both clusters have the trust domain '{domain}'"
                self.report.owned_by(PLATFORM).add(  # whose the trust domains are, and who owns which namespaces
                    catalogue.IDENTITIES_SHARED, found.ref, found.at(),
                    namespace=namespace, cluster=cluster, workspace=owners.get((cluster, namespace), ""),
                    reason=same if own == domain else f"Istio takes '{domain}' for the trust domain of each cluster",
                )  # fmt: skip

    def _alike(self, domain: str, namespace: str) -> list[str]:
        """The clusters whose own pods a principal of a trust domain may mean; `cluster.local` means each one's own."""
        if domain == CLUSTER_LOCAL:
            return sorted(
                cluster for cluster in self.snapshot.clusters if (cluster, namespace) in self.snapshot.namespaces
            )
        return sorted(self._places[domain, namespace])
