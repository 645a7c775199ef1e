"""Trust between clusters: trust domains, their aliases, root certificates."""

from __future__ import annotations

from typing import Final

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.mesh.reach import Reach
from fedlib.snapshot.mesh import ControlPlane, Mesh
from fedlib.snapshot.model import Snapshot

CLUSTER_LOCAL: Final = "cluster.local"


def check_trust(snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """Report what keeps servers and clients of different clusters from believing each other, or confuses them."""
    for cluster in reach.clusters:
        mesh = snapshot.meshes.get(cluster, Mesh())
        _check_own_domain(cluster, mesh, snapshot, report)
        _check_aliases(cluster, mesh, snapshot, reach, report)
        _check_cluster_local(cluster, snapshot, reach, report)
    for cluster, callers in reach.callers.items():
        _check_foreign_domains(cluster, callers, snapshot, report)
    _check_roots(snapshot, reach, report)


def _check_own_domain(cluster: str, mesh: Mesh, snapshot: Snapshot, report: Report) -> None:
    """During a change of the trust domain there are two; the one of the stack must be among them."""
    configs = mesh.configs("trustDomain")
    stated = snapshot.clusters[cluster].trust_domain
    if configs and stated not in {one.trust_domain for one in configs}:
        report.add(
            catalogue.TRUST_DOMAIN_DIFFERS, configs[0].ref, configs[0].at(),
            cluster=cluster, actual=configs[0].trust_domain, stated=stated,
        )  # fmt: skip


def _check_foreign_domains(cluster: str, callers: tuple[str, ...], snapshot: Snapshot, report: Report) -> None:
    own = snapshot.clusters[cluster].trust_domain
    foreign = {snapshot.clusters[caller].trust_domain for caller in callers} - {own}
    for plane in snapshot.meshes.get(cluster, Mesh()).control_planes:
        refused = foreign - _accepted(plane) if _validates(plane) else set()
        if refused and plane.workload:
            report.add(
                catalogue.TRUST_DOMAINS_REFUSED, plane.workload.ref, plane.workload.at("spec", "template", "spec"),
                cluster=cluster, domains=", ".join(sorted(refused)),
            )  # fmt: skip


def _validates(plane: ControlPlane) -> bool:
    """Whether it is known that servers look at the trust domain of their clients."""
    known = plane.config is not None and not (plane.istiod and plane.istiod.shared_config)
    return known and plane.setting("PILOT_SKIP_VALIDATE_TRUST_DOMAIN", default=False) is False


def _accepted(plane: ControlPlane) -> set[str]:
    """`TrustDomainsForValidation` of Istio."""
    config = plane.config
    return {config.trust_domain, *config.trust_domain_aliases, *(config.ca_domains or ())} if config else set()


def _check_aliases(cluster: str, mesh: Mesh, snapshot: Snapshot, reach: Reach, report: Report) -> None:
    own = snapshot.clusters[cluster].trust_domain
    others = {snapshot.clusters[other].trust_domain for other in reach.clusters} - {own}
    for config in mesh.configs("trustDomainAliases"):
        merged = others & set(config.trust_domain_aliases)
        if merged:
            report.add(
                catalogue.TRUST_DOMAINS_MERGED, config.ref, config.at(),
                cluster=cluster, domains=", ".join(sorted(merged)),
            )  # fmt: skip


def _check_cluster_local(cluster: str, snapshot: Snapshot, reach: Reach, report: Report) -> None:
    domains = {snapshot.clusters[other].trust_domain for other in reach.clusters}
    if snapshot.clusters[cluster].trust_domain == CLUSTER_LOCAL and len(domains) > 1:
        report.add(catalogue.CLUSTER_LOCAL_TRUST_DOMAIN, Ref("Cluster", cluster), cluster=cluster)


def _check_roots(snapshot: Snapshot, reach: Reach, report: Report) -> None:
    """Certificates of several roots in one place are a rotation; one in common is enough."""
    trusted = {name: snapshot.meshes[name].roots for name in reach.clusters if name in snapshot.meshes}
    pairs = {tuple(sorted((home, caller))) for home, callers in reach.callers.items() for caller in callers}
    for cluster in sorted(trusted):
        strangers = [
            other
            for one, other in sorted(pairs)
            if one == cluster and trusted[one] and trusted.get(other) and not trusted[one] & trusted[other]
            if not _has_authorities(snapshot, one) and not _has_authorities(snapshot, other)
        ]
        if strangers:
            report.add(catalogue.ROOTS_DIFFER, Ref("Cluster", cluster), cluster=cluster, others=", ".join(strangers))


def _has_authorities(snapshot: Snapshot, cluster: str) -> bool:
    """Whether a mesh config names certificates that are trusted beside the root."""
    planes = snapshot.meshes[cluster].control_planes
    return any(plane.config is not None and plane.config.ca_domains is not None for plane in planes)
