"""A synthetic mesh: clusters with six namespaces each, Services of two ports, one workspace over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fedlib.config.load import Configuration, StackFile, read_configuration
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
PORTS: Final = (ServicePort(8080, "http", target_port="http"), ServicePort(9090, "grpc", target_port=9090))


def stack_config(clusters: int, placement: str) -> dict[str, Any]:
    """The keys of `federation:`."""
    federation = {"enabled": True, "hostSuffix": "global"}
    workspace = {
        "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}],
        "settings": {"options": {"federation": federation}},
    }
    return {
        "clusters": {f"c{index:02}": {} for index in range(clusters)},
        "workspaces": {"shop": workspace},
        "placement": placement,
    }


def synthetic_mesh(clusters: int, services: int, placement: str) -> tuple[Configuration, Inventory]:
    """The input of a compile; `services` is the number in each cluster."""
    report = Report()
    stack = StackFile("bench", Path(), Source("bench"), stack_config(clusters, placement))
    configuration = read_configuration(stack, report)
    assert not len(report)
    return configuration, Inventory({name: _cluster(name, services) for name in configuration.config.clusters})


def _cluster(cluster: str, count: int) -> ClusterInventory:
    services, workloads, accounts = [], [], []
    for index in range(count):
        namespace, name = f"shop-{index % NAMESPACES}", f"service-{index:04}"
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
            "gateways",
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
            *(Namespace(cluster, f"shop-{n}", injected) for n in range(NAMESPACES)),
            Namespace(cluster, "gateways"),
        ),
        services=tuple(services),
        workloads=tuple(workloads),
        service_accounts=tuple(accounts),
        nodes=(Node(cluster, "node", "region", "zone"),),
    )
