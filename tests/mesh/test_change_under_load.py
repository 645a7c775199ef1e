"""Edits while requests run: nothing fails that the edit does not imply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest

from .answers import Answers
from .bed import Mesh
from .federation import Federation
from .pod import Answer
from .shop import CATALOG, FEDERATED, OUTLIER, client, eventually, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
PLAIN = "catalog.shop.svc.cluster.local"
UNGROUPED = "catalog.shop.svc.us.global"


class Load:
    """Steady requests of some clients to some hosts, until it is stopped."""

    def __init__(self, clients: list[Workload], hosts: list[str]) -> None:
        """Start a thread for each client and host."""
        self._ended = Event()
        self._answers: dict[str, list[Answer]] = {host: [] for host in hosts}
        self._threads = [Thread(target=self._send, args=(one, host)) for one in clients for host in hosts]
        for thread in self._threads:
            thread.start()

    def stop(self) -> dict[str, Answers]:
        """The answers by host."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return {host: Answers(tuple(answers)) for host, answers in self._answers.items()}

    def _send(self, one: Workload, host: str) -> None:
        while not self._ended.is_set():
            self._answers[host] += one.get(host, count=20, pause=0.03).all


@contextmanager
def load(mesh: Mesh, what: str, *hosts: str, lost: int = 0) -> Iterator[None]:
    """Requests from both clusters during the block, and a second after it; all of them good, but for `lost`.

    Two clusters hear of an edit at slightly different times, so a few may be lost where one must hear it first.
    """
    running = Load([client(mesh, cluster) for cluster in ("eu", "us")], list(hosts))
    try:
        yield
        Event().wait(1)
    finally:
        answers = running.stop()
    counts = (f"{found.bad} of {len(found.all)} to {host}" for host, found in answers.items())
    print(f"{what}: lost {', '.join(counts)}")  # noqa: T201
    for host, found in answers.items():
        assert len(found.all) > 100
        assert found.bad <= lost, f"{what}, {host}: {found}"


def all_good(mesh: Mesh, *hosts: str) -> None:
    """Wait until connections that follow the rules of a test before are gone."""
    asked = [partial(client(mesh, cluster).get, host) for cluster in ("eu", "us") for host in hosts]
    eventually(lambda: not any(get(count=40, parallel=4).bad for get in asked))


def table(name: str, weight: int) -> dict[str, Any]:
    """The catalog's own name, split between the clusters."""
    weights = {"eu": 100 - weight, "us": weight}
    destinations = [
        {"ref": {"name": "catalog", "namespace": "shop", "cluster": cluster}, "port": {"number": 80}, "weight": weight}
        for cluster, weight in weights.items()
    ]
    routes = [{"name": "split", "forwardTo": {"destinations": destinations}}]
    return gloo("networking", "RouteTable", name, hosts=[PLAIN], http=routes)


def test_edits(mesh: Mesh, federation: Federation) -> None:
    """Weights, the name of a RouteTable, policies, placement, isolation: thousands of requests, none of them lost."""
    shop = workspaces(federation=FEDERATED)
    federation.declare(shop, CATALOG, table("catalog", 25))
    hosts = (HOST, PLAIN, UNGROUPED)
    all_good(mesh, *hosts)
    with load(mesh, "weights", *hosts):
        federation.declare(shop, CATALOG, table("catalog", 75))
    with load(mesh, "another name for the RouteTable", *hosts):
        federation.declare(shop, CATALOG, table("books", 75))
    with load(mesh, "outlier detection", *hosts):
        federation.declare(shop, CATALOG, OUTLIER, table("books", 75))
    with load(mesh, "shared placement", *hosts):
        federation.declare(shop, CATALOG, OUTLIER, table("books", 75), placement="shared")
    with load(mesh, "isolation", *hosts):
        isolated = workspaces(federation=FEDERATED, serviceIsolation={"enabled": True})
        federation.declare(isolated, CATALOG, OUTLIER, table("books", 75), placement="shared")


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
