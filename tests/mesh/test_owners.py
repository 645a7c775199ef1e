"""What teams that do not trust each other write, as requests see it: whose host, address and account is whose.

Where something is refused, a test first writes by hand what would have been declared, and shows that it works.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.engine.kubernetes_api import Manifest
from tests.engine.program import RunFailedError

from . import manifests
from .answers import Answers
from .balancer import Balancer
from .bed import HTTP, Mesh, MeshCluster
from .federation import Federation
from .manifests import Port
from .shop import BOUND, CATALOG, FEDERATED, TO_GROUP, catalogs, client, eventually, gloo, north_south, workspaces

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
UNGROUPED = "catalog.shop.svc.us.global"
PLAIN = "catalog.shop.svc.cluster.local"
ISTIO = "networking.istio.io/v1"
ADMIN = 15000


@pytest.fixture(scope="module", autouse=True)
def baits(mesh: Mesh) -> None:
    """Pods of the stranger in both clusters."""
    for name in ("eu", "us"):
        if "stranger/bait-0" not in mesh[name].workloads:
            mesh[name].add_workload("stranger", "bait")
    mesh.wait()


def teams(**stranger: Any) -> dict[str, Any]:
    """The workspaces with the stranger as one of them: of its settings, and imported by the edge after all others."""
    found = workspaces()
    found["edge"]["settings"]["importFrom"] = [{"workspaces": [{"name": "*"}]}]
    found["bad"] = {
        "workloadClusters": [{"name": "*", "namespaces": [{"name": "stranger"}]}],
        "settings": stranger,
    }
    return found


def bait_group(namespace: str = "stranger") -> dict[str, Any]:
    """A group of the stranger with the host of the shop's, and older than that."""
    group = gloo(
        "networking",
        "VirtualDestination",
        "bait",
        namespace,
        hosts=[HOST],
        services=[{"labels": {"app": "bait"}}],
        ports=[{"number": 80, "protocol": "HTTP"}],
    )
    group["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z"
    return group


def written(kind: str, namespace: str, api: str = ISTIO, **spec: Any) -> Manifest:
    """An object that somebody writes by hand."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "by-hand", "namespace": namespace}, "spec": spec}


def remove(cluster: MeshCluster, *objects: Manifest) -> None:
    """Take away what was written by hand."""
    for one in objects:
        cluster.api.delete(one["apiVersion"], one["kind"], "by-hand", one["metadata"]["namespace"])


def pods(answers: Answers) -> set[str]:
    """The applications that answered."""
    return {pod.partition("/")[2].rpartition("-")[0] for pod in answers.pods}


def test_a_host_of_two_workspaces_that_share_nothing(mesh: Mesh, federation: Federation) -> None:
    """Each reaches its own pods, in both clusters through the same gateways."""
    federation.declare(teams(), CATALOG, bait_group())
    for here in ("eu", "us"):
        for namespace, app in (("shop-web", "catalog"), ("edge", "catalog"), ("stranger", "bait")):
            answers = client(mesh, here, namespace).get(HOST, count=40, parallel=4)
            assert answers.bad == 0, f"{namespace} in {here}: {answers}"
            assert pods(answers) == {app}
            assert set(answers.clusters) == {"eu", "us"}


def test_gateways_tell_the_groups_of_a_host_apart(mesh: Mesh, federation: Federation) -> None:
    """Pods that a stranger puts behind the name by which the gateway knows the shop's get no request of the shop."""
    federation.declare(workspaces(), CATALOG)
    assert client(mesh, "us").get(HOST, count=40, parallel=4).bad == 0
    squatter = written(
        "ServiceEntry",
        "stranger",
        hosts=[f"{HOST}.shop.local-only"],
        exportTo=["istio-eastwest"],
        location="MESH_INTERNAL",
        ports=[{"name": "http-80", "number": 80, "protocol": "HTTP", "targetPort": 8080}],
        resolution="STATIC",
        workloadSelector={"labels": {"app": "bait"}},
    )
    mesh["eu"].apply(squatter)
    try:
        mesh.settle()
        assert pods(client(mesh, "us").get(HOST, count=40, parallel=4)) == {"catalog"}  # identities are checked
    finally:
        remove(mesh["eu"], squatter)
        mesh.settle()


def test_a_host_of_two_in_the_workspace_that_imports_both(mesh: Mesh, federation: Federation) -> None:
    """Clients of the edge call the first of its imports; the shop's route on the edge's gateway leads to the shop."""
    everybody = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    root = gloo(
        "networking",
        "RouteTable",
        "catalog",
        hosts=["shop.example.com"],
        virtualGateways=BOUND,
        http=[{"name": "all", "forwardTo": {"destinations": [TO_GROUP]}}],
    )
    federation.declare(teams(**everybody), CATALOG, bait_group(), north_south(), root)
    assert "FED792" in federation.check()
    assert pods(client(mesh, "eu", "edge").get(HOST, count=20)) == {"bait"}
    assert pods(client(mesh, "eu").get(HOST, count=20)) == {"catalog"}
    outside = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    answers = client(mesh, "us", "stranger").get("shop.example.com", address=outside, port=8080, count=40)
    assert answers.bad == 0, answers
    assert pods(answers) == {"catalog"}
    assert set(answers.clusters) == {"eu", "us"}


def test_a_service_that_calls_itself_a_gateway(mesh: Mesh, federation: Federation) -> None:
    """An endpoint gets the requests of a host: by hand the stranger's does, and by its label it becomes none."""
    address, bait = "172.30.2.249", mesh["us"].workloads["stranger/bait-0"]
    mesh.network.add_balancer_address(address)
    balancer = Balancer(address, 15443, (bait.address, HTTP.target))
    endpoint = written(
        "ServiceEntry",
        "shop-web",
        hosts=["by-hand.mesh"],
        addresses=["203.0.113.7"],
        exportTo=["."],
        location="MESH_EXTERNAL",
        ports=[{"name": "http", "number": 80, "protocol": "HTTP", "targetPort": 15443}],
        resolution="STATIC",
        endpoints=[{"address": address}],
    )
    service = manifests.service(
        "stranger", "by-hand", {"istio": "eastwestgateway"}, [Port("tls", 15443, 15443)], address
    )
    web = client(mesh, "eu")
    federation.declare(workspaces(federation=FEDERATED), CATALOG)
    mesh["eu"].apply(endpoint)
    mesh["us"].create(service)
    try:
        eventually(lambda: pods(web.get("by-hand.mesh", count=5)) == {"bait"})
        remove(mesh["eu"], endpoint)
        before = bait.served()
        federation.declare(workspaces(federation=FEDERATED), CATALOG)
        assert "FED308" in federation.check()
        for host, clusters in ((UNGROUPED, {"us"}), (HOST, {"eu", "us"})):
            answers = web.get(host, count=40, parallel=4)
            assert answers.bad == 0, f"{host}: {answers}"
            assert pods(answers) == {"catalog"}
            assert set(answers.clusters) == clusters
        assert bait.served() == before
    finally:
        remove(mesh["us"], service)
        balancer.stop()


def test_a_gateway_with_the_labels_of_others(mesh: Mesh, federation: Federation) -> None:
    """Istio gives the pods of others what a stranger's Gateway says for their labels; a VirtualGateway is refused."""
    root = gloo(
        "networking",
        "RouteTable",
        "catalog",
        hosts=["shop.example.com"],
        virtualGateways=BOUND,
        http=[{"name": "all", "forwardTo": {"destinations": [TO_GROUP]}}],
    )
    federation.declare(teams(), CATALOG, north_south(), root)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    asked = partial(client(mesh, "us", "stranger").get, "shop.example.com", address=gateway, port=8080, count=5)
    assert asked().statuses == {200: 5}
    labels = {"istio": "ingressgateway"}
    port = {"number": 8080, "name": "http-8080-by-hand", "protocol": "HTTP"}
    by_hand = written(
        "Gateway",
        "stranger",
        selector=labels,
        servers=[{"port": port, "hosts": ["shop.example.com"], "tls": {"httpsRedirect": True}}],
    )
    mesh["eu"].apply(by_hand)
    try:
        eventually(lambda: asked().statuses == {301: 5})
    finally:
        remove(mesh["eu"], by_hand)
    eventually(lambda: asked().statuses == {200: 5})
    service = manifests.service("stranger", "by-hand", labels, [Port("http2", 80, 8080)])
    redirecting = gloo(
        "networking",
        "VirtualGateway",
        "taken",
        "stranger",
        workloads=[{"selector": {"name": "by-hand"}}],
        listeners=[{"http": {}, "port": {"number": 80}, "httpsRedirect": True}],
    )
    mesh["eu"].create(service)
    try:
        with pytest.raises(RunFailedError) as failed:
            federation.declare(teams(), CATALOG, north_south(), root, redirecting, settle=False)
    finally:
        remove(mesh["eu"], service)
    assert "FED782" in failed.value.run.diagnostics
    assert asked().statuses == {200: 5}


@pytest.mark.parametrize("address", ["127.0.0.1", "admin.example.net"])
def test_the_admin_port_of_a_gateway(mesh: Mesh, federation: Federation, address: str) -> None:
    """An ExternalEndpoint that leads there is refused; by hand, requests from outside reach it through the gateway."""
    mesh.network.names.addresses["admin.example.net"] = "127.0.0.1"
    endpoint = gloo(
        "networking",
        "ExternalEndpoint",
        "admin",
        "stranger",
        address=address,
        ports=[{"number": ADMIN, "name": "http"}],
    )
    endpoint["metadata"]["labels"] = {"external": "admin"}
    external = gloo(
        "networking",
        "ExternalService",
        "admin",
        "stranger",
        hosts=["admin.bad.example"],
        ports=[{"number": ADMIN, "name": "http", "protocol": "HTTP"}],
        selector={"external": "admin"},
    )
    to_admin = {"kind": "EXTERNAL_SERVICE", "ref": {"name": "admin"}, "port": {"number": ADMIN}}
    root = gloo(
        "networking",
        "RouteTable",
        "admin",
        "stranger",
        hosts=["a.bad.example"],
        virtualGateways=BOUND,
        http=[{"name": "all", "forwardTo": {"destinations": [to_admin]}}],
    )
    everybody = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    federation.declare(teams(**everybody), CATALOG, north_south())
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    asked = partial(client(mesh, "us", "stranger").get, "a.bad.example", "/server_info", address=gateway, port=8080)
    assert asked().statuses == {404: 1}
    (bound,) = [one["metadata"]["name"] for one in mesh["eu"].api.list(ISTIO, "Gateway", "istio-gateways")]
    entry = written(
        "ServiceEntry",
        "istio-gateways",
        hosts=["admin.bad.example"],
        exportTo=["."],
        location="MESH_EXTERNAL",
        ports=[{"name": "http", "number": ADMIN, "protocol": "HTTP"}],
        resolution="STATIC" if address[0].isdigit() else "DNS",
        endpoints=[{"address": address}],
    )
    destination = {"host": "admin.bad.example", "port": {"number": ADMIN}}
    routes = written(
        "VirtualService",
        "istio-gateways",
        exportTo=["."],
        gateways=[bound],
        hosts=["a.bad.example"],
        http=[{"route": [{"destination": destination}]}],
    )
    mesh["eu"].apply(entry, routes)
    try:
        eventually(lambda: any("command_line_options" in answer.body for answer in asked().all))
    finally:
        remove(mesh["eu"], entry, routes)
    eventually(lambda: asked().statuses == {404: 1})
    with pytest.raises(RunFailedError) as failed:
        federation.declare(teams(**everybody), CATALOG, north_south(), endpoint, external, root, settle=False)
    assert "FED765" in failed.value.run.diagnostics
    assert asked().statuses == {404: 1}


@pytest.fixture
def labelled(mesh: Mesh) -> Iterator[None]:
    """The accounts of two clients with the same label."""

    def label(namespace: str, **labels: str) -> None:
        metadata = {"name": "client", "namespace": namespace, "labels": labels}
        mesh["eu"].apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})

    for namespace in ("stranger", "edge"):
        label(namespace, role="reader")
    yield
    for namespace in ("stranger", "edge"):
        label(namespace)


