"""What a mesh config, and istiod's own settings, say for a whole cluster; Istio's defaults where they say nothing.

Source: `DefaultMeshConfig` in `pkg/config/mesh/mesh.go` and `pilot/pkg/features` of istio/istio, `MeshConfig` of
istio.io/api.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.discovery.inventory import LabelSelector, MeshConfig, Namespace
from fedlib.reach.fields import as_mapping, labels, mappings, text, texts
from fedlib.snapshot.mesh import ControlPlane, Mesh, selects_namespace

EVERYBODY: Final = ("*",)


@dataclass(frozen=True, slots=True)
class EntryVisibility:
    """`serviceEntryVisibility` of a mesh config that holds for sidecars: a limit to `exportTo` of ServiceEntries.

    Attributes:
        default: `PUBLIC`, `NAMESPACE` or `NONE`.
        policies: visibilities with the selectors of namespaces that must all match; the first one that does counts.
    """

    default: str = "PUBLIC"
    policies: tuple[tuple[str, tuple[LabelSelector | None, ...]], ...] = ()

    def of(self, namespace: Namespace) -> str:
        """The visibility of the ServiceEntries of a namespace."""
        for visibility, selectors in self.policies:
            if all(one is not None and selects_namespace([one], namespace) for one in selectors):
                return visibility
        return self.default


@dataclass(frozen=True, slots=True)
class MeshSettings:
    """The settings of a cluster's Istio.

    Attributes:
        trust_domain: the first part of its workloads' identities.
        trust_domain_aliases: domains that mean the same in its policies, and that its servers accept.
        checks_trust_domain: whether servers refuse clients of other trust domains (PILOT_SKIP_VALIDATE_TRUST_DOMAIN).
        cluster_domain: the end of its Services' hosts.
        root_namespace: what stands there holds for all namespaces.
        auto_mtls: whether proxies make mTLS with endpoints that can, though no DestinationRule says so.
        registry_only: whether proxies refuse what they do not know, instead of passing it on.
        service_export_to, virtual_service_export_to, destination_rule_export_to: who sees objects without `exportTo`.
        locality: `localityLbSetting`.
        traffic_policy: `defaultTrafficPolicy`.
        retries: `defaultHttpRetryPolicy`.
        visibility: `serviceEntryVisibility`, if it holds for sidecars.
        discovery_selectors: selectors of the namespaces that istiod looks at; none: all.
        selects_pods: whether ServiceEntries select pods (PILOT_ENABLE_SERVICEENTRY_SELECT_PODS).
        selects_workload_entries: whether Services select WorkloadEntries (PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES).
        scopes_gateways: whether Gateways select pods of their own namespace only (PILOT_SCOPE_GATEWAY_TO_NAMESPACE).
        allocates_addresses: whether ServiceEntries without addresses get some (PILOT_ENABLE_IP_AUTOALLOCATE).
        dns_capture: whether sidecars answer DNS queries, so that applications can call hosts that DNS does not know.
        network_view: the networks whose endpoints gateways see (ISTIO_META_REQUESTED_NETWORK_VIEW); none: all.
    """

    trust_domain: str = "cluster.local"
    trust_domain_aliases: tuple[str, ...] = ()
    checks_trust_domain: bool = True
    cluster_domain: str = "cluster.local"
    root_namespace: str = "istio-system"
    auto_mtls: bool = True
    registry_only: bool = False
    service_export_to: tuple[str, ...] = EVERYBODY
    virtual_service_export_to: tuple[str, ...] = EVERYBODY
    destination_rule_export_to: tuple[str, ...] = EVERYBODY
    locality: Mapping[str, Any] = field(default_factory=lambda: {"enabled": True})
    traffic_policy: Mapping[str, Any] = field(default_factory=dict)
    retries: Mapping[str, Any] | None = None
    visibility: EntryVisibility | None = None
    discovery_selectors: tuple[LabelSelector, ...] = ()
    selects_pods: bool = True
    selects_workload_entries: bool = True
    scopes_gateways: bool = False
    allocates_addresses: bool = True
    dns_capture: bool = True
    network_view: frozenset[str] = frozenset()

    def watches(self, namespace: Namespace) -> bool:
        """Whether istiod looks at a namespace."""
        return not self.discovery_selectors or selects_namespace(self.discovery_selectors, namespace)


def mesh_settings(mesh: Mesh, **known: Any) -> MeshSettings:
    """The settings of a cluster as they were discovered.

    What is not known is nobody's mistake: where it could break something, it is taken for what does not.

    Args:
        mesh: what is known of Istio in the cluster, from where its administrator says.
        known: fields of `MeshSettings` that are known better, such as the declared `trust_domain`.
    """
    plane = min(mesh.control_planes, key=_revision, default=ControlPlane(None, None))
    found: dict[str, Any] = {
        "checks_trust_domain": plane.setting("PILOT_SKIP_VALIDATE_TRUST_DOMAIN", default=False) is False,
        "selects_pods": plane.setting("PILOT_ENABLE_SERVICEENTRY_SELECT_PODS", default=True) is not False,
    }
    if plane.config is not None:
        found.update(_stated(plane.config), root_namespace=plane.root_namespace)
        found["dns_capture"] = plane.config.dns_capture or plane.stated("defaultConfig") is None
    found.update(known)
    return MeshSettings(**found)


def _revision(plane: ControlPlane) -> tuple[bool, str]:
    """Sorts the default revision first."""
    name = plane.istiod.revision if plane.istiod else ""
    return (name not in ("", "default"), name)


def _stated(config: MeshConfig) -> dict[str, Any]:
    stated = config.defaults
    found: dict[str, Any] = {
        "trust_domain": config.trust_domain,
        "trust_domain_aliases": config.trust_domain_aliases,
        "auto_mtls": config.auto_mtls,
        "discovery_selectors": config.discovery_selectors,
        "registry_only": as_mapping(stated.get("outboundTrafficPolicy")).get("mode") == "REGISTRY_ONLY",
        "traffic_policy": as_mapping(stated.get("defaultTrafficPolicy")),
        "visibility": _visibility(as_mapping(stated.get("serviceEntryVisibility"))),
    }
    for field_name, key in _EXPORTS.items():
        if key in stated:
            found[field_name] = texts(stated[key])
    if "localityLbSetting" in stated:
        found["locality"] = as_mapping(stated["localityLbSetting"])
    if "defaultHttpRetryPolicy" in stated:
        found["retries"] = as_mapping(stated["defaultHttpRetryPolicy"])
    return found


_EXPORTS: Final = {
    "service_export_to": "defaultServiceExportTo",
    "virtual_service_export_to": "defaultVirtualServiceExportTo",
    "destination_rule_export_to": "defaultDestinationRuleExportTo",
}


def _visibility(stated: Mapping[str, Any]) -> EntryVisibility | None:
    if stated.get("applyToSidecars") is not True:
        return None
    policies = (
        (_level(one.get("visibility")), tuple(_selector(rule) for rule in mappings(one.get("matchingRules"))))
        for one in mappings(stated.get("policies"))
    )
    return EntryVisibility(_level(stated.get("defaultVisibility")), tuple(policies))


def _level(value: Any) -> str:
    return value if value in ("NAMESPACE", "NONE") else "PUBLIC"


def _selector(rule: Mapping[str, Any]) -> LabelSelector | None:
    """The selector of a rule; a rule of another kind never matches."""
    selector = rule.get("namespaceSelector")
    if not isinstance(selector, dict):
        return None
    expressions = tuple(
        (text(one.get("key")), text(one.get("operator")), texts(one.get("values")))
        for one in mappings(selector.get("matchExpressions"))
    )
    return LabelSelector(labels(selector.get("matchLabels")), expressions)
