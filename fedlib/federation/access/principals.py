"""Principals of workspaces: the identities of their pods as AuthorizationPolicies write them, without `spiffe://`."""

from __future__ import annotations

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
        return [f"{domain}/ns/{namespace}/sa/{account}" for account in accounts]
