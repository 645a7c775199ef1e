"""Hosts as a cluster's istiod knows them: of Kubernetes Services, and of ServiceEntries.

Source: `ConvertService` in `pilot/pkg/serviceregistry/kube/conversion.go` and `convertServices` in
`pilot/pkg/serviceregistry/serviceentry/conversion.go` of istio/istio, where both become a `model.Service`.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Namespace, Service
from fedlib.reach.fields import as_mapping, labels, mappings, number, text, texts
from fedlib.reach.hostnames import service_host
from fedlib.reach.objects import IstioObject
from fedlib.reach.protocols import parse_protocol, service_protocol

_EXPORT_TO: Final = "networking.istio.io/exportTo"
_DISTRIBUTION: Final = "networking.istio.io/traffic-distribution"
_ALLOCATION: Final = "networking.istio.io/enable-autoallocate-ip"
_NOT_YET: Final = "9999"


class Resolution(enum.StrEnum):
    """How proxies find what is behind a host; NONE: it is where the client wanted to go."""

    STATIC = "STATIC"
    DNS = "DNS"
    DNS_ROUND_ROBIN = "DNS_ROUND_ROBIN"
    DYNAMIC_DNS = "DYNAMIC_DNS"
    NONE = "NONE"
    ALIAS = "ALIAS"
    """An ExternalName Service: another name for a host."""

    @property
    def looks_up(self) -> bool:
        """Whether proxies ask DNS for the addresses of endpoints, so that these may be names."""
        return self in (Resolution.DNS, Resolution.DNS_ROUND_ROBIN)


class Distribution(enum.StrEnum):
    """How far requests may go though nobody fails (`trafficDistribution`)."""

    ANY = ""
    SAME_ZONE = "PreferSameZone"
    SAME_NODE = "PreferSameNode"


@dataclass(frozen=True, slots=True)
class EntryPort:
    """A port of a host. `target` is the port of the pods, by number or by name; 0 where nothing is said."""

    number: int
    name: str
    protocol: str
    target: int | str = 0


@dataclass(frozen=True, slots=True, eq=False)
class EntrySpec:
    """What an object says of its hosts; copies of an object share it.

    Attributes:
        ports: its ports.
        resolution: how proxies find the endpoints.
        kubernetes: whether it is a Kubernetes Service.
        external: whether the servers are outside the mesh, so that nobody makes mTLS with them by itself.
        addresses: IP addresses and blocks under which clients call it.
        names: identities that it says its servers have (`subjectAltNames`).
        export_to: who sees it; None: nothing is said.
        selector: labels of the pods and WorkloadEntries behind it; None: it selects nothing.
        endpoints: endpoints that it lists.
        alias: the host that it is another name for.
    """

    ports: tuple[EntryPort, ...]
    resolution: Resolution
    kubernetes: bool = False
    external: bool = False
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    export_to: tuple[str, ...] | None = None
    selector: Mapping[str, str] | None = None
    endpoints: tuple[Mapping[str, Any], ...] = ()
    alias: str = ""

    @property
    def of_its_place(self) -> bool:
        """Whether it means something else in each cluster and namespace, as it selects pods or names accounts."""
        return self.selector is not None or any("serviceAccount" in one for one in self.endpoints)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One host of one object.

    Attributes:
        host: the host, in lower case.
        ref: the object.
        age: sorts the oldest first (`SortServicesByCreationTime`).
        spec: what the object says.
        labels: the object's labels.
        distribution: how far requests may go.
        allocated: whether Istio gives it an address, as it has none.
    """

    host: str
    ref: Ref
    age: tuple[str, str, str, str]
    spec: EntrySpec
    labels: Mapping[str, str] = field(default_factory=dict)
    distribution: Distribution = Distribution.ANY
    allocated: bool = False

    @property
    def namespace(self) -> str:
        """The namespace of the object."""
        return self.ref.namespace


