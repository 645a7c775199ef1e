"""Which IP families a cluster has: what the stack says of it, or what Services show that no tenant writes."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final

from fedlib.config.load import Configuration
from fedlib.config.stack import Cluster
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.inventory import ClusterInventory, Inventory, Service
from fedlib.snapshot.membership import NamespaceKey

_IPV4: Final = "IPv4"
_IPV6: Final = "IPv6"
_KUBERNETES: Final = "kube-system"


def resolve_ip_families(
    clusters: Mapping[str, Cluster],
    configuration: Configuration,
    inventory: Inventory,
    istio_namespaces: Set[NamespaceKey],
    report: Report,
) -> dict[str, tuple[str, ...]]:
    """The families of each declared cluster, sorted: those that the stack states, or else those that it shows."""
    found = {}
    for name, declared in sorted(clusters.items()):
        contents = inventory.clusters.get(name, ClusterInventory(name))
        families = tuple(sorted({family.value for family in declared.ip_families}))
        if not families:
            families = _shown(contents, istio_namespaces)
            _report_others(contents, families, configuration, report)
        found[name] = families
    return found


def _shown(inventory: ClusterInventory, istio_namespaces: Set[NamespaceKey]) -> tuple[str, ...]:
    """Those of Services that no tenant writes; without a word of them, that of the nodes' addresses."""
    decisive = (one for one in inventory.services if _is_decisive(one, istio_namespaces))
    families = {family for service in decisive for family in service.ip_families}
    addresses = [address for node in inventory.nodes for address in node.addresses]
    if not families and addresses and all(":" in address for address in addresses):
        return (_IPV6,)
    return tuple(sorted(families)) or (_IPV4,)


def _is_decisive(service: Service, istio_namespaces: Set[NamespaceKey]) -> bool:
    """Services without a selector get all families where they are headless, whatever the cluster has."""
    api_server = (service.namespace, service.name) == ("default", "kubernetes")
    platform = service.namespace == _KUBERNETES or (service.cluster, service.namespace) in istio_namespaces
    return api_server or (platform and bool(service.selector))


def _report_others(
    inventory: ClusterInventory, families: tuple[str, ...], configuration: Configuration, report: Report
) -> None:
    known = {family for service in inventory.services if service.selector for family in service.ip_families}
    others = sorted(known - set(families))
    if others:
        report.add(
            catalogue.IP_FAMILIES_UNSURE, Ref("Cluster", inventory.cluster),
            configuration.at(("clusters", inventory.cluster)),
            cluster=inventory.cluster, others=" and ".join(others), used=" and ".join(families),
            key=f"clusters.{inventory.cluster}.ipFamilies",
        )  # fmt: skip
