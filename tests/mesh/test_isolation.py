"""Service isolation, as requests see it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.engine.kubernetes_api import Manifest

from .answers import Answers
from .bed import Mesh
from .federation import Federation
from .kept_connection import KeptConnection
from .load import all_good, load
from .shop import CATALOG, FEDERATED, catalogs, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
PLAIN = "catalog.shop.svc.cluster.local"
UNGROUPED = "catalog.shop.svc.us.global"


@pytest.mark.parametrize("isolated", [False, True])
def test_stranger(mesh: Mesh, federation: Federation, isolated: bool) -> None:
    """Isolation refuses a stranger by name, by address, and with a ServiceEntry of its own; it lets in who may."""
    federation.declare(workspaces(federation=FEDERATED, serviceIsolation={"enabled": isolated}), CATALOG)
    mesh["eu"].apply(*smuggled(mesh))
    mesh.settle()
    try:
        stranger = client(mesh, "eu", "stranger")
        expected = 403 if isolated else 200
        # Envoy asks for permission with new rules on new connections; old ones drain.
        eventually(lambda: stranger.get(PLAIN, count=10).statuses == {expected: 10})
        eventually(lambda: stranger.get(UNGROUPED, count=10).statuses == {expected: 10})
        pod = catalogs(mesh, "eu")[0].address
        by_address = stranger.get("catalog", address=pod, port=8080, count=3)
        assert bool(by_address.good) is not isolated, by_address
    finally:
        for manifest in smuggled(mesh):
            mesh["eu"].api.delete("networking.istio.io/v1", manifest["kind"], "smuggled", "stranger")
    for here in ("eu", "us"):
        for namespace in ("shop-web", "edge"):
            for host in (HOST, UNGROUPED, PLAIN):
                answers = client(mesh, here, namespace).get(host, count=20)
                assert answers.bad == 0, f"{namespace} in {here} to {host}: {answers}"


def smuggled(mesh: Mesh, namespace: str = "stranger", host: str = UNGROUPED) -> list[Manifest]:
    """What a stranger may write in its own namespace to reach the gateway of another cluster."""
    gateway = mesh["us"].workloads["istio-eastwest/eastwestgateway-0"].outside
    port = {"name": "http-80", "number": 80, "protocol": "HTTP"}
    endpoint = {
        "address": gateway,
        "labels": {"security.istio.io/tlsMode": "istio"},
        "ports": {"http-80": 15443},
    }
    entry = {
        "hosts": [host],
        "addresses": ["240.200.0.1"],
        "exportTo": ["."],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [port],
        "endpoints": [endpoint],
        "subjectAltNames": ["spiffe://us/ns/shop/sa/catalog"],
    }
    metadata = {"name": "smuggled", "namespace": namespace}
    return [{"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": metadata, "spec": entry}]


@pytest.mark.parametrize(("export", "imports", "placement"), [(True, False, "namespace"), (False, True, "shared")])
def test_without_export_or_import_nothing_is_open(
    mesh: Mesh, federation: Federation, export: bool, imports: bool, placement: str
) -> None:
    """Taking one of the two away closes every way of the importer, also one that is open; the owner loses nothing."""
    options: dict[str, Any] = {"federation": FEDERATED, "serviceIsolation": {"enabled": True}}
    federation.declare(workspaces(**options), CATALOG, placement=placement)
    all_good(mesh, HOST, PLAIN, UNGROUPED)
    edge = client(mesh, "eu", "edge")
    for host in (HOST, PLAIN, UNGROUPED):
        eventually(partial(all_are, partial(edge.get, host, count=10), 200))
    with KeptConnection(edge, PLAIN) as kept:
        assert kept.ask() == 200
        with load(mesh, f"export {export}, import {imports}", HOST, PLAIN, UNGROUPED):
            federation.declare(workspaces(export=export, imports=imports, **options), CATALOG, placement=placement)
        assert edge.resolve(HOST) == edge.resolve(UNGROUPED) == []
        eventually(lambda: kept.ask() != 200)
    mesh["eu"].apply(*smuggled(mesh, "edge"))
    mesh.settle()
    try:
        for host in (PLAIN, UNGROUPED):
            eventually(partial(all_are, partial(edge.get, host, count=10), 403))
        pod = catalogs(mesh, "eu")[0].address
        assert not edge.get("catalog", address=pod, port=8080, count=3).good
    finally:
        mesh["eu"].api.delete("networking.istio.io/v1", "ServiceEntry", "smuggled", "edge")


def test_trimmed_sidecars_keep_what_they_may_reach(mesh: Mesh, federation: Federation) -> None:
    """With trimmed configuration everything that the workspaces may reach still answers."""
    isolation = {"enabled": True, "trimProxyConfig": True}
    federation.declare(workspaces(federation=FEDERATED, serviceIsolation=isolation), CATALOG)
    for here in ("eu", "us"):
        for host in (HOST, UNGROUPED, PLAIN):
            answers = client(mesh, here).get(host, count=20)
            assert answers.bad == 0, f"{here} to {host}: {answers}"
    known = {cluster["name"] for cluster in client(mesh, "eu").admin("clusters?format=json")["cluster_statuses"]}
    assert not any("ingressgateway" in name for name in known)
    federation.declare(workspaces(federation=FEDERATED), CATALOG)


def test_access_by_identity_of_another_cluster(mesh: Mesh, federation: Federation) -> None:
    """An AccessPolicy admits the client of one cluster: it, and neither its namesake elsewhere nor its neighbours."""
    clients = [{"serviceAccountSelector": {"name": "client", "namespace": "shop-web", "cluster": "us"}}]
    policy = gloo(
        "security.policy",
        "AccessPolicy",
        "only-us",
        applyToDestinations=[{"selector": {"name": "catalog", "namespace": "shop"}, "port": {"number": 80}}],
        config={"authn": {"tlsMode": "STRICT"}, "authzList": [{"allowedClients": clients}]},
    )
    federation.declare(workspaces(federation=FEDERATED), policy)
    for there in ("eu", "us"):
        host = f"catalog.shop.svc.{there}.global"
        for here, namespace, status in (("us", "shop-web", 200), ("eu", "shop-web", 403), ("us", "edge", 403)):
            asked = partial(client(mesh, here, namespace).get, host, count=10)
            eventually(partial(all_are, asked, status))


def all_are(asked: Callable[[], Answers], status: int) -> bool:
    """Whether every answer has a status."""
    return set(asked().statuses) == {status}
