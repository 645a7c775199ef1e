"""Edits while requests run: nothing fails that the edit does not imply."""

from __future__ import annotations

from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .load import all_good, load
from .shop import CATALOG, FEDERATED, OUTLIER, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
PLAIN = "catalog.shop.svc.cluster.local"
UNGROUPED = "catalog.shop.svc.us.global"
RETRIES = gloo(
    "resilience.policy",
    "RetryTimeoutPolicy",
    "retries",
    applyToRoutes=[{"route": {"labels": {"retried": "yes"}}}],
    config={"retries": {"attempts": 1, "retryOn": "reset"}},
)


def table(name: str, weight: int) -> dict[str, Any]:
    """The catalog's own name, split between the clusters."""
    weights = {"eu": 100 - weight, "us": weight}
    destinations = [
        {"ref": {"name": "catalog", "namespace": "shop", "cluster": cluster}, "port": {"number": 80}, "weight": weight}
        for cluster, weight in weights.items()
    ]
    routes = [{"name": "split", "labels": {"retried": "yes"}, "forwardTo": {"destinations": destinations}}]
    return gloo("networking", "RouteTable", name, hosts=[PLAIN], http=routes)


def moved(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """A resource with another name, in another namespace and cluster of the workspace."""
    metadata = {"name": name, "namespace": "shop-web", "annotations": {"cluster.solo.io/cluster": "us"}}
    return {**resource, "metadata": metadata}


def test_edits(mesh: Mesh, federation: Federation) -> None:
    """Weights, the name of a RouteTable, two policies, placement, isolation: thousands of requests, none lost."""
    shop = workspaces(federation=FEDERATED)
    isolated = workspaces(federation=FEDERATED, serviceIsolation={"enabled": True})
    books = table("books", 75)
    federation.declare(shop, CATALOG, table("catalog", 25))
    hosts = (HOST, PLAIN, UNGROUPED)
    all_good(mesh, *hosts)
    with load(mesh, "weights", *hosts):
        federation.declare(shop, CATALOG, table("catalog", 75))
    with load(mesh, "another name for the RouteTable", *hosts):
        federation.declare(shop, CATALOG, books)
    with load(mesh, "two policies", *hosts):
        federation.declare(shop, CATALOG, OUTLIER, RETRIES, books)
    with load(mesh, "shared placement", *hosts):
        federation.declare(shop, CATALOG, OUTLIER, RETRIES, books, placement="shared")
    with load(mesh, "isolation", *hosts):
        federation.declare(isolated, CATALOG, OUTLIER, RETRIES, books, placement="shared")
    with load(mesh, "copies again", *hosts):
        federation.declare(isolated, CATALOG, OUTLIER, RETRIES, books)


def test_virtual_destination_moves(mesh: Mesh, federation: Federation) -> None:
    """Its name, namespace and cluster are in no name of an object: an edit of them changes labels only."""
    federation.declare(workspaces(), CATALOG)
    all_good(mesh, HOST)
    with load(mesh, "another name, namespace and cluster for the VirtualDestination", HOST):
        run = federation.declare(workspaces(), moved(CATALOG, "books"))
    assert not run.names("create", "delete", "replace")


def test_cluster_leaves_and_comes_back(mesh: Mesh, federation: Federation) -> None:
    """A cluster is taken out of a group and put back.

    Clients are told last when it comes, and first when it goes; one that hears of it too early or too late may lose a
    request.
    """
    shop = workspaces()
    federation.declare(shop, CATALOG)
    only_eu = [{**entry} for entry in ({"cluster": "eu", "labels": {"app": "catalog"}},)]
    smaller = {**CATALOG, "spec": {**CATALOG["spec"], "services": only_eu}}
    with load(mesh, "us leaves the group", HOST, lost=10):
        federation.declare(shop, smaller)
    assert client(mesh, "us").get(HOST, count=20).clusters == {"eu": 20}
    with load(mesh, "us is in the group again", HOST, lost=10):
        federation.declare(shop, CATALOG)


def test_route_to_a_host_that_is_new(mesh: Mesh, federation: Federation) -> None:
    """Federation and a route that needs it come in one edit, and go in one: the plain name never fails."""
    federation.declare(workspaces(), CATALOG)
    with load(mesh, "federation and a route to it", PLAIN, lost=3):
        federation.declare(workspaces(federation=FEDERATED), CATALOG, table("catalog", 50))
    with load(mesh, "without both again", PLAIN, lost=3):
        federation.declare(workspaces(), CATALOG)


PAIR = "pair.shop.mesh"


def _pair(mesh: Mesh) -> dict[str, dict[str, Any]]:
    """The two ServiceEntries of the group and its DestinationRule, as another host that a user may edit."""
    found = {}
    for kind, name in (
        ("ServiceEntry", "vd-catalog-shop-mesh-shop"),
        ("ServiceEntry", "vd-catalog-shop-mesh-shop-remote"),
        ("DestinationRule", "catalog-shop-mesh-virtual-destination-shop"),
    ):
        spec = mesh["eu"].api.get("networking.istio.io/v1", kind, name, "shop")["spec"]
        own = {"host": PAIR} if kind == "DestinationRule" else {"hosts": [PAIR], "addresses": ["241.9.9.9"]}
        part = "rule" if kind == "DestinationRule" else "remote" if "endpoints" in spec else "local"
        found[part] = {"kind": kind, "spec": {**spec, **own}}
    return found


def test_one_of_two_service_entries(mesh: Mesh, federation: Federation) -> None:
    """Renaming and deleting one of the two ServiceEntries of a host (istio/istio issues 51212 and 43853).

    A new name that comes before the old one goes costs nothing; the endpoints of the other one stay when one goes.
    """
    federation.declare(workspaces(), CATALOG)
    eu, objects, web = mesh["eu"], _pair(mesh), client(mesh, "eu")

    def apply(part: str, name: str) -> None:
        metadata = {"name": name, "namespace": "shop"}
        eu.apply({"apiVersion": "networking.istio.io/v1", "metadata": metadata, **objects[part]})
        mesh.settle()

    def delete(part: str, name: str) -> None:
        eu.api.delete("networking.istio.io/v1", objects[part]["kind"], name, "shop")
        mesh.settle()

    for part in objects:
        apply(part, f"pair-{part}")
    try:
        eventually(lambda: set(web.get(PAIR, count=40).clusters) == {"eu", "us"})
        for part in ("local", "remote"):
            with load(mesh, f"{part} ServiceEntry renamed", PAIR, clusters=["eu"]):
                apply(part, f"pair-{part}-2")
                delete(part, f"pair-{part}")
            assert set(web.get(PAIR, count=40).clusters) == {"eu", "us"}
        with load(mesh, "remote ServiceEntry deleted", PAIR, clusters=["eu"]):
            delete("remote", "pair-remote-2")
        assert web.get(PAIR, count=40).clusters == {"eu": 40}
        apply("remote", "pair-remote")
        eventually(lambda: set(web.get(PAIR, count=40).clusters) == {"eu", "us"})
        with load(mesh, "local ServiceEntry deleted", PAIR, clusters=["eu"]):
            delete("local", "pair-local-2")
        assert web.get(PAIR, count=40).clusters == {"us": 40}
    finally:
        for one in eu.api.list("networking.istio.io/v1", "ServiceEntry", "shop"):
            if one["metadata"]["name"].startswith("pair-"):
                eu.api.delete("networking.istio.io/v1", "ServiceEntry", one["metadata"]["name"], "shop")
        delete("rule", "pair-rule")
