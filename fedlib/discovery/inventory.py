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

    A `terminating` one takes no new objects, and what is in it is about to go.
    """

    cluster: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    terminating: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)


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
    """A Service. `ingress` holds the IPs and hostnames of its load balancer's status, in order."""

    cluster: str
    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    type: str = "ClusterIP"
    selector: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = ""
    ip_families: tuple[str, ...] = ()
    external_name: str = ""
    external_ips: tuple[str, ...] = ()
    external_traffic_policy: str = ""
    ingress: tuple[str, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return Ref("Service", self.name, self.namespace, self.cluster)

    def at(self, *path: Step) -> Location:
        """Where it (or a field of it) stands in the input."""
        return _locate(self.origin, *path)


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet, seen through its pod template.

    `labels` are the pods'; `container_ports` maps names of container ports to numbers.
    """

    cluster: str
    namespace: str
    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    service_account: str = "default"
    container_ports: Mapping[str, int] = field(default_factory=dict)
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> Ref:
        """Its identity."""
        return Ref(self.kind, self.name, self.namespace, self.cluster)

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
class Node:
    """A Node. `addresses` are its reachable ones: the external addresses, or the internal ones without any."""

    cluster: str
    name: str
    region: str = ""
    zone: str = ""
    subzone: str = ""
    addresses: tuple[str, ...] = ()
    ready: bool = True


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


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventories of all clusters by name. A cluster that could not be read is not in it."""

    clusters: Mapping[str, ClusterInventory] = field(default_factory=dict)
