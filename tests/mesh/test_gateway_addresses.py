"""How other clusters find an east-west gateway: by a name, by IPv6, by the ports of nodes."""

from collections.abc import Iterator

import pytest

from .balancer import Balancer
from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, OUTLIER, Hops, catalogs, client, eventually, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
UNGROUPED = "catalog.shop.svc.us.global"
NAME = "eastwest.us.example.com"


@pytest.fixture
def gateway(mesh: Mesh) -> Iterator[Workload]:
    """The gateway of `us`, which has its address again afterwards."""
    found = mesh["us"].workloads["istio-eastwest/eastwestgateway-0"]
    yield found
    mesh["us"].publish(found, found.outside)
    for pod in catalogs(mesh, "eu"):
        pod.recover()


def test_name(mesh: Mesh, federation: Federation, gateway: Workload) -> None:
    """A load balancer with a name only, as clouds give: local first, failover, and another address of the name."""
    mesh["us"].publish(gateway, NAME)
    mesh.network.names.addresses[NAME] = gateway.outside
    federation.declare(workspaces(federation=FEDERATED), CATALOG, OUTLIER)
    web = client(mesh, "eu")
    assert web.get(UNGROUPED, count=10).clusters == {"us": 10}
    assert web.get(HOST, count=30).clusters == {"eu": 30}
    hops = Hops(mesh)
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    answers = web.get(HOST, count=50, pause=0.1)
    assert {answer.status for answer in answers.all[25:]} == {200}, answers
    assert set(answers.clusters) == {"us"}
    assert hops.to_gateways == 0
    moved = "172.30.2.250"
    gateway.add_address(moved)
    mesh.network.names.addresses[NAME] = moved
    eventually(lambda: (web.get(HOST, count=2).bad == 0) and web.connections().get(moved, 0) > 0)
    for pod in catalogs(mesh, "eu"):
        pod.recover()
    eventually(lambda: web.get(HOST, count=10).clusters == {"eu": 10})
    gateway.remove_address(moved)


def test_name_that_nobody_knows(mesh: Mesh, federation: Federation, gateway: Workload) -> None:
    """When the name of the other cluster's gateway does not resolve, the local pods go on."""
    mesh["us"].publish(gateway, NAME)
    mesh.network.names.addresses.pop(NAME, None)
    federation.declare(workspaces(federation=FEDERATED), CATALOG)
    web = client(mesh, "eu")
    assert web.get(HOST, count=30).clusters == {"eu": 30}
    assert web.get(UNGROUPED, count=3).statuses == {503: 3}
    mesh.network.names.addresses[NAME] = gateway.outside
    eventually(lambda: "us" in web.get(HOST, count=20).clusters)


def test_ipv6(mesh: Mesh, federation: Federation, gateway: Workload) -> None:
    """A load balancer with an IPv6 address, called by pods that have IPv6 too."""
    address = "fd00::2:10"
    mesh.network.add_balancer_address(address)
    balancer = Balancer(address, 15443, (gateway.address, 15443))
    web = client(mesh, "eu")
    web.add_address("fd00::1:10")
    try:
        mesh["us"].publish(gateway, address)
        federation.declare(workspaces(federation=FEDERATED), CATALOG, OUTLIER)
        assert web.get(UNGROUPED, count=10).clusters == {"us": 10}
        assert web.get(HOST, count=30).clusters == {"eu": 30}
        for pod in catalogs(mesh, "eu"):
            pod.kill()
        eventually(lambda: web.get(HOST, count=10).clusters == {"us": 10})
    finally:
        balancer.stop()
        web.remove_address("fd00::1:10")


def test_node_ports(mesh: Mesh, federation: Federation, gateway: Workload) -> None:
    """Without a load balancer the ports of nodes lead to the gateway."""
    us = mesh["us"].api
    service = us.get("v1", "Service", gateway.account, gateway.namespace)
    node = us.get("v1", "Node", "node-us")
    number = next(port["nodePort"] for port in service["spec"]["ports"] if port["name"] == "tls")
    address = "172.30.2.251"
    mesh.network.add_balancer_address(address)
    kube_proxy = Balancer(address, number, (gateway.address, 15443))
    addresses = [{"type": "ExternalIP", "address": address}]
    us.patch(node, {"status": {"addresses": addresses}}, "kubelet", subresource="status")
    us.patch(service, {"spec": {"type": "NodePort"}}, "kubectl-edit")
    try:
        federation.declare(workspaces(federation=FEDERATED), CATALOG)
        web = client(mesh, "eu")
        assert web.get(UNGROUPED, count=10).clusters == {"us": 10}
        assert set(web.get(HOST, count=30).clusters) == {"eu", "us"}
    finally:
        kube_proxy.stop()
        us.patch(service, {"spec": {"type": "LoadBalancer"}}, "kubectl-edit")
        us.patch(node, {"status": {"addresses": None}}, "kubelet", subresource="status")
