"""What the Kubernetes API of a cluster says about its pods: nothing runs controllers here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from tests.engine.kubernetes_api import Manifest


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a Service; pods listen on `target`."""

    name: str
    number: int
    target: int


def istiod(settings: Mapping[str, str]) -> Manifest:
    """The Deployment of istiod, as Istio's chart writes it, with settings in its environment."""
    labels = {"app": "istiod", "istio.io/rev": "default"}
    container = {
        "name": "discovery",
        "image": "docker.io/istio/pilot:1.31.0",
        "env": [{"name": name, "value": value} for name, value in settings.items()],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "istiod", "namespace": "istio-system", "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"serviceAccountName": "istiod", "containers": [container]},
            },
        },
    }


def mesh_config(settings: Mapping[str, object]) -> Manifest:
    """The ConfigMap that istiod reads its mesh config from."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": yaml.safe_dump(dict(settings))},
    }


def node(name: str, region: str) -> Manifest:
    """The one node of a cluster, which gives its pods their region."""
    labels = {"topology.kubernetes.io/region": region}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def service_account(namespace: str, name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def deployment(namespace: str, name: str, labels: Mapping[str, str], account: str, ports: Sequence[Port]) -> Manifest:
    """Where the program finds identities, labels and container ports."""
    container = {
        "name": "app",
        "image": "app",
        "ports": [{"name": port.name, "containerPort": port.target} for port in ports],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"serviceAccountName": account, "containers": [container]},
            },
        },
    }


def pod(
    namespace: str,
    name: str,
    labels: Mapping[str, str],
    account: str,
    node_name: str,
    address: str,
    containers: Sequence[str],
) -> Manifest:
    """A running, ready pod, made by a ReplicaSet that nobody lists."""
    made_by = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": name, "uid": name, "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels), "ownerReferences": [made_by]},
        "spec": {
            "serviceAccountName": account,
            "nodeName": node_name,
            "containers": [{"name": container, "image": container} for container in containers],
        },
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": conditions(ready=True),
        },
    }


def conditions(ready: bool) -> list[Manifest]:
    """The conditions of a pod that runs."""
    found = {"Ready": ready, "ContainersReady": ready, "PodScheduled": True}
    return [{"type": kind, "status": str(holds)} for kind, holds in found.items()]


def service(
    namespace: str, name: str, selector: Mapping[str, str], ports: Sequence[Port], balancer: str = ""
) -> Manifest:
    """A Service; with the address of a load balancer, a gateway's."""
    spec: Manifest = {
        "selector": dict(selector),
        "ports": [{"name": port.name, "port": port.number, "targetPort": port.target} for port in ports],
    }
    made: Manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(selector)},
        "spec": spec,
    }
    if balancer:
        spec["type"] = "LoadBalancer"
        made["status"] = {"loadBalancer": {"ingress": [{"ip": balancer}]}}
    return made


def endpoints(namespace: str, service_name: str, ports: Sequence[Port], pods: Mapping[str, str]) -> Manifest:
    """The EndpointSlice of a Service: the addresses of pods by name."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": service_name,
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": service_name},
        },
        "addressType": "IPv4",
        "ports": [{"name": port.name, "port": port.target, "protocol": "TCP"} for port in ports],
        "endpoints": [
            {
                "addresses": [address],
                "conditions": {"ready": True, "serving": True, "terminating": False},
                "targetRef": {"kind": "Pod", "name": name, "namespace": namespace},
            }
            for name, address in sorted(pods.items())
        ],
    }
