"""What istiod sends to the sidecars of a mesh, by its own code: `tools/build istio` makes the program `proxy-config`.

It gets the clusters of Reach as Kubernetes objects: a pod for each workload, all on the first node.
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedlib.discovery.inventory import ClusterInventory, Namespace, Service, Workload
from fedlib.reach.localities import NETWORK, REGION, SUBZONE, ZONE
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller
from fedlib.reach.proxies import TLS_MODE, ProxyKind
from tests.reach.envoy_config import EnvoyConfig, read_resources

Thing = Mapping[str, Any]
Addresses = Mapping[tuple[str, str, str], tuple[str, ...]]
"""The addresses of the pods of each workload, by namespace, kind and name."""

_NODE = "node"
_OWN = "istio-system"


@dataclass(frozen=True, slots=True)
class Istiod:
    """One istiod: its cluster, the Istio objects there, its mesh config, and the sidecars that ask it."""

    mesh: Mesh
    inventory: ClusterInventory
    objects: tuple[Thing, ...]
    settings: Thing
    sidecars: tuple[Caller, ...]

    @property
    def network(self) -> str:
        """The network that its pods are in; empty for none."""
        return self.mesh.plane(self.inventory.cluster).cluster.network

    @property
    def addresses(self) -> Addresses:
        """The addresses that its pods have."""
        listed = enumerate(self.inventory.workloads)
        return {(one.namespace, one.kind, one.name): (f"10.1.{i // 200}.{i % 200 + 1}",) for i, one in listed}


def ask(program: Path, istiods: Iterable[Istiod], directory: Path) -> list[list[tuple[Caller, EnvoyConfig]]]:
    """What the sidecars of each istiod get."""
    listed = list(istiods)
    answers = directory / "answers.json"
    given = json.dumps([_input(one) for one in listed])
    subprocess.run([program, answers], input=given, text=True, check=True, capture_output=True)
    found = json.loads(answers.read_text(encoding="utf-8"))
    return [
        [(caller, read_resources(answer[str(index)])) for index, caller in enumerate(one.sidecars)]
        for one, answer in zip(listed, found, strict=True)
    ]


def _input(istiod: Istiod) -> dict[str, Any]:
    return {
        "Cluster": istiod.inventory.cluster,
        "Kubernetes": _documents(_kubernetes(istiod)),
        "Istio": _documents(istiod.objects),
        "Mesh": json.dumps(istiod.settings),
        "Sidecars": [_sidecar(index, one, istiod) for index, one in enumerate(istiod.sidecars)],
    }


def _documents(things: Iterable[Thing]) -> str:
    return "\n---\n".join(json.dumps(one) for one in things)


def _sidecar(index: int, caller: Caller, istiod: Istiod) -> dict[str, Any]:
    own = (found for (namespace, _, workload), found in istiod.addresses.items()
           if (namespace, workload) == (caller.namespace, caller.workload))  # fmt: skip
    region, zone, subzone = (*caller.locality.split("/"), "", "", "")[:3]
    return {
        "Name": str(index),
        "Namespace": caller.namespace,
        "Address": next(own, (f"10.2.{index // 200}.{index % 200 + 1}",))[0],
        "Account": "default",
        "Region": region,
        "Zone": zone,
        "Subzone": subzone,
        "Network": istiod.network,
        "Labels": dict(caller.labels) or {"is": "unknown"},  # istiod takes the labels of a pod for none
    }


def _kubernetes(istiod: Istiod) -> Iterator[Thing]:
    inventory = istiod.inventory
    for node in inventory.nodes[:1]:
        labels = {REGION: node.region, ZONE: node.zone, SUBZONE: node.subzone}
        yield {"apiVersion": "v1", "kind": "Node", "metadata": {"name": _NODE, "labels": labels}}
    for namespace in {one.name: one for one in (Namespace(inventory.cluster, _OWN), *inventory.namespaces)}.values():
        network = {NETWORK: istiod.network} if namespace.name == _OWN else {}  # pods are in it then
        metadata = {
            "name": namespace.name,
            "labels": {**namespace.labels, **network},
            "annotations": dict(namespace.annotations),
        }
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    labelled = {id(one): _labels(istiod, one) for one in inventory.workloads}
    for one in inventory.workloads:
        yield _pod(one, labelled[id(one)], istiod.addresses[one.namespace, one.kind, one.name][0])
    for service in inventory.services:
        yield _service(service)
        if service.selector and service.type != "ExternalName":
            behind = [
                one
                for one in inventory.workloads
                if one.namespace == service.namespace and service.selector.items() <= labelled[id(one)].items()
            ]
            yield from _slices(service, behind, istiod.addresses)


def _labels(istiod: Istiod, workload: Workload) -> Mapping[str, str]:
    """The labels of pods, with that of injection."""
    server = istiod.mesh.plane(istiod.inventory.cluster).servers.of(workload)
    injected = {TLS_MODE: "istio"} if server.proxy is ProxyKind.SIDECAR else {}
    return {**injected, **workload.labels}


def _pod(workload: Workload, labels: Mapping[str, str], address: str) -> Thing:
    ports = [{"name": name, "containerPort": number} for name, number in workload.container_ports.items()]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": _pod_name(workload), "namespace": workload.namespace, "labels": dict(labels)},
        "spec": {
            "serviceAccountName": workload.service_account,
            "nodeName": _NODE,
            "containers": [{"name": "app", "ports": ports}],
        },
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def _pod_name(workload: Workload) -> str:
    return f"{workload.kind.lower()}-{workload.name.lower()}-0"


def _service(service: Service) -> Thing:
    ports = [
        {
            "name": port.name,
            "port": port.number,
            "protocol": port.protocol,
            "targetPort": port.target_port,
            **({"appProtocol": port.app_protocol} if port.app_protocol else {}),
        }
        for port in service.ports
    ]
    optional = {"selector": dict(service.selector), "clusterIP": service.cluster_ip,
                "externalName": service.external_name, "trafficDistribution": service.traffic_distribution}  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": service.name,
            "namespace": service.namespace,
            "labels": dict(service.labels),
            "annotations": dict(service.annotations),
            "creationTimestamp": service.created or None,
        },
        "spec": {"type": service.type, "ports": ports, **{key: one for key, one in optional.items() if one}},
    }


def _slices(service: Service, behind: Iterable[Workload], addresses: Addresses) -> Iterator[Thing]:
    """An EndpointSlice for all pods that have the same ports."""
    groups: dict[tuple[tuple[str, int, str], ...], list[Workload]] = defaultdict(list)
    for one in behind:
        named = ((port, one.container_ports.get(port.target_port) if isinstance(port.target_port, str)
                  else port.target_port or port.number) for port in service.ports)  # fmt: skip
        groups[tuple((port.name, number, port.protocol) for port, number in named if number)].append(one)
    for index, (ports, pods) in enumerate(groups.items()):
        yield {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{service.name}-{index}",
                "namespace": service.namespace,
                "labels": {"kubernetes.io/service-name": service.name},
            },
            "addressType": "IPv4",
            "ports": [{"name": name, "port": number, "protocol": protocol} for name, number, protocol in ports],
            "endpoints": [
                {
                    "addresses": list(addresses[one.namespace, one.kind, one.name]),
                    "conditions": {"ready": True},
                    "nodeName": _NODE,
                    "targetRef": {"kind": "Pod", "name": _pod_name(one), "namespace": one.namespace},
                }
                for one in pods
            ],
        }