def test_the_account_of_a_workspace_that_is_imported(mesh: Mesh, federation: Federation, labelled: None) -> None:
    """An AccessPolicy admits by label who imports the Service, and nobody of those that its workspace imports from."""
    imported = teams(exportTo=[{"workspaces": [{"name": "shop"}]}])
    imported["shop"]["settings"]["importFrom"] = [{"workspaces": [{"name": "bad"}]}]
    clients = [{"serviceAccountSelector": {"labels": {"role": "reader"}}}]
    policy = gloo(
        "security.policy",
        "AccessPolicy",
        "readers",
        applyToDestinations=[{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}],
        config={"authn": {"tlsMode": "STRICT"}, "authzList": [{"allowedClients": clients}]},
    )
    federation.declare(imported, policy)
    stranger, edge = (partial(client(mesh, "eu", name).get, PLAIN, count=10) for name in ("stranger", "edge"))
    eventually(lambda: edge().statuses == {200: 10})
    eventually(lambda: stranger().statuses == {403: 10})
    source = {"principals": ["eu/ns/stranger/sa/client"]}
    admitted = written(
        "AuthorizationPolicy",
        "shop",
        "security.istio.io/v1",
        selector={"matchLabels": {"app": "catalog"}},
        rules=[{"from": [{"source": source}], "to": [{"operation": {"ports": ["8080"]}}]}],
    )
    mesh["eu"].apply(admitted)
    try:
        eventually(lambda: stranger().statuses == {200: 10})
    finally:
        remove(mesh["eu"], admitted)
    eventually(lambda: stranger().statuses == {403: 10})
    assert catalogs(mesh, "eu")


