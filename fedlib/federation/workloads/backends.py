"""What stands behind a Service: its workloads, their identities and container ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import ObjectSelector
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import Namespace, Service, ServicePort, Workload
from fedlib.federation.model import limits
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import NamespaceKey, Snapshot
from fedlib.snapshot.selector_index import Owned, SelectorIndex

CLUSTER_LABEL: Final = "topology.istio.io/cluster"
"""The label that istiod gives the pods of each cluster that it watches."""

MAX_BACKING: Final = 100_000
"""Workloads behind the Services of one workspace; one that several Services select counts for each, and for each port
that is looked up by its name."""

_Items = tuple[tuple[str, str], ...]
"""Labels, sorted."""

_INJECTION_LABEL = "istio-injection"
_REVISION_LABEL = "istio.io/rev"
_POD_INJECTION = "sidecar.istio.io/inject"


@dataclass(slots=True)
class Backends:
    """Finds the workloads of Services. Workloads are indexed by label once, so each look-up is short."""

    snapshot: Snapshot
    _index: dict[NamespaceKey, SelectorIndex[Owned[Workload]]] = field(default_factory=dict)
    _versions: dict[Ref, tuple[_Items, Mapping[str, str]]] = field(default_factory=dict)
    """The labels of each workload; those of the same labels share them."""
    _distinct: dict[_Items, tuple[_Items, Mapping[str, str]]] = field(default_factory=dict)
    _numbers: dict[tuple[Ref, str], tuple[int, ...]] = field(default_factory=dict)
    _found: dict[Ref, tuple[Workload, ...]] = field(default_factory=dict)
    _everybody: dict[NamespaceKey, tuple[str, ...]] = field(default_factory=dict)
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_BACKING))
    _ambiguous: dict[Ref, tuple[Service, str]] = field(default_factory=dict)
    _left_out: list[Service] = field(default_factory=list)

    def workloads(self, service: Service) -> tuple[Workload, ...]:
        """The workloads whose pods the Service's selector selects."""
        ref = service.ref
        if ref not in self._found:
            owner = self.snapshot.owners.get((service.cluster, service.namespace), "")
            found = tuple(self._selected(service))
            named = {port.target_port for port in service.ports if isinstance(port.target_port, str)}
            if not self._allowed.take(owner, len(found) * (1 + len(named))):
                self._left_out.append(service)
                found = ()
            self._found[ref] = found
        return self._found[ref]

    def _selected(self, service: Service) -> Iterator[Workload]:
        key = (service.cluster, service.namespace)
        if key not in self._index:
            known = self.snapshot.workloads.get(key, ())
            self._index[key] = SelectorIndex(tuple(Owned(one, one.ref, one.labels, "") for one in known))
        if service.selector:
            selector = ObjectSelector(labels=dict(service.selector))
            yield from (one.object for one in self._index[key].select(selector))

    def report_left_out(self, report: Report) -> None:
        """Report the Services that count as having no pods, or no port of a name, because that is too much."""
        for service, target in self._ambiguous.values():
            report.add(
                catalogue.TOO_MUCH, service.ref, service.at("spec", "ports"),
                problem=f"workloads give the name '{target}' to too many different container ports",
                limit=limits.MAX_PORTS, advice="let a name stand for the same port in all workloads of a Service",
            )  # fmt: skip
        for service in self._left_out:
            owner = self.snapshot.owners.get((service.cluster, service.namespace), "")
            report.add(
                catalogue.WORKSPACE_TOO_MUCH, service.ref, service.at("spec", "selector"),
                problem="Services select too many workloads, each counted for every Service that selects it",
                workspace=owner, limit=MAX_BACKING, advice="let fewer Services select the same pods",
            )  # fmt: skip

    def container_port(self, service: Service, port: ServicePort) -> int | str:
        """The number of the container port behind a Service's port, or why its name has none."""
        numbers = self.container_ports(service, port)
        if len(numbers) == 1:
            return numbers[0]
        if numbers:
            return "is " + " and ".join(str(number) for number in numbers) + " in different workloads"
        if self.workloads(service):
            return "is not a container port of the Service's workloads"
        return "cannot be looked up: no workload is known"

    def container_ports(self, service: Service, port: ServicePort) -> tuple[int, ...]:
        """The container ports behind a Service's port, sorted."""
        target = port.target_port or port.number
        if isinstance(target, int):
            return (target,)
        key = (service.ref, target)
        if key not in self._numbers:
            numbers = container_ports(port, self.workloads(service))
            if len(numbers) > limits.MAX_PORTS:
                self._ambiguous[service.ref] = (service, target)
                numbers = ()
            self._numbers[key] = numbers
        return self._numbers[key]

    def versions(self, service: Service) -> tuple[Mapping[str, str], ...]:
        """The labels of the pods of each workload behind a Service, distinct and sorted."""
        found: dict[int, tuple[_Items, Mapping[str, str]]] = {}
        for workload in self.workloads(service):
            if workload.ref not in self._versions:
                items = tuple(sorted(workload.labels.items()))
                self._versions[workload.ref] = self._distinct.setdefault(items, (items, dict(items)))
            version = self._versions[workload.ref]
            found[id(version)] = version
        return tuple(labels for _, labels in sorted(found.values(), key=lambda version: version[0]))

    def pods(self, service: Service) -> dict[str, str]:
        """Labels that select a Service's pods, in its own cluster alone.

        An istiod that watches other clusters (remote secrets) would otherwise take their pods too, which answer nobody
        here. It knows its own by its CLUSTER_ID.
        """
        name = self.snapshot.meshes[service.cluster].cluster_id
        return {**service.selector, **({CLUSTER_LABEL: name} if name else {})}

    def identities(self, service: Service, workloads: tuple[Workload, ...]) -> tuple[str, ...]:
        """SPIFFE URIs of the pods; with no known workload those of all service accounts of the namespace."""
        if workloads:
            return self._spiffe(service, {workload.service_account for workload in workloads})
        place = (service.cluster, service.namespace)
        if place not in self._everybody:
            known = self.snapshot.service_accounts.get(place, ())
            self._everybody[place] = self._spiffe(service, {account.name for account in known})
        return self._everybody[place]

    def _spiffe(self, service: Service, accounts: set[str]) -> tuple[str, ...]:
        domain = self.snapshot.clusters[service.cluster].trust_domain
        return tuple(f"spiffe://{domain}/ns/{service.namespace}/sa/{account}" for account in sorted(accounts))


def container_ports(port: ServicePort, workloads: Iterable[Workload]) -> tuple[int, ...]:
    """The container ports behind a Service's port, sorted: several where workloads give one name to different numbers.

    Empty where no workload has the name.
    """
    target = port.target_port or port.number
    if isinstance(target, int):
        return (target,)
    return tuple(sorted({w.container_ports[target] for w in workloads if target in w.container_ports}))


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
