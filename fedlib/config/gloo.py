"""Gloo's admin resources and the selectors that all of its resources share, as Gloo's `v2` schema has them.

Source of names, defaults and one-ofs: the `admin.gloo.solo.io/v2` and `common.gloo.solo.io/v2` API reference.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from fedlib.config.model import (
    EMPTY,
    Address,
    Enum,
    FewItems,
    HostSuffix,
    ManyItems,
    Model,
    PortNumber,
    Section,
    label_problem,
)

MAX_LABELS: Final = 64
"""Of an object, and in a selector: each is held against many others."""

Labels = Annotated[Section[dict[str, str]], Field(max_length=MAX_LABELS)]


def labels_of_pods(labels: dict[str, str]) -> dict[str, str]:
    """Check labels that objects of Istio select pods by: no pod has others, and Istio refuses them.

    Raises:
        ValueError: Kubernetes takes no such label.
    """
    problem = next(filter(None, (label_problem(key, value) for key, value in labels.items())), "")
    if problem:
        raise ValueError(problem)
    return labels


PodLabels = Annotated[Labels, AfterValidator(labels_of_pods)]
"""Labels that objects of Istio select pods by."""


class ObjectSelector(Model):
    """Selects objects; fields are ANDed, and an empty selector selects everything that is visible."""

    labels: Labels = Field(default_factory=dict)
    """Labels that the object must have."""
    name: str = ""
    """The object's name, exactly."""
    namespace: str = ""
    """The object's namespace, exactly."""
    cluster: str = ""
    """The object's cluster, exactly."""
    workspace: str = ""
    """The workspace that owns the object."""


class PortSelector(Model):
    """A port by number or by name."""

    number: PortNumber | None = None
    """The number of the Service's port."""
    name: str | None = None
    """The name of the Service's port."""

    @model_validator(mode="after")
    def _one_of(self) -> PortSelector:
        if (self.number is None) == (self.name is None):
            raise ValueError("set either number or name")
        return self

    @property
    def key(self) -> int | str:
        """The number or the name."""
        return self.number if self.number is not None else self.name or ""

    def matches(self, number: int, name: str) -> bool:
        """Whether a Service's port is the one."""
        return self.number == number if self.number is not None else self.name == name

    def __str__(self) -> str:
        """Render as the number or the quoted name."""
        return str(self.number) if self.number is not None else f"'{self.name}'"


class Protocol(enum.StrEnum):
    """What is spoken on a port."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"
    GRPC = "GRPC"
    HTTP2 = "HTTP2"
    MONGO = "MONGO"
    TCP = "TCP"
    TLS = "TLS"


AnyCaseProtocol = Annotated[
    Protocol, Strict(strict=False), BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
]
"""A protocol in capital or small letters; Gloo takes both."""


def _place(value: str) -> str:
    if "/" in value or "*" in value or not value.isprintable():
        raise ValueError(f"'{value[:80]}' cannot be a part of `region/zone/subzone`")
    return value


Part = Annotated[str, AfterValidator(_place)]
"""A part of a locality; Istio writes it between slashes, with `*` for any."""


class Locality(Model):
    """Where a workload runs."""

    region: Part = ""
    """The region, as in the node label `topology.kubernetes.io/region`."""
    zone: Part = ""
    """The zone in the region."""
    sub_zone: Part = ""
    """The part of the zone."""

    @model_validator(mode="after")
    def _from_the_outside(self) -> Locality:
        if (self.zone and not self.region) or (self.sub_zone and not self.zone):
            raise ValueError("a zone needs its region, and a subZone its zone")
        return self


NamePattern = Annotated[str, Field(max_length=253)]
"""A name, in which `*` stands for any characters. No name has more characters."""


class NamespaceSelector(Model):
    """Namespaces of a cluster; name and labels are ANDed."""

    name: NamePattern = ""
    """A name; `*` stands for any characters."""
    labels: Labels = Field(default_factory=dict)
    """Labels that the namespace must have. Empty labels select nothing by themselves."""
    config_enabled: bool | None = None
    """Whether Gloo resources are read from these namespaces. Once set on one entry, set it on all."""


class WorkloadCluster(Model):
    """Clusters and the namespaces in them that belong to the workspace; name and selector are ANDed."""

    name: NamePattern = ""
    """A cluster's name; `*` stands for any characters."""
    selector: Labels = Field(default_factory=dict)
    """Labels that the cluster must have."""
    namespaces: ManyItems[NamespaceSelector] = ()
    """Entries are ORed. An empty list makes the workspace empty, which is an error."""
    config_enabled: bool | None = None
    """Whether Gloo resources are read from these clusters. Once set on one entry, set it on all."""


class WorkspaceSpec(Model):
    """The spec of a `Workspace` (admin.gloo.solo.io/v2)."""

    workload_clusters: ManyItems[WorkloadCluster] = ()
    """Entries are ORed."""


class KubernetesClusterSpec(Model):
    """The spec of a `KubernetesCluster` (admin.gloo.solo.io/v2), which has the name of the cluster."""

    cluster_domain: HostSuffix = ""
    """The DNS domain of the cluster; `cluster.local` by default."""
    skip_warming: bool = False
    """Whether Gloo's server starts without hearing of this cluster. Nothing here waits for one."""


