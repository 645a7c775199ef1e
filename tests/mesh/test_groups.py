"""Groups (VirtualDestinations), as requests see them."""

from collections.abc import Iterator
from math import sqrt
from typing import Any

import pytest

from .answers import Answers
from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, OUTLIER, TO_GROUP, Hops, catalogs, client, eventually, failover, gloo, workspaces

pytestmark = pytest.mark.mesh

HOST = "catalog.shop.mesh"
CLUSTERS = ("eu", "us")


@pytest.fixture(autouse=True)
def all_well(mesh: Mesh) -> Iterator[None]:
    """Whatever a test kills lives again after it."""
    yield
    for cluster in CLUSTERS:
        for pod in catalogs(mesh, cluster):
            pod.recover()


def assert_good_from(answers: Answers, number: int) -> None:
    """No bad answer from the given one on: Envoy's workers hear of ejections within a second (merge window)."""
    assert all(answer.status == 200 for answer in answers.all[number:]), answers


def test_all_clusters_answer_and_nothing_goes_in_circles(mesh: Mesh, federation: Federation) -> None:
    """Without policies every pod and every gateway counts alike, for owner and importer; a stranger has nothing."""
    federation.declare(workspaces(), CATALOG)
    hops = Hops(mesh)
    for here in CLUSTERS:
        for namespace in ("shop-web", "edge"):
            answers = client(mesh, here, namespace).get(HOST, count=60, parallel=4)
            assert answers.bad == 0
            assert set(answers.clusters) == {"eu", "us"}, f"{namespace} in {here}: {answers}"
        assert client(mesh, here, "stranger").resolve(HOST) == []
    assert hops.to_pods > 0
    assert hops.to_gateways == 0


@pytest.mark.parametrize("port", [80, 81])
def test_failover_and_return(mesh: Mesh, federation: Federation, port: int) -> None:
    """With outlier detection: local pods first; when they fail, the other cluster; when they are back, they."""
    federation.declare(workspaces(), CATALOG, OUTLIER)
    web = client(mesh, "eu")
    assert web.get(HOST, port=port, count=30).clusters == {"eu": 30}
    for pod in catalogs(mesh, "eu"):
        pod.kill()
    hops = Hops(mesh)
    answers = web.get(HOST, port=port, count=50, pause=0.1)
    assert_good_from(answers, 25)
    assert set(answers.clusters) == {"us"}
    assert hops.to_gateways == 0
    certificate = answers.seen()["headers"]["x-forwarded-client-cert"]
    assert "By=spiffe://us/ns/shop/sa/catalog;" in certificate
    assert certificate.endswith("URI=spiffe://eu/ns/shop-web/sa/client")
    for pod in catalogs(mesh, "eu"):
        pod.recover()
    eventually(lambda: web.get(HOST, port=port, count=10).clusters == {"eu": 10})


def test_no_more_errors_than_configured(mesh: Mesh, federation: Federation) -> None:
    """Without the merge window each failing pod costs exactly as many requests as the policy says."""
    at_once = gloo(
        "trafficcontrol.policy",
        "LoadBalancerPolicy",
        "at-once",
        applyToDestinations=[{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "catalog"}}],
        config={"simple": "ROUND_ROBIN", "updateMergeWindow": "0s"},
    )
    federation.declare(workspaces(), CATALOG, OUTLIER, at_once)
    pods = catalogs(mesh, "eu")
    assert client(mesh, "eu").get(HOST, count=30).clusters == {"eu": 30}
    for pod in pods:
        pod.kill()
    answers = client(mesh, "eu").get(HOST, count=50, pause=0.1)
    assert answers.bad <= 2 * len(pods) + 1, answers  # one more may be on its way when the second is noticed
    assert set(answers.clusters) == {"us"}


def test_subsets(mesh: Mesh, federation: Federation) -> None:
    """A route to pods with a label reaches those of its own cluster first, and those of another when it has none."""
    reviews = gloo(
        "networking",
        "VirtualDestination",
        "reviews",
        hosts=["reviews.shop.mesh"],
        services=[{"labels": {"app": "reviews"}}],
        ports=[{"number": 80, "protocol": "HTTP"}],
    )
    routes = [
        {
            "name": version,
            "matchers": [{"uri": {"prefix": f"/{version}"}}],
            "forwardTo": {
                "destinations": [
                    {"kind": "VIRTUAL_DESTINATION", "ref": {"name": "reviews"}, "subset": {"version": version}}
                ]
            },
        }
        for version in ("v1", "v2")
    ]
    table = gloo("networking", "RouteTable", "reviews", hosts=["reviews.shop.mesh"], http=routes)
    outlier = gloo(
        "resilience.policy",
        "OutlierDetectionPolicy",
        "reviews",
        applyToDestinations=[{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "reviews"}}],
        config={"consecutiveErrors": 2, "interval": "1s", "baseEjectionTime": "10s"},
    )
    federation.declare(workspaces(), reviews, table, outlier)
    web = client(mesh, "eu")
    assert web.get("reviews.shop.mesh", "/v1", count=10).pods == {"eu/reviews-v1-0": 10}
    assert web.get("reviews.shop.mesh", "/v2", count=10).pods == {"us/reviews-v2-0": 10}
    assert client(mesh, "us").get("reviews.shop.mesh", "/v1", count=10).pods == {"us/reviews-v1-0": 10}


