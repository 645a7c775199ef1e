"""Istio as it is set up in each cluster, as far as its settings are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import ClusterInventory, Istiod, LabelSelector, MeshConfig, Namespace, Workload
from fedlib.discovery.istio_settings import (
    CLUSTER_ID,
    DEFAULT_CLUSTER_ID,
    ISTIO_GROUP,
    SYSTEM_NAMESPACE,
    config_name,
    is_true,
)
from fedlib.snapshot.membership import NamespaceKey


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """An istiod and its mesh config; each is None where it is not known."""

    workload: Workload | None
    config: MeshConfig | None

    @property
    def istiod(self) -> Istiod | None:
        """What istiod's Deployment says."""
        return self.workload.istiod if self.workload else None

    def setting(self, name: str, default: bool) -> bool | None:  # noqa: FBT001 - what a variable holds
        """Whether a variable of istiod is true, or its default; None: not known."""
        istiod = self.istiod
        if istiod is None:
            return None
        if name in istiod.environment:
            value = istiod.environment[name]
            return None if value is None else is_true(value)
        return default if istiod.complete else None

    @property
    def root_namespace(self) -> str:
        """The root namespace, if it is known: that of istiod unless the mesh config names another one."""
        stated = self.config.root_namespace if self.config else ""
        return stated or (self.workload.namespace if self.workload else self.config.namespace if self.config else "")

    def stated(self, field: str) -> MeshConfig | None:
        """The mesh config if it decides about a field: a second one may say what it does not (SHARED_MESH_CONFIG)."""
        if self.config and (field in self.config.stated or not (self.istiod and self.istiod.shared_config)):
            return self.config
        return None


@dataclass(frozen=True, slots=True)
class Mesh:
    """Istio in a cluster.

    Attributes:
        control_planes: one for each istiod; during an upgrade there are several.
        roots: fingerprints of the root certificates that proxies trust; empty: not known.
        versions: the served versions of Istio's networking objects; None: not known.
    """

    control_planes: tuple[ControlPlane, ...] = ()
    roots: frozenset[str] = frozenset()
    versions: tuple[str, ...] | None = None

    @property
    def root_namespaces(self) -> frozenset[str]:
        """The namespaces whose policies are for the whole mesh; Istio's usual one where nothing is known."""
        found = (plane.root_namespace for plane in self.control_planes)
        return frozenset(name for name in found if name) or frozenset({SYSTEM_NAMESPACE})

    @property
    def cluster_id(self) -> str:
        """The name by which istiod knows the pods of its own cluster among all that it watches; empty: not known.

        Also where it is Istio's default: a mesh of several clusters has names of its own (`CLUSTER_ID`).
        """
        found = {plane.istiod.environment.get(CLUSTER_ID) if plane.istiod else None for plane in self.control_planes}
        (name,) = found if len(found) == 1 else (None,)
        return "" if name in (None, DEFAULT_CLUSTER_ID) else name

    def configs(self, field: str) -> list[MeshConfig]:
        """The mesh configs that decide about a field; none when the one of any control plane is not known."""
        found = [plane.stated(field) for plane in self.control_planes]
        return [one for one in found if one] if all(found) else []


def resolve_mesh(inventory: ClusterInventory, istio_namespaces: Set[NamespaceKey], report: Report) -> Mesh:
    """What is known of Istio in a cluster, from its own namespaces; what looks like it elsewhere is reported."""
    istiods = [workload for workload in inventory.workloads if workload.istiod]
    _report_elsewhere(inventory, istiods, istio_namespaces, report)
    istiods = [one for one in istiods if (one.cluster, one.namespace) in istio_namespaces]
    known = [one for one in inventory.mesh_configs if (one.cluster, one.namespace) in istio_namespaces]
    configs = {(one.namespace, one.name): one for one in known if _is_readable(one, report)}
    planes = [
        ControlPlane(workload, configs.get((workload.namespace, config_name(workload.istiod.revision))))
        for workload in istiods
        if workload.istiod
    ]
    # without any Deployment, istiod runs elsewhere or was not recorded
    planes = planes or [ControlPlane(None, config) for config in configs.values()]
    roots = [one for one in inventory.root_certificates if (one.cluster, one.namespace) in istio_namespaces]
    namespaces = {workload.namespace for workload in istiods} | {one.namespace for one in known}
    chosen = [one for one in roots if one.namespace in namespaces] or roots
    groups = [one for one in inventory.api_groups if one.name == ISTIO_GROUP]
    return Mesh(
        tuple(planes),
        frozenset(fingerprint for one in chosen for fingerprint in one.fingerprints),
        groups[0].versions if groups else None,
    )


def _report_elsewhere(
    inventory: ClusterInventory, istiods: Iterable[Workload], istio_namespaces: Set[NamespaceKey], report: Report
) -> None:
    found = [(one.ref, one.at()) for one in istiods] + [(one.ref, one.at()) for one in inventory.mesh_configs]
    for ref, place in found:
        if (ref.cluster, ref.namespace) not in istio_namespaces:
            report.add(catalogue.ISTIOD_ELSEWHERE, ref, place, namespace=ref.namespace, cluster=ref.cluster)


def _is_readable(config: MeshConfig, report: Report) -> bool:
    if not config.readable:
        reason = f"the mesh config in ConfigMap {config.namespace}/{config.name} is no YAML mapping"
        report.add(
            catalogue.MESH_SETTINGS_UNKNOWN, config.ref, config.at(),
            cluster=config.cluster, reason=reason, advice="mend it",
        )  # fmt: skip
    return config.readable


_OPERATORS: dict[str, Callable[[str | None, tuple[str, ...]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, values: value is not None,
    "DoesNotExist": lambda value, values: value is None,
}


def selects_namespace(selectors: Iterable[LabelSelector], namespace: Namespace) -> bool:
    """Whether any of the selectors selects a namespace; a selector that Istio would refuse selects everything."""
    # The API server writes this label on every namespace; recordings by hand leave it out.
    labels = {"kubernetes.io/metadata.name": namespace.name, **namespace.labels}
    return any(
        all(labels.get(key) == value for key, value in one.labels.items())
        and all(_matches(labels.get(key), operator, values) for key, operator, values in one.expressions)
        for one in selectors
    )


def _matches(value: str | None, operator: str, values: tuple[str, ...]) -> bool:
    return operator not in _OPERATORS or _OPERATORS[operator](value, values)