class ResourceKind(enum.StrEnum):
    """Kinds that can be exported and imported."""

    ALL = "ALL"
    ROUTE_TABLE = "ROUTE_TABLE"
    SERVICE = "SERVICE"
    VIRTUAL_DESTINATION = "VIRTUAL_DESTINATION"
    EXTERNAL_SERVICE = "EXTERNAL_SERVICE"
    API_DOC = "API_DOC"
    GRAPHQL_RESOLVER_MAP = "GRAPHQL_RESOLVER_MAP"
    GRAPHQL_SCHEMA = "GRAPHQL_SCHEMA"
    GRAPHQL_STITCHED_SCHEMA = "GRAPHQL_STITCHED_SCHEMA"
    EXTERNAL_WORKLOAD = "EXTERNAL_WORKLOAD"


class ResourceSelector(Model):
    """Resources to export or import; fields are ANDed."""

    kind: Enum[ResourceKind] = ResourceKind.ALL
    """The kind; ALL by default."""
    labels: Labels = Field(default_factory=dict)
    """Labels that the resource must have."""
    name: str = ""
    """The resource's name, exactly."""
    namespace: str = ""
    """The resource's namespace, exactly."""
    cluster: str = ""
    """The resource's cluster, exactly."""


class WorkspaceSelector(Model):
    """Workspaces; name and selector are ANDed."""

    name: NamePattern = ""
    """A workspace's name; `*` stands for any characters."""
    selector: Labels = Field(default_factory=dict)
    """Labels of the Workspace."""


class WorkspaceObjectSelector(Model):
    """An entry of importFrom or exportTo."""

    workspaces: ManyItems[WorkspaceSelector] = ()
    """Entries are ORed."""
    resources: ManyItems[ResourceSelector] = ()
    """Entries are ORed; empty means all kinds that can be shared."""


class EnforcementLayers(Model):
    """Which layers enforce a rule; a layer that is not set does not."""

    mesh: bool = False
    """The mesh: Istio's own objects."""
    cni: bool = False
    """The container network: NetworkPolicies, which are not written here."""


class ServiceIsolation(Model):
    """Strict mTLS, and denial of workspaces that do not import this one."""

    enabled: bool = False
    """Whether services of the workspace refuse other workspaces."""
    trim_proxy_config: bool | None = None
    """Whether sidecars keep only what the workspace can reach."""
    enforcement_layers: EnforcementLayers | None = None
    """Which layers enforce it; the mesh by default."""


class Federation(Model):
    """Ungrouped federation: a host for each Service of each cluster."""

    enabled: bool = False
    """Whether the workspace's Services are federated."""
    host_suffix: HostSuffix = ""
    """Ends each host: `<service>.<namespace>.svc.<cluster>.<hostSuffix>`. Unset: nothing is appended."""
    service_selector: FewItems[ObjectSelector] = ()
    """Which Services; entries are ORed, and empty means all of the workspace."""
    ports: FewItems[PortSelector] = ()
    """Which ports of them; empty means all."""


T = TypeVar("T")
_Gateways = Annotated[tuple[T, ...], Strict(strict=False), Field(max_length=64), EMPTY]
"""A list of at most 64 entries: what a workspace says of gateways becomes a part of each of its hosts."""


class HostInfoOverride(Model):
    """An address that replaces the discovered ones of a gateway."""

    addr: Address
    """An IP address or a DNS name."""
    port: PortNumber | None = None
    """The port; the discovered one by default."""


class EastWestGateway(Model):
    """Selects east-west gateways, in any workspace."""

    selector: Section[ObjectSelector] = ObjectSelector()
    """The gateway's Service; blank means the label `istio: eastwestgateway`."""
    port: PortSelector | None = None
    """The port for SNI passthrough; by default the one that is named `tls`."""
    tls_termination_port: PortSelector | None = None
    """The port for TLS termination; by default the one that is named `https`."""
    host_info_overrides: _Gateways[HostInfoOverride] = ()
    """Replace the discovered addresses, for instance behind an external load balancer."""


class ClientMode(Model):
    """How clients of other clusters reach the service; one of three empty objects."""

    auto: dict[str, Any] | None = None
    """Today the same as sniRouting."""
    sni_routing: dict[str, Any] | None = None
    """TLS passes through the east-west gateway, routed by SNI."""
    tls_termination: dict[str, Any] | None = None
    """TLS ends at the east-west gateway."""

    @model_validator(mode="after")
    def _one_of(self) -> ClientMode:
        if sum(mode is not None for mode in (self.auto, self.sni_routing, self.tls_termination)) > 1:
            raise ValueError("set only one of auto, sniRouting and tlsTermination")
        return self


class WorkspaceOptions(Model):
    """Options of a workspace."""

    service_isolation: ServiceIsolation | None = None
    """Who may call the workspace's services."""
    federation: Federation | None = None
    """Ungrouped federation."""
    east_west_gateways: _Gateways[EastWestGateway] | None = None
    """Gateways for traffic between clusters; by default Services with the label `istio: eastwestgateway`."""
    virtual_dest_client_mode: ClientMode | None = None
    """The client mode of generated and other virtual destinations."""
    trim_all_proxy_config: bool | None = None
    """Empties the outbound configuration of all sidecars of the workspace."""


class WorkspaceSettingsSpec(Model):
    """The spec of a `WorkspaceSettings` (admin.gloo.solo.io/v2)."""

    import_from: ManyItems[WorkspaceObjectSelector] | None = None
    """What the workspace takes from others. Nothing without an entry."""
    export_to: ManyItems[WorkspaceObjectSelector] | None = None
    """What the workspace offers to others. Nothing without an entry."""
    options: Section[WorkspaceOptions] = WorkspaceOptions()
    """Further options."""
