"""The bed itself: the real CLI changes and restores objects in two real API servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from .control_plane import Cluster
from .kubernetes_api import Manifest
from .program import Engine, ProgramStack

pytestmark = pytest.mark.engine

API = "networking.istio.io/v1"
KIND = "ServiceEntry"
NAMES = {"eu/ServiceEntry/bed/catalog", "us/ServiceEntry/bed/catalog"}

DISCOVERED: list[Manifest] = [
    {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "ap-1", "labels": {"topology.kubernetes.io/region": "ap-south"}},
        "status": {"addresses": [{"type": "ExternalIP", "address": "203.0.113.10"}]},
    },
    {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "catalog", "namespace": "discovered"},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "gateway", "namespace": "discovered"},
        "spec": {
            "type": "LoadBalancer",
            "ports": [{"name": "tls", "port": 15443}],
            "ipFamilyPolicy": "RequireDualStack",
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "catalog", "namespace": "discovered"},
        "spec": {
            "selector": {"matchLabels": {"app": "catalog"}},
            "template": {
                "metadata": {"labels": {"app": "catalog"}},
                "spec": {"containers": [{"name": "catalog", "image": "catalog:1"}]},
            },
        },
    },
]


def service_entry(host: str) -> Manifest:
    """The spec of a host that the mesh does not know."""
    port = {"number": 8080, "name": "http", "protocol": "HTTP", "targetPort": 80}
    endpoint = {"address": "203.0.113.7", "ports": {"http": 15443}}
    return {
        "hosts": [host],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [port],
        "endpoints": [endpoint],
    }


def program(clusters: dict[str, Cluster]) -> Callable[[], None]:
    """A program that declares one ServiceEntry on each cluster, with the host of its config."""

    def declare() -> None:
        host = pulumi.Config().require("host")
        for name, cluster in clusters.items():
            provider = kubernetes.Provider(
                name,
                kubeconfig=pulumi.Output.secret(cluster.kubeconfig.read_text()),
                context=name,
                cluster_identifier=name,
            )
            kubernetes.apiextensions.CustomResource(
                f"{name}/{KIND}/bed/catalog",
                api_version=API,
                kind=KIND,
                metadata={"name": "catalog", "namespace": "bed"},
                spec=service_entry(host),
                opts=pulumi.ResourceOptions(provider=provider),
            )
        pulumi.export("host", host)

    return declare


@pytest.fixture(scope="module")
def two(clusters: dict[str, Cluster]) -> dict[str, Cluster]:
    """Two clusters with a namespace for this module."""
    chosen = {name: clusters[name] for name in ("eu", "us")}
    for cluster in chosen.values():
        cluster.create_namespaces("bed")
    return chosen


@pytest.fixture
def stack(engine: Engine, two: dict[str, Cluster], project: Path) -> Iterator[ProgramStack]:
    """The program's stack; its objects are gone in the end."""
    stack = engine.stack("bed", project, program(two))
    stack.edit_config(lambda config: config.update({"federation:host": "catalog.shop.mesh"}))
    yield stack
    for cluster in two.values():
        cluster.delete_all(API, KIND, "bed")


def test_a_program_goes_through_its_life(stack: ProgramStack, two: dict[str, Cluster]) -> None:
    """Preview, up, nothing to do, an edit of the config, drift, restored, destroyed."""
    preview = stack.preview()
    assert preview.names("create") == NAMES
    assert not objects_of(two)

    up = stack.up()
    assert up.names("create") == NAMES
    assert up.outputs["host"] == "catalog.shop.mesh"
    assert {name: o["spec"] for name, o in objects_of(two).items()} == dict.fromkeys(
        NAMES, service_entry("catalog.shop.mesh")
    )

    again = stack.up()
    assert again.names("same") == NAMES
    assert set(again.changes) == {"same"}

    stack.edit_config(lambda config: config.update({"federation:host": "catalog.shop.global"}))
    edited = stack.up()
    assert edited.names("update") == NAMES
    assert edited.changed("eu/ServiceEntry/bed/catalog") == ("spec.hosts[0]",)

    live = objects_of(two)["us/ServiceEntry/bed/catalog"]
    two["us"].edit(live, {"spec": {"location": "MESH_EXTERNAL"}})
    drift = stack.refresh()
    assert drift.names("update") == {"us/ServiceEntry/bed/catalog"}
    assert drift.changed("us/ServiceEntry/bed/catalog") == ("spec.location",)

    restored = stack.up()
    assert restored.names("update") == {"us/ServiceEntry/bed/catalog"}
    assert objects_of(two)["us/ServiceEntry/bed/catalog"]["spec"]["location"] == "MESH_INTERNAL"

    destroyed = stack.destroy()
    assert destroyed.names("delete") == NAMES
    assert not objects_of(two)
    assert not stack.state()


def test_no_secret_reaches_files_or_diagnostics(stack: ProgramStack, two: dict[str, Cluster]) -> None:
    """The kubeconfigs' tokens and the stack's secrets are in nothing that a run leaves behind."""
    stack.set_secret("federation:key", "hunter2")
    run = stack.up()
    files = [file.read_text() for file in stack.project.rglob("*.yaml")]
    left_behind = f"{run} {stack.state()} {files}"
    assert "hunter2" not in left_behind
    for cluster in two.values():
        token = cluster.kubeconfig.read_text().split("token: ")[1].split()[0]
        assert token not in left_behind


def test_clusters_hold_what_discovery_reads(clusters: dict[str, Cluster]) -> None:
    """Nodes, workloads and Services, their statuses as the manifests say, one cluster each."""
    cluster = clusters["ap"]
    cluster.create_namespaces("discovered", team="shop")
    cluster.create(*DISCOVERED)
    service = cluster.api.get("v1", "Service", "gateway", "discovered")
    assert service["status"]["loadBalancer"]["ingress"][0]["ip"] == "203.0.113.9"
    assert len(service["spec"]["clusterIPs"]) == 2
    node = cluster.api.get("v1", "Node", "ap-1")
    assert node["status"]["addresses"] == [{"type": "ExternalIP", "address": "203.0.113.10"}]
    assert cluster.api.list("apps/v1", "Deployment", "discovered")
    assert not clusters["eu"].api.list("apps/v1", "Deployment", "discovered")


def objects_of(clusters: dict[str, Cluster]) -> dict[str, Manifest]:
    """The live ServiceEntries of the namespace, by logical name."""
    return {
        f"{name}/{KIND}/bed/{live['metadata']['name']}": live
        for name, cluster in clusters.items()
        for live in cluster.api.list(API, KIND, "bed")
    }