def test_names_of_others_in_the_sidecars_of_importers(mesh: Mesh, federation: Federation) -> None:
    """A table of the stranger that takes the catalog's own name in the edge's sidecars is refused."""
    taken = gloo(
        "networking",
        "RouteTable",
        "taken",
        "stranger",
        hosts=["catalog.shop", PLAIN],
        http=[{"name": "all", "directResponse": {"status": 418}}],
    )
    everybody = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    federation.declare(teams(**everybody), CATALOG)
    edge = client(mesh, "eu", "edge")
    by_hand = written(
        "VirtualService",
        "edge",
        exportTo=["."],
        gateways=["mesh"],
        hosts=[PLAIN],
        http=[{"directResponse": {"status": 418}}],
    )
    mesh["eu"].apply(by_hand)
    try:
        eventually(lambda: edge.get(PLAIN, count=5).statuses == {418: 5})
    finally:
        remove(mesh["eu"], by_hand)
    eventually(lambda: edge.get(PLAIN, count=5).statuses == {200: 5})
    with pytest.raises(RunFailedError) as failed:
        federation.declare(teams(**everybody), CATALOG, taken, settle=False)
    assert "FED536" in failed.value.run.diagnostics
    assert edge.get(PLAIN, count=5).statuses == {200: 5}
