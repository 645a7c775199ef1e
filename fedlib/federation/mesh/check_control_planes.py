"""What istiod and its proxies must do: look at the namespaces, select pods, make mTLS, answer DNS."""

from __future__ import annotations

import re

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.mesh.reach import Reach
from fedlib.snapshot.mesh import Mesh, selects_namespace
from fedlib.snapshot.model import Snapshot

OLDEST = (1, 22)
"""The first version of Istio that serves networking.istio.io/v1."""

_CAPTURES_DNS = re.compile(r"""ISTIO_META_DNS_CAPTURE["']?\s*:\s*["']?(true|1)\b""")
_OWN_CONFIG = "proxy.istio.io/config"


def check_control_planes(snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """Report settings with which federated hosts do not answer."""
    for cluster in reach.clusters:
        mesh = snapshot.meshes.get(cluster, Mesh())
        _check_served(cluster, mesh, report)
        _check_dns(cluster, mesh, snapshot, reach, report)
        _check_watched(cluster, mesh, snapshot, reach, report)
        if cluster in reach.callers:
            _check_selected_pods(cluster, mesh, report)
    _check_versions(snapshot, reach, report)


def check_automatic_mtls(snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """Report clusters that call others without mTLS, though nothing but Istio's default asks for it."""
    for cluster in sorted(reach.calling):
        for config in snapshot.meshes.get(cluster, Mesh()).configs("enableAutoMtls"):
            if not config.auto_mtls:
                report.add(catalogue.AUTO_MTLS_OFF, config.ref, config.at(), cluster=cluster)


def _check_served(cluster: str, mesh: Mesh, report: Report) -> None:
    if mesh.versions is not None and "v1" not in mesh.versions:
        others = f", only {', '.join(mesh.versions)}" if mesh.versions else ""
        report.add(catalogue.ISTIO_NOT_SERVED, Ref("Cluster", cluster), cluster=cluster, others=others)
    if mesh.versions is None or "v1" in mesh.versions:
        for plane in mesh.control_planes:
            if plane.workload and plane.istiod and _number(plane.istiod.version) < OLDEST:
                report.add(
                    catalogue.ISTIO_TOO_OLD, plane.workload.ref, plane.workload.at(),
                    cluster=cluster, version=plane.istiod.version,
                )  # fmt: skip


def _check_dns(cluster: str, mesh: Mesh, snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """Workloads may turn it on for themselves by an annotation."""
    configs = mesh.configs("defaultConfig")
    if not configs or any(config.dns_capture for config in configs):
        return
    deaf = [name for name in reach.consumers.get(cluster, ()) if _calls_without_dns(snapshot, cluster, name)]
    if deaf:
        report.add(
            catalogue.DNS_CAPTURE_OFF, configs[0].ref, configs[0].at(), cluster=cluster, namespaces=", ".join(deaf)
        )


def _calls_without_dns(snapshot: Snapshot, cluster: str, namespace: str) -> bool:
    workloads = snapshot.workloads.get((cluster, namespace), ())
    return any(
        not _CAPTURES_DNS.search(workload.annotations.get(_OWN_CONFIG, ""))
        for workload in workloads
        if "istio" not in workload.labels  # a gateway
    )


def _check_watched(cluster: str, mesh: Mesh, snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """A namespace that the istiod of any revision looks at is fine. The finding is about the namespace: its labels."""
    configs = mesh.configs("discoverySelectors")
    if not configs or not all(config.discovery_selectors for config in configs):
        return
    needed = [snapshot.namespaces.get((cluster, name)) for name in reach.namespaces.get(cluster, ())]
    for namespace in needed:
        if namespace and not any(selects_namespace(config.discovery_selectors, namespace) for config in configs):
            report.add(
                catalogue.NAMESPACE_NOT_WATCHED, namespace.ref, namespace.at(),
                cluster=cluster, namespace=namespace.name, config=configs[0].ref,
            )  # fmt: skip


def _check_selected_pods(cluster: str, mesh: Mesh, report: Report) -> None:
    for plane in mesh.control_planes:
        if plane.workload and plane.setting("PILOT_ENABLE_SERVICEENTRY_SELECT_PODS", default=True) is False:
            report.add(
                catalogue.SELECT_PODS_OFF, plane.workload.ref, plane.workload.at("spec", "template", "spec"),
                cluster=cluster,
            )  # fmt: skip


def _check_versions(snapshot: Snapshot, reach: Reach, report: Report) -> None:
    versions = {
        cluster: ", ".join(sorted({p.istiod.version for p in planes if p.istiod and p.istiod.version}))
        for cluster in reach.clusters
        if (planes := snapshot.meshes.get(cluster, Mesh()).control_planes)
    }
    known = {cluster: version for cluster, version in versions.items() if version}
    if len(set(known.values())) > 1:
        shown = "; ".join(f"{cluster}: {version}" for cluster, version in sorted(known.items()))
        report.add(catalogue.ISTIO_VERSIONS_DIFFER, Ref("Cluster", min(known)), versions=shown)


def _number(version: str) -> tuple[int, ...]:
    """The version as numbers; an unknown one is new enough."""
    return tuple(int(part) for part in version.split(".")) if version else OLDEST
