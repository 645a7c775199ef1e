"""What nothing is known of in a cluster that was read: said once, so that silence means that it was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fedlib.config.stack import Cluster
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.discovery.inventory import ClusterInventory

_HOW: Final = "docs/howto.md has the commands"


def report_unrecorded(
    clusters: Mapping[str, Cluster], inventories: Mapping[str, ClusterInventory], stack: StackFile, report: Report
) -> None:
    """Report settings of Istio that a recording does not hold, and trust domains that nobody states.

    Args:
        clusters: the clusters of the stack config by name.
        inventories: what was found in those that could be read.
        stack: the stack file, which findings point at.
        report: takes the findings.
    """
    for name, inventory in sorted(inventories.items()):
        cluster = clusters[name]
        unknown = cluster.trust_domain is None and not inventory.mesh_configs
        missing = list(_missing(inventory, stated=not unknown)) if cluster.inventory is not None else []
        if missing:
            _report_missing(name, missing, stack.at(("clusters", name, "inventory")), report)
        if unknown:
            report.add(
                catalogue.TRUST_DOMAIN_UNKNOWN, Ref("Cluster", name), stack.at(("clusters", name)),
                cluster=name, assumed=name,
            )  # fmt: skip


def _report_missing(cluster: str, missing: list[tuple[str, str]], location: Location, report: Report) -> None:
    objects, unchecked = (", ".join(words) for words in zip(*missing, strict=True))
    reason = f"its recording holds no {objects}; not checked: {unchecked}"
    advice = f"record them too ({_HOW})"
    subject = Ref("Cluster", cluster)
    report.add(catalogue.MESH_SETTINGS_UNKNOWN, subject, location, cluster=cluster, reason=reason, advice=advice)


def _missing(inventory: ClusterInventory, *, stated: bool) -> Iterator[tuple[str, str]]:
    """What is missing, and what therefore is not checked: the trust domain too if the stack has `stated` one."""
    if not inventory.mesh_configs:
        yield "ConfigMap istio", f"{'trust domain, ' if stated else ''}DNS capture, automatic mTLS, discoverySelectors"
    if not inventory.root_certificates:
        yield "ConfigMap istio-ca-root-cert", "the common root of trust"
    if not any(workload.istiod for workload in inventory.workloads):
        yield "Deployment of istiod", "its version and its variables"
