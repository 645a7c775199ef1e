"""One Kubernetes object, as an API server or `kubectl get -o yaml` returns it, to its place in the inventory.

What an API server could not have returned is a finding, and the object is left out. Fields that are not read here
are nobody's mistake: Kubernetes evolves. Nothing of the raw document is kept, except for Gloo objects.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fedlib.config.api_groups import group_of
from fedlib.config.validate import describe
from fedlib.diagnostics import NOWHERE, Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, as_mapping
from fedlib.discovery.fields import Part, Reading
from fedlib.discovery.inventory import (
    ApiGroup,
    GlooObject,
    MeshConfig,
    Namespace,
    Node,
    RootCertificate,
    Service,
    ServiceAccount,
    ServicePort,
    Workload,
)
from fedlib.discovery.istio_settings import holds_settings, read_config_map
from fedlib.discovery.kinds import is_gloo_group, is_passed_over, near_kind
from fedlib.discovery.workloads import WORKLOAD_READERS, mesh_annotations

Discovered = (
    Namespace | Service | Workload | ServiceAccount | Node | GlooObject | MeshConfig | RootCertificate | ApiGroup
)

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

HEADLESS: Final = "None"
"""The clusterIP of a Service that has none."""

REGION: Final = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONE: Final = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
SUBZONE: Final = "topology.istio.io/subzone"
NO_LOAD_BALANCER: Final = "node.kubernetes.io/exclude-from-external-load-balancers"

_SERVER_FIELDS: Final = frozenset({"managedFields", "resourceVersion", "uid", "generation", "selfLink"})
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def parse_object(document: Any, cluster: str, origin: Origin | None, report: Report) -> Discovered | None:
    """Read one object.

    Args:
        document: plain data, as JSON or YAML gave it.
        cluster: the cluster it lives in.
        origin: where it stands in a file; None when it comes from an API server.
        report: takes what is wrong with it.

    Returns:
        The object; None when it is broken, or of a kind that federation has no use for.
    """
    api_version, kind = as_mapping(document).get("apiVersion"), as_mapping(document).get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str) or not api_version or not kind:
        missing = "apiVersion" if not isinstance(api_version, str) or not api_version else "kind"
        problem = f"it has no {missing}" if isinstance(document, Mapping) else f"it is {describe(document)}"
        _refuse(Ref("Object", cluster=cluster), problem, origin, report)
        return None
    group = group_of(api_version)
    gloo = is_gloo_group(group)
    parse = _parse_gloo if gloo else _PARSERS.get((api_version, kind)) or WORKLOAD_READERS.get((group, kind))
    if (api_version, kind) == ("v1", "ConfigMap") and holds_settings(document):
        parse = _parse_config_map
    if parse is not None:
        return _parse_named(document, Ref(kind, cluster=cluster), origin, report, parse)
    if kind == "List" or (kind.endswith("List") and "items" in document):
        _refuse(Ref(kind, cluster=cluster), "it is a List without a list of items", origin, report)
    elif not is_passed_over(api_version, kind):
        location = origin.at("kind") if origin else NOWHERE
        name = as_mapping(document.get("metadata")).get("name")
        subject = Ref(kind, name if isinstance(name, str) else "", cluster=cluster)
        suggestion = near_kind(api_version, kind)
        report.add(catalogue.UNKNOWN_KIND, subject, location, api_version=api_version, kind=kind, suggestion=suggestion)
    return None


_Parse = Callable[[Part, Ref, Origin | None], Discovered | None]


def _parse_named(
    document: dict[str, Any], subject: Ref, origin: Origin | None, report: Report, parse: _Parse
) -> Discovered | None:
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("name") in (None, ""):
        _refuse(subject, "it has no metadata.name", origin, report)
        return None
    name, namespace = metadata["name"], metadata.get("namespace")
    ref = Ref(
        subject.kind,
        name if isinstance(name, str) else "",
        namespace if isinstance(namespace, str) and subject.kind not in _CLUSTER_SCOPED else "",
        subject.cluster,
    )
    reading = Reading(ref, origin, report)
    part = Part(document, (), reading)
    _check_names(part.part("metadata"), ref)
    found = parse(part, ref, origin)
    return found if reading.sound else None


_CLUSTER_SCOPED: Final = frozenset({"Namespace", "Node", "APIGroup"})


def _check_names(metadata: Part, ref: Ref) -> None:
    """Names become parts of DNS names and of file names, so they must be what Kubernetes allows."""
    metadata.text("namespace")
    pattern = _LABEL if ref.kind in ("Namespace", "Service") else _NAME
    if metadata.text("name") and not pattern.fullmatch(ref.name):
        metadata.complain("name", "is not a DNS name as Kubernetes requires it")
    if ref.namespace and not _LABEL.fullmatch(ref.namespace):
        metadata.complain("namespace", "is not a DNS label as Kubernetes requires it")
    if not ref.namespace and ref.kind in _NAMESPACED:
        metadata.complain("namespace", "is missing")


_NAMESPACED: Final = frozenset({"Service", "ServiceAccount", "ConfigMap"} | {kind for _, kind in WORKLOAD_READERS})


def _refuse(subject: Ref, problem: str, origin: Origin | None, report: Report) -> None:
    report.add(catalogue.NOT_A_RESOURCE, subject, origin.at() if origin else NOWHERE, problem=problem)


def _parse_namespace(part: Part, ref: Ref, origin: Origin | None) -> Namespace:
    metadata = part.part("metadata")
    return Namespace(
        ref.cluster,
        ref.name,
        metadata.strings("labels"),
        metadata.text("creationTimestamp"),
        terminating=bool(metadata.text("deletionTimestamp")),
        annotations=mesh_annotations(metadata),
        origin=origin,
    )


def _parse_service(part: Part, ref: Ref, origin: Origin | None) -> Service:
    metadata, spec = part.part("metadata"), part.part("spec")
    ports = tuple(_parse_port(port) for port in spec.parts("ports"))
    names = [port.name for port in ports]
    if len(set(names)) < len(names):
        spec.complain("ports", "must each have a name of their own")
    if len({(port.number, port.protocol) for port in ports if port.number}) < sum(1 for port in ports if port.number):
        spec.complain("ports", "must differ in their number or protocol")
    ingress = part.part("status").part("loadBalancer").parts("ingress")
    addresses = [entry.address("ip") or entry.host("hostname") for entry in ingress]
    return Service(
        cluster=ref.cluster,
        namespace=ref.namespace,
        name=ref.name,
        labels=metadata.strings("labels"),
        created=metadata.text("creationTimestamp"),
        type=spec.word("type", ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
        selector=spec.strings("selector"),
        ports=ports,
        cluster_ip=HEADLESS if spec.data.get("clusterIP") == HEADLESS else spec.address("clusterIP"),
        cluster_ips=_addresses(spec.text("clusterIP"), *spec.texts("clusterIPs")),
        ip_families=spec.words("ipFamilies", ("IPv4", "IPv6")),
        external_name=spec.text("externalName"),
        external_ips=spec.addresses("externalIPs"),
        external_traffic_policy=spec.text("externalTrafficPolicy"),
        ingress=tuple(address for address in addresses if address),
        annotations=mesh_annotations(metadata),
        traffic_distribution=spec.text("trafficDistribution"),
        origin=origin,
    )


def _parse_port(port: Part) -> ServicePort:
    number = port.required_port("port")
    return ServicePort(
        number=number,
        name=port.text("name"),
        protocol=port.word("protocol", ("TCP", "UDP", "SCTP")),
        app_protocol=port.text("appProtocol"),
        target_port=port.port_or_name("targetPort") or number,  # as the API server fills it in
        node_port=port.port("nodePort"),
    )


def _parse_service_account(part: Part, ref: Ref, _origin: Origin | None) -> ServiceAccount:
    return ServiceAccount(ref.cluster, ref.namespace, ref.name, part.part("metadata").strings("labels"))


def _parse_config_map(part: Part, ref: Ref, origin: Origin | None) -> MeshConfig | RootCertificate | None:
    return read_config_map(part, ref, origin)


def _parse_api_group(part: Part, ref: Ref, _origin: Origin | None) -> ApiGroup:
    versions = tuple(one.text("version") for one in part.parts("versions"))
    return ApiGroup(ref.cluster, ref.name, versions)


def _parse_node(part: Part, ref: Ref, origin: Origin | None) -> Node:
    labels = part.part("metadata").strings("labels")
    status = part.part("status")
    entries = status.parts("addresses")
    external, internal = (
        tuple(address for entry in entries if entry.text("type") == kind and (address := entry.address("address")))
        for kind in ("ExternalIP", "InternalIP")
    )
    conditions = {entry.text("type"): entry.text("status") for entry in status.parts("conditions")}
    spec = part.part("spec")
    return Node(
        cluster=ref.cluster,
        name=ref.name,
        region=labels.get(REGION[0]) or labels.get(REGION[1], ""),
        zone=labels.get(ZONE[0]) or labels.get(ZONE[1], ""),
        subzone=labels.get(SUBZONE, ""),
        addresses=() if NO_LOAD_BALANCER in labels else external or internal,
        own_addresses=_addresses(*external, *internal),
        pod_blocks=_addresses(spec.text("podCIDR"), *spec.texts("podCIDRs")),
        ready=conditions.get("Ready", "True") == "True",
        origin=origin,
    )


def _addresses(*written: str) -> tuple[str, ...]:
    """The IP addresses and blocks among what is written, each once."""
    return tuple(one for one in dict.fromkeys(written) if _is_block(one))


def _is_block(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _parse_gloo(part: Part, ref: Ref, origin: Origin | None) -> GlooObject:
    metadata = part.part("metadata")
    metadata.strings("labels")
    annotations = {key: text for key, text in metadata.strings("annotations").items() if key != LAST_APPLIED}
    kept = {key: value for key, value in metadata.data.items() if key not in _SERVER_FIELDS and key != "annotations"}
    if annotations:
        kept["annotations"] = annotations
    document = {key: value for key, value in part.data.items() if key != "status"}
    return GlooObject(ref.cluster, {**document, "metadata": kept}, origin)


_PARSERS: Final[Mapping[tuple[str, str], _Parse]] = {
    ("v1", "Namespace"): _parse_namespace,
    ("v1", "Service"): _parse_service,
    ("v1", "ServiceAccount"): _parse_service_account,
    ("v1", "Node"): _parse_node,
    ("v1", "APIGroup"): _parse_api_group,
}
