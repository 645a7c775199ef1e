"""What docs/prerequisites.md says of Istio's settings: each is taken away, breaks what it says, and has its finding.

The objects are declared once; what changes is Istio.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, client, eventually, workspaces
from .trust import Root

pytestmark = pytest.mark.mesh

HOST = {cluster: f"catalog.shop.svc.{cluster}.global" for cluster in ("eu", "us")}
GROUP = "catalog.shop.mesh"


@pytest.fixture(scope="module", autouse=True)
def declared(mesh: Mesh, federation: Federation) -> None:
    """Services and a group in both clusters."""
    federation.declare(workspaces(federation=FEDERATED), CATALOG)
    eventually(lambda: calls(mesh) == {200})


@pytest.fixture(autouse=True)
def restored(mesh: Mesh) -> Iterator[None]:
    """What a test changes without restarting anything is undone, and requests flow again."""
    yield
    for cluster in mesh.clusters.values():
        cluster.configure()
    eventually(lambda: calls(mesh) == {200})


@pytest.fixture
def istiod(mesh: Mesh) -> Iterator[Callable[..., None]]:
    """Restarts the istiod of `us` with other settings; they are the usual ones again at the end."""
    yield mesh["us"].restart_istiod
    mesh["us"].restart_istiod()


def calls(mesh: Mesh, here: str = "eu", there: str = "us") -> set[int]:
    """The statuses of requests to the federated host of the other cluster."""
    return set(client(mesh, here).get(HOST[there], count=3).statuses)


def calls_anew(mesh: Mesh) -> set[int]:
    """The same by new connections: one that the gateway passed on before it knew better stays with its pod."""
    client(mesh, "eu").restart_proxy()
    return calls(mesh)


def test_other_trust_domains_are_refused(mesh: Mesh, federation: Federation, istiod: Callable[..., None]) -> None:
    """Without the setting servers refuse clients of the other cluster; aliases let them in, and merge identities."""
    istiod(PILOT_SKIP_VALIDATE_TRUST_DOMAIN="")
    eventually(lambda: calls(mesh) == {503})
    assert calls(mesh, "us", "us") == {200}
    assert set(federation.check()) == {"FED342"}
    mesh["us"].configure(trustDomainAliases=["eu"])
    eventually(lambda: calls(mesh) == {200})
    assert set(federation.check()) == {"FED343"}


def test_service_entries_must_select_pods(mesh: Mesh, federation: Federation, istiod: Callable[..., None]) -> None:
    """Without it the home side has no endpoints, and a group keeps to its own cluster."""
    istiod(PILOT_ENABLE_SERVICEENTRY_SELECT_PODS="false")
    eventually(lambda: calls_anew(mesh) == {503})
    assert set(federation.check()) == {"FED347"}
    assert client(mesh, "eu").get(GROUP, count=10).clusters == {"eu": 10}


def test_clients_need_automatic_mtls(mesh: Mesh, federation: Federation) -> None:
    """Without it they send plain text to the gateway; servers do not need it."""
    mesh["us"].configure(enableAutoMtls=False)
    mesh["eu"].configure(enableAutoMtls=False)
    eventually(lambda: calls(mesh) == {503})
    mesh["eu"].configure()
    eventually(lambda: calls(mesh) == {200})
    assert federation.check()["FED348"].startswith("the mesh config of cluster 'us'")


def test_istiod_must_look_at_the_services(mesh: Mesh, federation: Federation, istiod: Callable[..., None]) -> None:
    """Pods of a namespace that discoverySelectors leave out do not exist."""
    with look_away_from("shop", mesh, istiod):
        eventually(lambda: 503 in calls(mesh))
        assert federation.check()["FED352"].endswith(": shop")


def test_istiod_must_look_at_the_gateway(mesh: Mesh, federation: Federation, istiod: Callable[..., None]) -> None:
    """A gateway that discoverySelectors leave out has no Gateway object: it does not listen, old connections aside."""
    with look_away_from("istio-eastwest", mesh, istiod):
        gateway = mesh["us"].workloads["istio-eastwest/eastwestgateway-0"]
        eventually(lambda: "0.0.0.0_15443" not in json.dumps(gateway.admin("listeners?format=json")))
        assert federation.check()["FED352"].endswith(": istio-eastwest")


@contextmanager
def look_away_from(namespace: str, mesh: Mesh, istiod: Callable[..., None]) -> Iterator[None]:
    """Start the istiod of `us` with selectors that leave out a namespace; at the end it may see everything again."""
    by_name = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [namespace]}
    mesh["us"].configure(discoverySelectors=[{"matchExpressions": [by_name]}])
    try:
        istiod()
        yield
    finally:
        mesh["us"].configure()


def test_these_settings_do_not_matter(mesh: Mesh, istiod: Callable[..., None]) -> None:
    """Objects say themselves who sees them; they need no open door, no plain text, and few clusters in gateways."""
    istiod(PILOT_FILTER_GATEWAY_CLUSTER_CONFIG="true", PILOT_SCOPE_GATEWAY_TO_NAMESPACE="true")
    exports = ("defaultServiceExportTo", "defaultVirtualServiceExportTo", "defaultDestinationRuleExportTo")
    closed = {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}, **{key: ["."] for key in exports}}
    strict = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": "istio-system"},
        "spec": {"mtls": {"mode": "STRICT"}},
    }
    for cluster in mesh.clusters.values():
        cluster.configure(**closed)
        cluster.apply(strict)
    try:
        mesh.settle()
        eventually(lambda: all(calls(mesh, "eu", there) == {200} for there in HOST))
        eventually(lambda: set(client(mesh, "eu").get(GROUP, count=20).clusters) == {"eu", "us"})
        assert client(mesh, "eu").get(GROUP, count=20).bad == 0
    finally:
        for cluster in mesh.clusters.values():
            cluster.api.delete("security.istio.io/v1", "PeerAuthentication", "default", "istio-system")


def test_sidecars_must_answer_dns(mesh: Mesh, federation: Federation) -> None:
    """Without it nothing knows the federated host's address."""
    web = client(mesh, "eu")
    web.restart_proxy(ISTIO_META_DNS_CAPTURE="false")
    try:
        with pytest.raises(RuntimeError, match="Connection refused"):
            web.resolve(HOST["us"])
        mesh["eu"].configure(defaultConfig={})
        assert set(federation.check()) == {"FED346"}
    finally:
        web.restart_proxy()


