"""Two clusters of four workspaces, of which `evil` writes what it likes, as files of a stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from fedlib.compilation import compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import load_stack_file
from fedlib.diagnostics import Report
from fedlib.discovery.discover import discover, no_secrets
from tests.bench.mesh import gloo_object
from tests.hostile.documents import EVIL, SHOP, Document, as_text, settings

CLUSTERS: Final = ("c0", "c1")
OTHERS: Final = (*SHOP, "payments", "istio-gateways", "istio-system")


def compile_mesh(folder: Path, hostile: list[Document] | str, services: int) -> Report:
    """Compile a mesh with what `evil` writes, from its files to the plan; the arguments are those of `write_mesh`."""
    report = Report()
    stack = load_stack_file(write_mesh(folder, hostile, services), folder, report)
    configuration = read_configuration(stack, report)
    inventory = discover(configuration.config.clusters, stack, report, no_secrets)
    compile_federation(configuration, inventory, report)
    return report


def write_mesh(folder: Path, hostile: list[Document] | str, services: int) -> Path:
    """Write the mesh into a folder.

    Args:
        folder: where to.
        hostile: what `evil` has in its namespace, as documents or as the text of a file.
        services: how many Services each cluster has beside those.

    Returns:
        The stack file.
    """
    for cluster in CLUSTERS:
        (folder / cluster).mkdir(parents=True, exist_ok=True)
        (folder / cluster / "base.yaml").write_text(as_text(list(_documents(cluster, services))), encoding="utf-8")
    text = hostile if isinstance(hostile, str) else as_text(hostile)
    (folder / "c0" / "evil.yaml").write_text(text, encoding="utf-8")
    if isinstance(hostile, str) or not any(one.get("kind") == "WorkspaceSettings" for one in hostile):
        (folder / "c0" / "settings.yaml").write_text(as_text([settings()]), encoding="utf-8")
    stack = folder / "stack.yaml"
    stack.write_text(yaml.safe_dump({"config": _config()}), encoding="utf-8")
    return stack


def _config() -> dict[str, Any]:
    everyone = {"importFrom": [{"workspaces": [{"name": "*"}]}], "exportTo": [{"workspaces": [{"name": "*"}]}]}
    federated = {"options": {"federation": {"enabled": True, "hostSuffix": "global"}}}
    workspaces = {
        "shop": _workspace("*", "shop-*", {**everyone, **federated}),
        "payments": _workspace("*", "payments", everyone),
        "edge": _workspace("*", "istio-gateways", everyone),
        EVIL: {"workloadClusters": [{"name": "c0", "namespaces": [{"name": EVIL}]}]},
    }
    return {
        "federation:clusters": {name: {"inventory": f"./{name}"} for name in CLUSTERS},
        "federation:workspaces": workspaces,
    }


def _workspace(cluster: str, namespaces: str, settings_: dict[str, Any]) -> dict[str, Any]:
    return {"workloadClusters": [{"name": cluster, "namespaces": [{"name": namespaces}]}], "settings": settings_}


def _documents(cluster: str, services: int) -> Iterator[Document]:
    """What the others have in a cluster."""
    labels = {"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": "z"}
    yield {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": labels}}
    for namespace in (*OTHERS, *((EVIL,) if cluster == "c0" else ())):
        injected = {"name": namespace, "labels": {"istio-injection": "enabled"}}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": injected}
    for index in range(services):
        yield from _service(f"service-{index:04}", SHOP[index % len(SHOP)])
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "istio-gateways"}}
    east_west = [{"name": "tls", "port": 15443}]
    yield _gateway("eastwest", "eastwestgateway", east_west, f"198.51.100.{CLUSTERS.index(cluster) + 1}")
    if cluster == "c0":
        ports = [{"name": "http", "port": 80}, {"name": "https", "port": 443}]
        yield _gateway("ingress", "ingressgateway", ports, "198.51.100.77")
        pods = {"metadata": {"labels": {"istio": "ingressgateway"}}, "spec": {"containers": [{"name": "istio-proxy"}]}}
        metadata = {"name": "ingress", "namespace": "istio-gateways"}
        yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": pods}}
        workloads = [{"selector": {"labels": {"istio": "ingressgateway"}}}]
        listeners = [{"port": {"number": 80}, "http": {}}]
        spec = {"workloads": workloads, "listeners": listeners}
        yield gloo_object("networking", "VirtualGateway", "ingress", "istio-gateways", spec)


def _service(name: str, namespace: str) -> Iterator[Document]:
    metadata, labels = {"name": name, "namespace": namespace}, {"app": name}
    ports = [{"name": "http", "port": 8080, "targetPort": "http"}, {"name": "grpc", "port": 9090}]
    spec: Document = {"selector": labels, "ports": ports}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": {**metadata, "labels": labels}, "spec": spec}
    container = {"name": "a", "ports": [{"name": "http", "containerPort": 8080}]}
    pods = {
        "metadata": {"labels": {**labels, "version": "v1"}},
        "spec": {"serviceAccountName": name, "containers": [container]},
    }
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": pods}}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def _gateway(name: str, label: str, ports: list[Document], address: str) -> Document:
    labels = {"istio": label}
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": name, "namespace": "istio-gateways", "labels": labels},
        "spec": {"type": "LoadBalancer", "selector": labels, "ports": ports},
        "status": {"loadBalancer": {"ingress": [{"ip": address}]}},
    }  # fmt: skip
