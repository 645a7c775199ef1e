"""A synthetic mesh: clusters with six namespaces each, Services of two ports, one workspace over all of them.

Its Services are either federated ungrouped, or each is a group of its own over all clusters, with four policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from fedlib.config.load import Configuration, read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from fedlib.discovery.inventory import (
    ClusterInventory,
    Inventory,
    Namespace,
    Node,
    Service,
    ServiceAccount,
    ServicePort,
    Workload,
)

NAMESPACES: Final = 6
SHOP: Final = tuple(f"shop-{index}" for index in range(NAMESPACES))
PORTS: Final = (ServicePort(8080, "http", target_port="http"), ServicePort(9090, "grpc", target_port=9090))


def stack_config(clusters: int, placement: str, groups: int) -> dict[str, Any]:
    """The keys of `federation:`; without groups the workspace federates all of its Services."""
    options = {"options": {"federation": {"enabled": not groups, "hostSuffix": "global"}}}
    workspace = {
        "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}],
        "settings": options if not groups else {},
    }
    return {
        "clusters": {f"c{index:02}": {} for index in range(clusters)},
        "workspaces": {"shop": workspace},
        "placement": placement,
        "resources": [resource for index in range(groups) for resource in _group(index)],
    }


def _group(index: int) -> Iterator[dict[str, Any]]:
    """A VirtualDestination over one Service of every cluster, and four policies for it alone."""
    name, namespace = f"service-{index:04}", f"shop-{index % NAMESPACES}"
    yield gloo_object(
        "networking", "VirtualDestination", name, namespace,
        {
            "hosts": [f"{name}.shop.mesh"],
            "services": [{"name": name, "namespace": namespace}],
            "ports": [
                {"number": 80, "protocol": "HTTP", "targetPort": {"name": "http"}},
                {"number": 9090, "protocol": "GRPC", "targetPort": {"name": "grpc"}},
            ],
        },
    )  # fmt: skip
    outlier = {"consecutiveErrors": 3, "interval": "5s", "baseEjectionTime": "30s"}
    policies = {
        "resilience.policy/OutlierDetectionPolicy": outlier,
        "resilience.policy/FailoverPolicy": {"localityMappings": []},
        "resilience.policy/ConnectionPolicy": {"tcp": {"maxConnections": 100, "connectTimeout": "2s"}},
        "trafficcontrol.policy/LoadBalancerPolicy": {"simple": "ROUND_ROBIN"},
    }
    for path, config in policies.items():
        group, _, kind = path.partition("/")
        target = {"kind": "VIRTUAL_DESTINATION", "selector": {"name": name, "namespace": namespace}}
        yield gloo_object(group, kind, name, namespace, {"applyToDestinations": [target], "config": config})


def gloo_object(group: str, kind: str, name: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A Gloo object of the stack, as YAML would give it."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": f"{group}.gloo.solo.io/v2", "kind": kind, "metadata": metadata, "spec": spec}


def synthetic_mesh(clusters: int, services: int, placement: str, groups: int = 0) -> tuple[Configuration, Inventory]:
    """The input of a compile; `services` is the number in each cluster, of which the first `groups` are grouped."""
    report = Report()
    stack = StackFile("bench", Path(), Source("bench"), stack_config(clusters, placement, groups))
    configuration = read_configuration(stack, report)
    assert not len(report), list(report)
    return configuration, Inventory({name: cluster_inventory(name, services) for name in configuration.config.clusters})


def cluster_inventory(cluster: str, count: int, names: Sequence[str] = SHOP) -> ClusterInventory:
    """A cluster `c<number>` with `count` Services over the namespaces in turn, and an east-west gateway."""
    services, workloads, accounts = [], [], []
    for index in range(count):
        namespace, name = names[index % len(names)], f"service-{index:04}"
        labels = {"app": name}
        services.append(Service(cluster, namespace, name, labels, selector=labels, ports=PORTS, ip_families=("IPv4",)))
        pod = {"app": name, "version": "v1"}
        ports = {"http": 8080}
        workloads.append(
            Workload(cluster, namespace, "Deployment", name, pod, service_account=name, container_ports=ports)
        )
        accounts.append(ServiceAccount(cluster, namespace, name))
    selector = {"istio": "eastwestgateway"}
    tls = (ServicePort(15443, "tls", target_port=15443),)
    address = f"198.51.100.{int(cluster[1:]) + 1}"
    services.append(
        Service(
            cluster,
            "istio-gateways",
            "eastwest",
            selector,
            type="LoadBalancer",
            selector=selector,
            ports=tls,
            ingress=(address,),
        )
    )
    injected = {"istio-injection": "enabled"}
    return ClusterInventory(
        cluster,
        namespaces=(
            *(Namespace(cluster, name, injected) for name in names),
            Namespace(cluster, "istio-gateways"),
        ),
        services=tuple(services),
        workloads=tuple(workloads),
        service_accounts=tuple(accounts),
        nodes=(Node(cluster, "node", "region", "zone"),),
    )
