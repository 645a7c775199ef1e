"""What stands behind a Service: its workloads, their identities and container ports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.discovery.inventory import Namespace, Service, ServicePort, Workload
from fedlib.snapshot.model import NamespaceKey, Snapshot
from fedlib.snapshot.selection import labels_match

_INJECTION_LABEL = "istio-injection"
_REVISION_LABEL = "istio.io/rev"
_POD_INJECTION = "sidecar.istio.io/inject"


@dataclass(slots=True)
class Backends:
    """Finds the workloads of Services. Workloads are indexed by label once, so each look-up is short."""

    snapshot: Snapshot
    _index: dict[NamespaceKey, dict[tuple[str, str], list[Workload]]] = field(default_factory=dict)

    def workloads(self, service: Service) -> tuple[Workload, ...]:
        """The workloads whose pods the Service's selector selects."""
        key = (service.cluster, service.namespace)
        if key not in self._index:
            by_label: dict[tuple[str, str], list[Workload]] = defaultdict(list)
            for workload in self.snapshot.workloads.get(key, ()):
                for item in workload.labels.items():
                    by_label[item].append(workload)
            self._index[key] = by_label
        candidates = min((self._index[key].get(item, []) for item in service.selector.items()), key=len, default=[])
        return tuple(workload for workload in candidates if labels_match(service.selector, workload.labels))

    def identities(self, service: Service, workloads: tuple[Workload, ...]) -> tuple[str, ...]:
        """SPIFFE URIs of the pods; with no known workload those of all service accounts of the namespace."""
        accounts = {workload.service_account for workload in workloads}
        if not accounts:
            known = self.snapshot.service_accounts.get((service.cluster, service.namespace), ())
            accounts = {account.name for account in known}
        domain = self.snapshot.clusters[service.cluster].trust_domain
        return tuple(f"spiffe://{domain}/ns/{service.namespace}/sa/{account}" for account in sorted(accounts))


def versions(workloads: Iterable[Workload]) -> tuple[Mapping[str, str], ...]:
    """The labels of the pods of each workload, distinct and sorted."""
    distinct = {tuple(sorted(workload.labels.items())) for workload in workloads}
    return tuple(dict(items) for items in sorted(distinct))


def container_ports(port: ServicePort, workloads: Iterable[Workload]) -> tuple[int, ...]:
    """The container ports behind a Service's port, sorted: several where workloads give one name to different numbers.

    Empty where no workload has the name.
    """
    target = port.target_port or port.number
    if isinstance(target, int):
        return (target,)
    return tuple(sorted({w.container_ports[target] for w in workloads if target in w.container_ports}))


def container_port(port: ServicePort, workloads: tuple[Workload, ...]) -> int | str:
    """The number of the one container port behind a Service's port, or why its name has none."""
    numbers = container_ports(port, workloads)
    if len(numbers) == 1:
        return numbers[0]
    if numbers:
        return "is " + " and ".join(str(number) for number in numbers) + " in different workloads"
    return (
        "is not a container port of the Service's workloads"
        if workloads
        else "cannot be looked up: no workload is known"
    )


def shows_injection(namespace: Namespace | None, workloads: tuple[Workload, ...]) -> bool:
    """Whether labels show that every pod gets a sidecar (Istio's injection rules; a pod's label goes first)."""
    labels: Mapping[str, str] = namespace.labels if namespace else {}
    by_namespace = labels.get(_INJECTION_LABEL) == "enabled" or (
        _REVISION_LABEL in labels and labels.get(_INJECTION_LABEL) != "disabled"
    )
    return all(_pod_injection(workload, by_namespace) for workload in workloads) if workloads else by_namespace


def _pod_injection(workload: Workload, by_namespace: bool) -> bool:  # noqa: FBT001 - the default of an unlabelled pod
    own = workload.labels.get(_POD_INJECTION, workload.annotations.get(_POD_INJECTION, ""))
    if own:
        return own == "true"
    return by_namespace or _REVISION_LABEL in workload.labels