def service_entry(service: Service, namespace: Namespace | None, domain: str) -> Entry:
    """The host of a Kubernetes Service. `namespace` may decide how far requests to it may go."""
    external = service.type == "ExternalName" and bool(service.external_name)
    headless = service.cluster_ip == "None"
    addresses = () if headless or not service.cluster_ip else (service.cluster_ip,)
    visible = [part.strip() for part in service.annotations.get(_EXPORT_TO, "").split(",")]
    ports = (
        EntryPort(
            port.number,
            port.name,
            service_protocol(port.number, port.name, port.protocol, port.app_protocol),
            port.target_port or port.number,
        )
        for port in service.ports
    )
    spec = EntrySpec(
        ports=tuple(ports),
        resolution=Resolution.ALIAS if external else Resolution.NONE if headless else Resolution.STATIC,
        kubernetes=True,
        external=external,
        addresses=addresses,
        export_to=tuple(visible) if visible != [""] else None,
        selector=service.selector or None,
        alias=service.external_name if external else "",
    )
    host = service_host(service.name, service.namespace, domain)
    age = (service.created or _NOT_YET, host, service.namespace, service.name)
    distribution = _distribution(service.traffic_distribution, service.annotations, namespace)
    return Entry(host, service.ref, age, spec, service.labels, distribution)


def listed_entries(thing: IstioObject, spec: EntrySpec, namespace: Namespace | None) -> Iterator[Entry]:
    """The hosts of a ServiceEntry, whose specification is read already; `namespace` is the one that it stands in."""
    distribution = _distribution("", thing.annotations, namespace)
    wanted = thing.labels.get(_ALLOCATION, "").lower() != "false"
    allocated = wanted and not spec.addresses and spec.resolution is not Resolution.NONE
    for host in texts(thing.spec.get("hosts")):
        age = (thing.created or _NOT_YET, host, thing.namespace, thing.ref.name)
        yield Entry(host.lower(), thing.ref, age, spec, thing.labels, distribution, allocated)


def read_entry(spec: Mapping[str, Any]) -> EntrySpec:
    """What the spec of a ServiceEntry says."""
    selector = spec.get("workloadSelector")
    return EntrySpec(
        ports=tuple(_port(one) for one in mappings(spec.get("ports"))),
        resolution=_resolution(spec.get("resolution")),
        external=spec.get("location") != "MESH_INTERNAL",
        addresses=tuple(_addresses(texts(spec.get("addresses")))),
        names=texts(spec.get("subjectAltNames")),
        export_to=texts(spec.get("exportTo")) or None,
        selector=labels(as_mapping(selector).get("labels")) if isinstance(selector, dict) else None,
        endpoints=tuple(mappings(spec.get("endpoints"))),
    )


def _port(port: Mapping[str, Any]) -> EntryPort:
    protocol = parse_protocol(text(port.get("protocol")))
    return EntryPort(number(port.get("number")), text(port.get("name")), protocol, number(port.get("targetPort")))


def _resolution(value: Any) -> Resolution:
    known = value in ("STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS")
    return Resolution(value) if known else Resolution.NONE


def _addresses(written: tuple[str, ...]) -> Iterator[str]:
    """IP addresses and blocks; a block of one address is that address."""
    for one in written:
        try:
            block = ipaddress.ip_network(one, strict=False)
        except ValueError:
            continue
        yield str(block.network_address) if block.num_addresses == 1 else one


def _distribution(stated: str, annotations: Mapping[str, str], namespace: Namespace | None) -> Distribution:
    """`GetTrafficDistribution`: the field before the annotation before that of the namespace."""
    inherited = namespace.annotations if namespace else {}
    for value in (stated, annotations.get(_DISTRIBUTION, ""), inherited.get(_DISTRIBUTION, "")):
        if value:
            return _DISTRIBUTIONS.get(value.lower(), Distribution.ANY)
    return Distribution.ANY


_DISTRIBUTIONS: Final = {
    "preferclose": Distribution.SAME_ZONE,
    "prefersamezone": Distribution.SAME_ZONE,
    "prefersamenode": Distribution.SAME_NODE,
}
