"""The inventory: what exists in each cluster, as far as federation needs to know it.

Input: Kubernetes objects (`objects.py` turns them into these). Output: `Inventory`, which later stages read only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.diagnostics import Location, Ref
from fedlib.diagnostics.finding import NOWHERE
from fedlib.diagnostics.source import Origin, Step


def _locate(origin: Origin | None, *path: Step) -> Location:
    return origin.at(*path) if origin else NOWHERE


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Namespace. `created` is an RFC 3339 time, or empty where the recording has none.

    A `terminating` one takes no new objects, and what is in it is about to go. `annotations` are Istio's only.
    """

    cluster: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    terminating: bool = False
    annotations: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return Ref("Namespace", self.name, "", self.cluster)

    def at(self) -> Location:
        """Where it stands in the input."""
        return _locate(self.origin)


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service; `target_port` is a number or the name of a container port."""

    number: int
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    target_port: int | str = 0
    node_port: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """A Service. `ingress` holds the IPs and hostnames of its load balancer's status, in order.

    `annotations` are Istio's only, and `traffic_distribution` is the field of its spec.
    `cluster_ips` are its IP addresses in the cluster; none without any (`cluster_ip` is then `None` or empty).
    """

    cluster: str
    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    type: str = "ClusterIP"
    selector: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = ""
    cluster_ips: tuple[str, ...] = ()
    ip_families: tuple[str, ...] = ()
    external_name: str = ""
    external_ips: tuple[str, ...] = ()
    external_traffic_policy: str = ""
    ingress: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    traffic_distribution: str = ""
    origin: Origin | None = field(default=None, compare=False, repr=False)
    _ports: dict[int | str, ServicePort] = field(default_factory=dict, compare=False, repr=False)
    """The TCP ports by number and by name, the first of each; made when one is first asked for."""

    ref: Ref = field(init=False, compare=False, repr=False)
    """Its identity, made once: it is asked for more often than anything else."""

    def __post_init__(self) -> None:
        """Make the identity."""
        object.__setattr__(self, "ref", Ref("Service", self.name, self.namespace, self.cluster))

    def tcp_port(self, key: int | str) -> ServicePort | None:
        """The TCP port with a number or a name."""
        if not self._ports:
            for port in self.ports:
                for known in (port.number, port.name) if port.protocol == "TCP" else ():
                    self._ports.setdefault(known, port)
        return self._ports.get(key)

    @property
    def age(self) -> tuple[str, Ref]:
        """Sorts the oldest first; those without a creation time come last, in the order of their names."""
        return (self.created or "9999", self.ref)

    def at(self, *path: Step) -> Location:
        """Where it (or a field of it) stands in the input."""
        return _locate(self.origin, *path)


@dataclass(frozen=True, slots=True)
class Istiod:
    """What the Deployment of an istiod says of its settings.

    Attributes:
        revision: its revision; `default` without one.
        version: the version of Istio from the image's tag, such as `1.24.3`; empty where the tag is none.
        environment: the settings that federation depends on; None: it is set to what stands elsewhere.
        complete: nothing else sets variables (`envFrom`), so that what is not in `environment` is not set.
        shared_config: the ConfigMap from which it takes what its own mesh config does not say; mostly empty.
    """

    revision: str = "default"
    version: str = ""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    complete: bool = True
    shared_config: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """Whatever runs pods (`workloads.py` knows the kinds), seen through its pod template.

    `labels` are the pods'; `container_ports` maps names of container ports to numbers. `istiod` is set for an istiod.
    `controller` is apiVersion, kind and name of what made it, as long as that is not known to stand for it.
    """

    cluster: str
    namespace: str
    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    service_account: str = "default"
    container_ports: Mapping[str, int] = field(default_factory=dict)
    istiod: Istiod | None = None
    api_version: str = "apps/v1"
    controller: tuple[str, str, str] = ("", "", "")
    origin: Origin | None = field(default=None, compare=False, repr=False)

    ref: Ref = field(init=False, compare=False, repr=False)
    """Its identity, made once: it is asked for more often than anything else."""

    def __post_init__(self) -> None:
        """Make the identity."""
        object.__setattr__(self, "ref", Ref(self.kind, self.name, self.namespace, self.cluster))

    def at(self, *path: Step) -> Location:
        """Where it (or a field of it) stands in the input."""
        return _locate(self.origin, *path)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A ServiceAccount. Access policies select it by its labels."""

    cluster: str
    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A label selector as Kubernetes has it: all labels and all expressions (key, operator, values) must match."""

    labels: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class MeshConfig:
    """A mesh config, from the ConfigMap `istio` or `istio-<revision>`, with Istio's defaults for what it does not say.

    Attributes:
        stated: the fields that it sets.
        ca_domains: the trust domains of `caCertificates`; None without any such certificates.
        locality_lb: whether localities of endpoints count where no DestinationRule says it.
        discovery_selectors: selectors of the namespaces that istiod looks at; empty: all.
        defaults: what it says for all objects and proxies, field by field as written.
        root_namespace: what stands in this namespace is for the whole mesh; empty: that of istiod.
        readable: whether it could be read; if not, nothing else of it counts.
    """

    cluster: str
    namespace: str
    name: str
    stated: frozenset[str] = frozenset()
    trust_domain: str = "cluster.local"
    trust_domain_aliases: tuple[str, ...] = ()
    ca_domains: tuple[str, ...] | None = None
    dns_capture: bool = False
    auto_mtls: bool = True
    locality_lb: bool = True
    discovery_selectors: tuple[LabelSelector, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    root_namespace: str = ""
    readable: bool = True
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return Ref("ConfigMap", self.name, self.namespace, self.cluster)

    def at(self) -> Location:
        """Where it stands in the input."""
        return _locate(self.origin, "data", "mesh")


@dataclass(frozen=True, slots=True)
class RootCertificate:
    """What proxies trust, from the ConfigMap `istio-ca-root-cert`: SHA-256 of each certificate, sorted."""

    cluster: str
    namespace: str
    name: str
    fingerprints: tuple[str, ...]
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ApiGroup:
    """The versions of an API group that a cluster serves; none: the group is not there."""

    cluster: str
    name: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A Node. `addresses` are its reachable ones: the external addresses, or the internal ones without any.

    `own_addresses` are all of its IP addresses, and `pod_blocks` those that its pods get theirs from.
    """

    cluster: str
    name: str
    region: str = ""
    zone: str = ""
    subzone: str = ""
    addresses: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    pod_blocks: tuple[str, ...] = ()
    ready: bool = True
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def at(self) -> Location:
        """Where it stands in the input."""
        return _locate(self.origin)


@dataclass(frozen=True, slots=True)
class GlooObject:
    """A Gloo object as it was read; `cluster` is where it lives. `config/` gives it a model later."""

    cluster: str
    document: Mapping[str, Any]
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ClusterInventory:
    """Everything discovered in one cluster, each tuple sorted by (namespace, name)."""

    cluster: str
    namespaces: tuple[Namespace, ...] = ()
    services: tuple[Service, ...] = ()
    workloads: tuple[Workload, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    nodes: tuple[Node, ...] = ()
    gloo_objects: tuple[GlooObject, ...] = ()
    mesh_configs: tuple[MeshConfig, ...] = ()
    root_certificates: tuple[RootCertificate, ...] = ()
    api_groups: tuple[ApiGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventories of all clusters by name. A cluster that could not be read is not in it."""

    clusters: Mapping[str, ClusterInventory] = field(default_factory=dict)
