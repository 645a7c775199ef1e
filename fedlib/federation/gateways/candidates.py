"""Which Services may be east-west gateways: those in Istio's own namespaces, and nothing that is only labelled so.

A gateway between clusters is an endpoint of every host of its cluster, and where TLS ends at gateways its identity is
admitted everywhere. So the administrator says where gateways stand (`federation:istioNamespaces`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from fedlib.config.gloo import ObjectSelector
from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Service
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import labels_match, selects

DEFAULT_LABELS: Final = {"istio": "eastwestgateway"}

_MARK: Final = "eastwest"

RESERVED_PORTS: Final = frozenset({
    15000, 15001, 15004, 15006, 15008, 15009, 15010, 15012, 15014, 15017, 15020, 15021, 15053, 15090,
})  # fmt: skip
"""Ports on which gateways listen for Istio itself: administration, health, metrics, and istiod behind them.

Source: "Ports used by Istio" of its documentation.
"""


def gateway_candidates(snapshot: Snapshot, report: Report) -> Mapping[str, tuple[Service, ...]]:
    """The Services of Istio's own namespaces by cluster, sorted; one that is labelled elsewhere is reported."""
    found: dict[str, list[Service]] = defaultdict(list)
    for ref, service in sorted(snapshot.services.items()):
        place = (service.cluster, service.namespace)
        if place in snapshot.istio_namespaces:
            found[service.cluster].append(service)
        elif place in snapshot.namespaces and labels_match(DEFAULT_LABELS, service.labels):
            report.add(
                catalogue.GATEWAY_ELSEWHERE, ref, service.at("metadata", "labels"),
                namespace=service.namespace, cluster=service.cluster,
            )  # fmt: skip
    return {cluster: tuple(services) for cluster, services in found.items()}


def select_gateways(selector: ObjectSelector, candidates: Iterable[Service], snapshot: Snapshot) -> Iterable[Service]:
    """The candidates that a selector selects; an empty one selects those with Istio's label."""
    if selector == ObjectSelector():
        selector = ObjectSelector(labels=DEFAULT_LABELS)
    for service in candidates:
        if selects(
            selector,
            labels=service.labels,
            name=service.name,
            namespace=service.namespace,
            cluster=service.cluster,
            workspace=snapshot.owners.get((service.cluster, service.namespace), ""),
        ):
            yield service


def is_east_west(service: Service) -> bool:
    """Whether a Service of Istio's own namespaces says of itself that it is an east-west gateway.

    Its name, labels and selector are looked at: charts write `istio: eastwestgateway`, others `east-west-gateway`.
    """
    said = (service.name, *service.labels.values(), *service.selector.values())
    return any(_MARK in text.replace("-", "") for text in said)
