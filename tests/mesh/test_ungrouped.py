"""Ungrouped federation, as requests see it."""

from functools import partial
from math import sqrt

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CLIENTS, FEDERATED, client, eventually, gloo, workspaces

pytestmark = pytest.mark.mesh

HOSTS = {cluster: f"catalog.shop.svc.{cluster}.global" for cluster in ("eu", "us")}
PLAIN = "catalog.shop.svc.cluster.local"


@pytest.mark.parametrize("placement", ["namespace", "shared"])
def test_hosts_reach_their_cluster_from_the_workspaces_that_may(
    mesh: Mesh, federation: Federation, placement: str
) -> None:
    """Owner and importer reach every host in every cluster, as themselves; anybody else does not even resolve it."""
    federation.declare(workspaces(federation=FEDERATED), placement=placement)
    for here in HOSTS:
        for there, host in HOSTS.items():
            for namespace in ("shop-web", "edge"):
                answers = client(mesh, here, namespace).get(host, count=10)
                assert answers.clusters == {there: 10}, f"{namespace} in {here}: {answers}"
                certificate = answers.seen()["headers"]["x-forwarded-client-cert"]
                assert f"By=spiffe://{there}/ns/shop/sa/catalog;" in certificate
                assert certificate.endswith(f"URI=spiffe://{here}/ns/{namespace}/sa/client")
            assert client(mesh, here, "stranger").resolve(host) == []
        for namespace in CLIENTS:
            # Open connections may still follow the rules of a test before.
            eventually(partial(_stays_home, mesh, here, namespace))


def _stays_home(mesh: Mesh, here: str, namespace: str) -> bool:
    return client(mesh, here, namespace).get(PLAIN, count=10).clusters == {here: 10}


@pytest.mark.parametrize(("export", "imports", "placement"), [(True, False, "shared"), (False, True, "namespace")])
def test_export_and_import_are_both_needed(
    mesh: Mesh, federation: Federation, export: bool, imports: bool, placement: str
) -> None:
    """Without one of the two, the other workspace loses the host that it had."""
    federation.declare(workspaces(federation=FEDERATED), placement=placement)
    assert client(mesh, "eu", "edge").get(HOSTS["us"]).good
    federation.declare(workspaces(export=export, imports=imports, federation=FEDERATED), placement=placement)
    assert client(mesh, "eu", "edge").resolve(HOSTS["us"]) == []
    assert client(mesh, "eu", "shop-web").get(HOSTS["us"]).good


def test_tcp_by_virtual_ip(mesh: Mesh, federation: Federation) -> None:
    """A port that is no HTTP is reached by the host's virtual address."""
    federation.declare(workspaces(federation=FEDERATED))
    for there, host in HOSTS.items():
        assert client(mesh, "eu").connect(host, 9000, count=5).clusters == {there: 5}


def test_route_table_sends_the_plain_name_elsewhere(mesh: Mesh, federation: Federation) -> None:
    """A RouteTable for the Service's own name: by path to the other cluster, else by weight to both."""

    def to(cluster: str, **weight: int) -> dict[str, object]:
        ref = {"name": "catalog", "namespace": "shop", "cluster": cluster}
        return {"ref": ref, "port": {"number": 80}, **weight}

    table = gloo(
        "networking",
        "RouteTable",
        "catalog",
        hosts=[PLAIN],
        http=[
            {
                "name": "away",
                "matchers": [{"uri": {"prefix": "/away"}}],
                "forwardTo": {"destinations": [to("us")]},
            },
            {"name": "split", "forwardTo": {"destinations": [to("eu", weight=25), to("us", weight=75)]}},
        ],
    )
    federation.declare(workspaces(federation=FEDERATED), table)
    assert client(mesh, "eu").get(PLAIN, "/away", count=10).clusters == {"us": 10}
    count = 400
    answers = client(mesh, "eu").get(PLAIN, count=count, parallel=4)
    assert answers.bad == 0
    assert abs(answers.clusters["us"] - 0.75 * count) < 5 * sqrt(count * 0.75 * 0.25), answers