def test_tls_ends_at_the_gateway(mesh: Mesh, federation: Federation) -> None:
    """With tlsTermination pods without a sidecar answer, at home and behind the gateway of another cluster."""
    bare = gloo(
        "networking",
        "VirtualDestination",
        "bare",
        hosts=["bare.shop.mesh"],
        services=[{"labels": {"app": "bare"}}],
        ports=[{"number": 80, "protocol": "HTTP"}],
        clientMode={"tlsTermination": {}},
    )
    group = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "bare"}}]
    outlier = {**OUTLIER, "spec": {**OUTLIER["spec"], "applyToDestinations": group}}
    federation.declare(workspaces(), bare, outlier)
    web = client(mesh, "eu")
    assert web.get("bare.shop.mesh", count=20).clusters == {"eu": 20}
    pod = mesh["eu"].workloads["shop/bare-0"]
    pod.kill()
    try:
        answers = web.get("bare.shop.mesh", count=30, pause=0.1)
        assert_good_from(answers, 15)
        assert set(answers.clusters) == {"us"}, answers
        certificate = answers.seen()["headers"]["x-forwarded-client-cert"]
        assert "By=spiffe://us/ns/istio-eastwest/sa/eastwestgateway;" in certificate
        assert client(mesh, "us", "stranger").resolve("bare.shop.mesh") == []
    finally:
        pod.recover()


def test_death_of_a_gateway(mesh: Mesh, federation: Federation) -> None:
    """A gateway that dies costs no request: the connection fails, and the next endpoint is taken."""
    federation.declare(workspaces(), CATALOG)
    gateway = mesh["us"].workloads["istio-eastwest/eastwestgateway-0"]
    gateway.kill_proxy()
    try:
        answers = client(mesh, "eu").get(HOST, count=60)
        assert answers.bad == 0, answers
        assert set(answers.clusters) == {"eu"}
    finally:
        gateway.start_proxy()
        gateway.wait()
    eventually(lambda: "us" in client(mesh, "eu").get(HOST, count=20).clusters)


def test_weights(mesh: Mesh, federation: Federation) -> None:
    """A FailoverPolicy with weights divides the requests of a region."""
    federation.declare(workspaces(), CATALOG, failover({"eu-west": {"eu-west": 20, "us-east": 80}}))
    count = 300
    answers = client(mesh, "eu").get(HOST, count=count, parallel=4)
    assert answers.bad == 0
    assert abs(answers.clusters["us"] - 0.8 * count) < 5 * sqrt(count * 0.8 * 0.2), answers


def test_tcp(mesh: Mesh, federation: Federation) -> None:
    """A TCP port of a group, by the virtual IP: local first, and remote when the local proxies are gone."""
    federation.declare(workspaces(), CATALOG, OUTLIER)
    web = client(mesh, "eu")
    assert web.connect(HOST, 9000, count=10).clusters == {"eu": 10}
    for pod in catalogs(mesh, "eu"):
        pod.kill_proxy()
    try:
        answers = web.connect(HOST, 9000, count=50, pause=0.1)
        assert set(answers.clusters) == {"us"}, answers
        assert_good_from(answers, 25)
    finally:
        for pod in catalogs(mesh, "eu"):
            pod.start_proxy()
        mesh.wait()


def test_both_kinds_of_federation_together(mesh: Mesh, federation: Federation) -> None:
    """The host that is called decides: the ungrouped hosts of a cluster stay there, whatever the group does."""
    options: dict[str, Any] = {"federation": {"enabled": True, "hostSuffix": "global"}}
    federation.declare(workspaces(**options), CATALOG, failover({"eu-west": {"us-east": 100}}))
    web = client(mesh, "eu")
    assert web.get(HOST, count=20).clusters == {"us": 20}
    assert web.get("catalog.shop.svc.eu.global", count=20).clusters == {"eu": 20}
    assert web.get("catalog.shop.svc.us.global", count=20).clusters == {"us": 20}


def test_route_table_with_a_host_of_its_own(mesh: Mesh, federation: Federation) -> None:
    """A RouteTable may name the group as destination."""
    table = gloo(
        "networking",
        "RouteTable",
        "books",
        hosts=["catalog.shop.svc.cluster.local"],
        http=[{"name": "books", "forwardTo": {"destinations": [TO_GROUP]}}],
    )
    federation.declare(workspaces(), CATALOG, table, failover({"eu-west": {"us-east": 100}}))
    assert client(mesh, "eu").get("catalog.shop.svc.cluster.local", count=20).clusters == {"us": 20}
