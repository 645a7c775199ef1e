"""gRPC, as clients see it: hosts of single clusters, groups, routes by method, failover, retries."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import grpc
import pytest

from .bed import Mesh
from .federation import Federation
from .rpc import RefusedError, Reply, RpcClient, RpcServer
from .shop import BOUND, FEDERATED, GRPC, NORTH_SOUTH, OUTLIER, catalogs, client, eventually, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

HOST = "greeter.shop.mesh"
GET, WATCH = "/shop.Books/Get", "/shop.Books/WatchStream"
GROUP = gloo(
    "networking",
    "VirtualDestination",
    "greeter",
    hosts=[HOST],
    services=[{"labels": {"app": "catalog"}}],
    ports=[{"number": 90, "protocol": "GRPC"}],
)
SELECTED = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "greeter"}}]
FAILOVER = {**OUTLIER, "spec": {**OUTLIER["spec"], "applyToDestinations": SELECTED}}
TO_GROUP = {"kind": "VIRTUAL_DESTINATION", "ref": {"name": "greeter"}, "port": {"number": 90}}
TO_US = {"ref": {"name": "catalog", "namespace": "shop", "cluster": "us"}, "port": {"number": 90}}


class Greeter:
    """The servers of all pods, and which clusters' answer with an error."""

    def __init__(self, mesh: Mesh) -> None:
        """Serve on every pod."""
        self.bad: dict[str, grpc.StatusCode] = {}
        pods = [*catalogs(mesh, "eu"), *catalogs(mesh, "us")]
        self.servers = [RpcServer(pod, GRPC.target, partial(self._answer, pod)) for pod in pods]

    def _answer(self, pod: Workload, method: str, _: bytes) -> bytes:
        if pod.cluster.name in self.bad:
            raise RefusedError(self.bad[pod.cluster.name])
        return json.dumps({"cluster": pod.cluster.name, "pod": pod.pod, "method": method}).encode()


@pytest.fixture(scope="module")
def servers(mesh: Mesh) -> Iterator[Greeter]:
    """A server on each pod of the catalog."""
    greeter = Greeter(mesh)
    yield greeter
    for server in greeter.servers:
        server.stop()


@pytest.fixture
def greeter(servers: Greeter) -> Iterator[Greeter]:
    """The servers, none of which fails after the test."""
    yield servers
    servers.bad.clear()


def answers(web: RpcClient, method: str = GET, count: int = 20) -> Counter[str]:
    """How many calls were answered by which cluster, or with which status."""
    return Counter(_from(web.call(method)) for _ in range(count))


def pods(web: RpcClient, count: int = 20) -> set[str]:
    """Which pods answer calls."""
    return {_from(web.call(GET), "pod") for _ in range(count)}


def _from(reply: Reply, what: str = "cluster") -> str:
    if reply.status != "OK":
        return reply.status
    (found,) = {json.loads(message)[what] for message in reply.messages}
    return str(found)


def test_calls_and_streams(mesh: Mesh, federation: Federation, greeter: Greeter) -> None:
    """Both reach a host of another cluster and a group; routes match methods, and retry by the status of gRPC."""
    table = gloo(
        "networking",
        "RouteTable",
        "greeter",
        hosts=[HOST],
        http=[
            {"name": "away", "matchers": [{"uri": {"prefix": "/shop.Books/"}}], "forwardTo": {"destinations": [TO_US]}},
            {
                "name": "again",
                "labels": {"route": "again"},
                "matchers": [{"uri": {"exact": "/shop.Other/Again"}}],
                "forwardTo": {"destinations": [TO_GROUP]},
            },
            {"name": "rest", "forwardTo": {"destinations": [TO_GROUP]}},
        ],
    )
    retries = gloo(
        "resilience.policy",
        "RetryTimeoutPolicy",
        "again",
        applyToRoutes=[{"route": {"labels": {"route": "again"}}}],
        config={"retries": {"attempts": 4, "retryOn": "resource-exhausted"}},
    )
    federation.declare(workspaces(federation=FEDERATED), GROUP, table, retries)
    with closing(RpcClient(client(mesh, "eu"), "catalog.shop.svc.us.global", 90)) as web:
        assert answers(web) == {"us": 20}
        assert len(web.call(WATCH).messages) == 3
        assert len(pods(web)) == 1, "gateways share out connections, not calls"
    with closing(RpcClient(client(mesh, "eu"), HOST, 90)) as web:
        assert answers(web) == {"us": 20}
        assert answers(web, WATCH, 5) == {"us": 5}
        for method in ("/shop.Other/Get", "/shop.Other/GetStream"):
            assert set(answers(web, method, 40)) == {"eu", "us"}
        greeter.bad = {"eu": grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert set(answers(web, "/shop.Other/Get", 40)) == {"RESOURCE_EXHAUSTED", "us"}
        assert answers(web, "/shop.Other/Again", 40) == {"us": 40}


def test_failover(mesh: Mesh, federation: Federation, greeter: Greeter) -> None:
    """UNAVAILABLE counts as an error, and so does a server that is gone. New connections reach other remote pods."""
    short = {"http": {"maxRequestsPerConnection": 2}}
    connections = gloo("resilience.policy", "ConnectionPolicy", "short", applyToDestinations=SELECTED, config=short)
    federation.declare(workspaces(), GROUP, FAILOVER, connections)
    with closing(RpcClient(client(mesh, "eu"), HOST, 90)) as web:
        assert answers(web) == {"eu": 20}
        greeter.bad = {"eu": grpc.StatusCode.UNAVAILABLE}
        eventually(lambda: answers(web) == {"us": 20})
        assert len(pods(web)) == 2
        greeter.bad.clear()
        eventually(lambda: answers(web) == {"eu": 20})
        for pod in catalogs(mesh, "eu"):
            pod.kill()
        try:
            eventually(lambda: answers(web) == {"us": 20})
        finally:
            for pod in catalogs(mesh, "eu"):
                pod.recover()


def test_ingress(mesh: Mesh, federation: Federation, greeter: Greeter) -> None:
    """Calls from outside reach a group through an ingress gateway."""
    table = gloo(
        "networking",
        "RouteTable",
        "greeter",
        hosts=["greeter.example.com"],
        virtualGateways=BOUND,
        http=[
            {
                "name": "books",
                "matchers": [{"uri": {"prefix": "/shop.Books/"}}],
                "forwardTo": {"destinations": [TO_GROUP]},
            }
        ],
    )
    federation.declare(workspaces(), GROUP, NORTH_SOUTH, table)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")
    with closing(RpcClient(stranger, "greeter.example.com", 8080, address=gateway)) as web:
        for method in (GET, WATCH):
            assert set(answers(web, method, 40)) == {"eu", "us"}
        assert web.call("/shop.Other/Get").status == "UNIMPLEMENTED", "404 in the words of gRPC"