def test_another_root_is_not_believed(
    mesh: Mesh, federation: Federation, istiod: Callable[..., None], tmp_path: Path
) -> None:
    """A client with a certificate of another root is refused everywhere."""
    other, web = Root(mesh["us"].tools.engine.openssl, tmp_path / "root"), client(mesh, "us")
    istiod(other.intermediate("us"))
    web.trust(other)
    web.restart_proxy()
    try:
        eventually(lambda: calls(mesh, "us", "eu") == {503})
        eventually(lambda: set(federation.check()) == {"FED345"})
    finally:
        web.trust(mesh.root)
        mesh["us"].restart_istiod()
        web.restart_proxy()
    eventually(lambda: calls(mesh, "us", "eu") == {200})
    eventually(lambda: not federation.check())


def test_the_gateways_need_a_port_tls(mesh: Mesh, federation: Federation) -> None:
    """Without it the program says so, and declares nothing."""
    service = mesh["us"].api.get("v1", "Service", "eastwestgateway", "istio-eastwest")
    ports = service["spec"]["ports"]
    renamed = [{**port, "name": "mtls" if port["name"] == "tls" else port["name"]} for port in ports]
    mesh["us"].api.patch(service, {"spec": {"ports": renamed}}, "kubectl-edit")
    try:
        assert "FED302" in federation.check()
    finally:
        mesh["us"].api.patch(service, {"spec": {"ports": ports}}, "kubectl-edit")
