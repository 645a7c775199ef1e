"""Principals of workspaces: the identities of their pods as AuthorizationPolicies write them, without `spiffe://`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.backends import Backends
from fedlib.federation.model import EastWestGateway
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class Principals:
    """Finds principals. Answers are kept and shared: many ports admit the same workspaces."""

    snapshot: Snapshot
    backends: Backends
    report: Report
    _workspaces: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _places: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        """Index the clusters in which a namespace of a trust domain exists: pods there have the same identities."""
        for cluster, namespace in self.snapshot.namespaces:
            self._places[self.snapshot.clusters[cluster].trust_domain, namespace].add(cluster)

    def workspace(self, name: str) -> tuple[str, ...]:
        """All service accounts of a workspace in all clusters, sorted. A namespace without any known is reported."""
        if name not in self._workspaces:
            found: list[str] = []
            for cluster, namespaces in self.snapshot.workspaces[name].namespaces.items():
                for namespace in namespaces:
                    found += self._namespace(cluster, namespace)
            self._workspaces[name] = tuple(sorted(set(found)))
        return self._workspaces[name]

    def gateway(self, gateway: EastWestGateway) -> tuple[str, ...]:
        """The principals of a gateway's pods."""
        identities = self.backends.identities(gateway.service, self.backends.workloads(gateway.service))
        return tuple(identity.removeprefix("spiffe://") for identity in identities)

    def _namespace(self, cluster: str, namespace: str) -> list[str]:
        key = (cluster, namespace)
        accounts = set(self.snapshot.service_accounts.get(key, ()))
        accounts |= {workload.service_account for workload in self.snapshot.workloads.get(key, ())}
        if not accounts:
            self.report.add(
                catalogue.ACCOUNTS_UNKNOWN, Ref("Namespace", namespace, "", cluster),
                namespace=namespace, cluster=cluster,
            )  # fmt: skip
        domain = self.snapshot.clusters[cluster].trust_domain
        self._report_shared(domain, cluster, namespace)
        return [f"{domain}/ns/{namespace}/sa/{account}" for account in accounts]

    def _report_shared(self, domain: str, cluster: str, namespace: str) -> None:
        """Report clusters of one trust domain in which a namespace does not belong to one workspace."""
        owners = self.snapshot.owners
        for other in sorted(self._places[domain, namespace]):
            if owners.get((other, namespace)) != owners.get((cluster, namespace)):
                self.report.add(
                    catalogue.IDENTITIES_SHARED, Ref("Namespace", namespace, "", other),
                    namespace=namespace, cluster=cluster, domain=domain,
                    workspace=owners.get((cluster, namespace), ""),
                )  # fmt: skip
