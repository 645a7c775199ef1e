"""Random contents of clusters: namespaces, Services of all types, workloads, gateways, nodes."""

from __future__ import annotations

from random import Random
from typing import Final

from fedlib.discovery.inventory import Namespace, Node, Service, ServiceAccount, ServicePort, Workload
from tests.property.stacks import NAMES
from tests.property.world import Discovered

NAMESPACES: Final = ("shop-a", "shop-b", "pay-a", "pay-b", "web-a", "ops-a", "a")
SOME_NAMESPACES: Final = (
    ("shop-a", "shop-b", "pay-a", "pay-b", "web-a"),
    ("shop-a", "pay-a", "pay-b", "a"),
    ("ops-a", "shop-a", "shop-b", "a"),
    ("pay-a", "web-a"),
    NAMESPACES,
)
GATEWAY_NAMESPACE: Final = "istio-gateways"
CREATED: Final = ("", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")

PORTS: Final = (
    ServicePort(80, "http", target_port=8080),
    ServicePort(9090, "grpc", app_protocol="grpc", target_port="grpc"),
    ServicePort(443, "https", target_port=8443),
    ServicePort(5432, "postgres", target_port="db"),
    ServicePort(53, "dns-udp", protocol="UDP"),
    ServicePort(6379, "", app_protocol="redis"),
    ServicePort(7000, "web", app_protocol="kubernetes.io/ws", target_port=7001),
)
CONTAINER_PORTS: Final[tuple[dict[str, int], ...]] = ({"grpc": 9090}, {"grpc": 9091, "db": 5432}, {})
SELECTORS: Final[tuple[dict[str, str], ...]] = ({"app": "api"}, {"app": "db"}, {"app": "api", "version": "v1"})
POD_LABELS: Final[tuple[dict[str, str], ...]] = (
    {"app": "api", "version": "v1"},
    {"app": "api", "version": "v2"},
    {"app": "db", "sidecar.istio.io/inject": "false"},
)


SERVICE_KINDS: Final = (*["ClusterIP"] * 8, "Headless", "ExternalName", "NoSelector", "LoadBalancer")
SERVICE_LABELS: Final[tuple[dict[str, str], ...]] = ({}, {"app": "api"}, {"app": "db"})


def _service(dice: Random, cluster: str, namespace: str, families: tuple[str, ...]) -> Service:
    kind = dice.choice(SERVICE_KINDS)
    return Service(
        cluster,
        namespace,
        dice.choice(NAMES),
        labels=dice.choice(SERVICE_LABELS),
        created=dice.choice(CREATED),
        type=kind if kind in ("ExternalName", "LoadBalancer") else "ClusterIP",
        selector={} if kind in ("ExternalName", "NoSelector") else dice.choice(SELECTORS),
        ports=tuple(dice.sample(PORTS, dice.randint(1, 3))),
        cluster_ip="None" if kind == "Headless" else "",
        ip_families=families,
        external_name="db.example.com" if kind == "ExternalName" else "",
    )


INJECTION: Final[tuple[dict[str, str], ...]] = ({"istio-injection": "enabled"}, {"istio.io/rev": "stable"}, {})
PODS: Final = tuple(
    [(labels, ports, account) for labels, ports, account in pods]
    for pods in (
        [(POD_LABELS[0], CONTAINER_PORTS[0], "default"), (POD_LABELS[2], {"db": 5432}, "db")],
        [(POD_LABELS[0], CONTAINER_PORTS[0], "default"), (POD_LABELS[1], CONTAINER_PORTS[1], "canary")],
        [(POD_LABELS[2], CONTAINER_PORTS[2], "db")],
        [],
    )
)


def _namespace(dice: Random, cluster: str, name: str) -> list[Discovered]:
    """A namespace with a service account and pods; one in sixteen is terminating."""
    labels = {"team": name.partition("-")[0], **dice.choice(INJECTION)}
    found: list[Discovered] = [
        Namespace(cluster, name, labels, dice.choice(CREATED), terminating=dice.random() < 1 / 16),
        ServiceAccount(cluster, name, "default"),
    ]
    for index, (pods, ports, account) in enumerate(dice.choice(PODS)):
        found.append(Workload(cluster, name, "Deployment", f"pods-{index}", pods, {}, account, ports))
    return found


SOME_GATEWAYS: Final = (
    *[("address",)] * 4,
    ("hostname",),
    ("node-port",),
    ("address", "both"),
    ("external-ip", "address"),
    ("pending",),
    ("cluster-ip", "no-port"),
    ("no-selector",),
    (),
)
INGRESS: Final = {
    "address": ("198.51.100.7",),
    "hostname": ("lb.example.com",),
    "both": ("lb.example.com", "198.51.100.7", "2001:db8::7"),
    "no-port": ("198.51.100.7",),
    "no-selector": ("198.51.100.7",),
}


def _gateway(cluster: str, index: int, kind: str, namespace: str) -> Service:
    port = ServicePort(15443, "other" if kind == "no-port" else "tls", target_port="tls", node_port=31443)
    types = {"node-port": "NodePort", "external-ip": "ClusterIP", "cluster-ip": "ClusterIP"}
    return Service(
        cluster,
        namespace,
        f"gateway-{index}",
        labels={"istio": "eastwestgateway"},
        type=types.get(kind, "LoadBalancer"),
        selector={} if kind == "no-selector" else {"app": f"gateway-{index}"},
        ports=(ServicePort(15021, "status-port"), port),
        external_ips=("203.0.113.9",) if kind == "external-ip" else (),
        ingress=INGRESS.get(kind, ()),
    )


def _node(cluster: str, index: int, region: str, zone: str, addresses: tuple[str, ...], *, ready: bool) -> Node:
    return Node(cluster, f"node-{index}", region, zone, "", addresses, ready=ready)


def _nodes(cluster: str) -> tuple[list[Discovered], ...]:
    """Some sets of nodes."""
    return (
        [],
        [_node(cluster, 0, "west", "west-1", ("192.0.2.1",), ready=True)],
        [
            _node(cluster, 0, "west", "west-1", ("192.0.2.1", "2001:db8::1"), ready=True),
            _node(cluster, 1, "west", "west-2", ("192.0.2.2",), ready=True),
        ],
        [
            _node(cluster, 0, "", "", ("192.0.2.1",), ready=False),
            _node(cluster, 1, "west", "", ("192.0.2.2",), ready=True),
            _node(cluster, 2, "west", "west-2", (), ready=True),
        ],
    )


def cluster_objects(dice: Random, cluster: str, services: int, *, working_gateways: bool) -> list[Discovered]:
    """What is in a cluster, with so many Services at most.

    With `working_gateways`, its east-west gateway has an address and a port.
    """
    families = dice.choice([("IPv4",), ("IPv4",), ("IPv4", "IPv6")])
    names = dice.choice(SOME_NAMESPACES)
    found = [one for name in (*names, GATEWAY_NAMESPACE) for one in _namespace(dice, cluster, name)]
    placed = [_service(dice, cluster, dice.choice(names), families) for _ in range(services)]
    found += {(service.namespace, service.name): service for service in placed}.values()
    for index, kind in enumerate(("address",) if working_gateways else dice.choice(SOME_GATEWAYS)):
        home = GATEWAY_NAMESPACE if dice.random() < 0.7 else names[0]
        name = f"gateway-{index}"
        found.append(_gateway(cluster, index, kind, home))
        found.append(Workload(cluster, home, "Deployment", name, {"app": name}, {}, "gw", {"tls": 15444}))
    return found + dice.choice(_nodes(cluster))
