"""The real program on the real engine: live discovery of three API servers, and everything that Pulumi does with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedlib.cli.main import main
from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import load_stack_file
from fedlib.diagnostics import Report
from fedlib.discovery.discover import discover
from tests.placed import placed

from .control_plane import Cluster
from .kubernetes_api import Manifest
from .program import Engine, ProgramStack, RunFailedError

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
API = "networking.istio.io/v1"
KINDS = ("ServiceEntry", "Gateway", "VirtualService")
GATEWAYS = {"eu": "198.51.100.1", "us": "198.51.100.2", "ap": "gateway.ap.example.com"}
NAMESPACES = ("shop-web", "shop-backend", "edge", "istio-gateways")
HOST = "catalog.shop-backend.svc.eu.global"


def service(name: str, port: str) -> list[Manifest]:
    """A Service of the shop, with its Deployment and ServiceAccount."""
    metadata = {"name": name, "namespace": "shop-backend"}
    labels = {"app": name}
    container = {"name": name, "image": f"{name}:1", "ports": [{"name": port, "containerPort": 8080}]}
    pod = {"serviceAccountName": name, "containers": [container]}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": labels, "ports": [{"name": port, "port": 80, "targetPort": port}]},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]


def gateway(address: str) -> Manifest:
    """The Service of an east-west gateway with a load balancer."""
    key = "ip" if address[0].isdigit() else "hostname"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "eastwest", "namespace": "istio-gateways", "labels": {"istio": "eastwestgateway"}},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"istio": "eastwestgateway"},
            "ports": [{"name": "tls", "port": 15443, "targetPort": 15443}],
        },
        "status": {"loadBalancer": {"ingress": [{key: address}]}},
    }


@pytest.fixture(scope="module")
def mesh(clusters: dict[str, Cluster]) -> dict[str, Cluster]:
    """The clusters with a shop in each."""
    for name, cluster in clusters.items():
        cluster.create_namespaces(*NAMESPACES, **{"istio-injection": "enabled"})
        cluster.create(gateway(GATEWAYS[name]), *service("catalog", "http"), *service("cart", "grpc"))
    return clusters


@pytest.fixture(scope="module")
def stack(engine: Engine, mesh: dict[str, Cluster]) -> Iterator[ProgramStack]:
    """The program's stack. The tests of this module are one story: each goes on where the one before ended."""
    stack = engine.stack("live", ROOT, parts=("Pulumi.yaml", "__main__.py"))
    secret = mesh["us"].kubeconfig.read_text()
    stack.edit_config(lambda config: config.update(config_of(mesh)))
    stack.set_secret("federation:usKubeconfig", secret)
    yield stack
    for cluster in mesh.values():
        for kind in KINDS:
            for namespace in NAMESPACES:
                cluster.delete_all(API, kind, namespace)


def config_of(mesh: dict[str, Cluster]) -> dict[str, Any]:
    """Two clusters by the path of a kubeconfig, one by a secret; two workspaces."""
    by_path = {name: {"path": str(mesh[name].kubeconfig), "context": name} for name in ("eu", "ap")}
    federation = {"federation": {"enabled": True, "hostSuffix": "global"}}
    return {
        "federation:clusters": {
            **{name: {"kubeconfig": kubeconfig} for name, kubeconfig in by_path.items()},
            "us": {"kubeconfig": {"secret": "usKubeconfig"}},
        },
        "federation:workspaces": {
            "shop": {
                "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}],
                "settings": {"exportTo": [{"workspaces": [{"name": "edge"}]}], "options": federation},
            },
            "edge": {
                "workloadClusters": [{"name": "*", "namespaces": [{"name": "edge"}]}],
                "settings": {"importFrom": [{"workspaces": [{"name": "shop"}]}]},
            },
        },
    }


def expected(stack: ProgramStack, mesh: dict[str, Cluster]) -> Compilation:
    """What the same compile gives without Pulumi: the secret cluster read by its path."""
    report = Report()
    file = load_stack_file(stack.project / "stacks" / "Pulumi.live.yaml", stack.project, report)
    by_path = {"kubeconfig": {"path": str(mesh["us"].kubeconfig)}}
    values = {**file.values, "clusters": {**file.values["clusters"], "us": by_path}}
    file = type(file)(file.name, file.root, file.source, values)
    configuration = read_configuration(file, report)
    inventory = discover(configuration.config.clusters, file, report, lambda _: None)
    compilation = compile_federation(configuration, inventory, report)
    assert not report.has_errors, [finding.message for finding in report]
    return compilation


def names_of(compilation: Compilation) -> set[str]:
    """The logical names of a plan."""
    return {
        f"{declaration.cluster}/{declaration.kind}/{namespace}/{declaration.name}"
        for declaration in placed(compilation.plan)
        for namespace in declaration.namespaces
    }


def live_objects(mesh: dict[str, Cluster]) -> dict[str, Manifest]:
    """What is in the API servers, by logical name."""
    return {
        f"{name}/{kind}/{live['metadata']['namespace']}/{live['metadata']['name']}": live
        for name, cluster in mesh.items()
        for kind in KINDS
        for live in cluster.api.list(API, kind)
        if live["metadata"]["namespace"] in NAMESPACES
    }


def test_preview_shows_everything_and_changes_nothing(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """A preview creates what the offline compile plans, in no API server."""
    preview = stack.preview()
    assert preview.names("create") == names_of(expected(stack, mesh))
    assert preview.outputs["digest"] == expected(stack, mesh).plan.digest()
    assert not live_objects(mesh)


def test_up_declares_the_plan_in_the_api_servers(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """Every object of the plan is live, as planned: 3 Gateways, 6 home sides, 12 hosts times 3 namespaces remote."""
    up = stack.up()
    compilation = expected(stack, mesh)
    live = live_objects(mesh)
    assert set(live) == names_of(compilation) == up.names("create")
    assert len(live) == 3 + 6 + 12 * 3
    for cluster in mesh:
        for manifest in compilation.plan.manifests(cluster):
            metadata = manifest["metadata"]
            found = live[f"{cluster}/{manifest['kind']}/{metadata['namespace']}/{metadata['name']}"]
            assert found["spec"] == manifest["spec"]
            assert found["metadata"]["labels"] == metadata["labels"]
    assert up.outputs["objects"]["eu"] == {"Gateway": 1, "ServiceEntry": 14}
    assert HOST in up.outputs["hosts"]["us"]


def test_second_up_changes_nothing(stack: ProgramStack) -> None:
    """The same input again is no change at all."""
    assert set(stack.up().changes) == {"same"}


def test_removed_import_takes_its_objects_only(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """Without edge's import its copies go, and the home sides lose its namespace; nothing else is touched."""
    before = live_objects(mesh)

    def edit(config: dict[str, Any]) -> None:
        del config["federation:workspaces"]["edge"]["settings"]["importFrom"]

    stack.edit_config(edit)
    run = stack.up()
    assert run.names("delete") == {name for name in before if "/edge/" in name}
    assert run.names("update") == {
        f"{cluster}/ServiceEntry/shop-backend/vd-{name}-shop-backend-svc-{cluster}-global-shop"
        for cluster in mesh
        for name in ("catalog", "cart")
    }
    assert not run.names("create", "replace", "create-replacement")
    assert {path.partition("[")[0] for name in run.names("update") for path in run.changed(name)} == {"spec.exportTo"}
    stack.edit_config(lambda config: config.update(config_of(mesh)))
    assert stack.up().names("create") == run.names("delete")


def test_new_service_adds_its_objects_only(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """A Service that appears in one cluster gets its host; no other object changes."""
    mesh["us"].create(*service("payments", "http"))
    run = stack.preview()
    assert run.names("create")
    assert all("payments" in name for name in run.names("create"))
    assert not run.names("update", "delete", "replace")
    for kind, api in (("Service", "v1"), ("Deployment", "apps/v1"), ("ServiceAccount", "v1")):
        mesh["us"].api.delete(api, kind, "payments", "shop-backend")


def test_refresh_shows_what_was_edited_by_hand(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """A manual edit is drift, and the next up restores the object."""
    name = "ap/ServiceEntry/shop-web/vd-catalog-shop-backend-svc-eu-global-shop"
    mesh["ap"].edit(live_objects(mesh)[name], {"spec": {"location": "MESH_EXTERNAL"}})
    drift = stack.refresh()
    assert drift.names("update") == {name}
    assert drift.changed(name) == ("spec.location",)
    assert stack.up().names("update") == {name}
    assert live_objects(mesh)[name]["spec"]["location"] == "MESH_INTERNAL"


def test_errors_come_all_at_once_and_stop_the_preview(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """Two mistakes in the stack file are two findings with their lines; nothing is deleted."""

    def edit(config: dict[str, Any]) -> None:
        config["federation:placement"] = "shred"
        config["federation:workspaces"]["shop"]["settings"]["options"]["federation"]["enable"] = True

    stack.edit_config(edit)
    before = live_objects(mesh)
    with pytest.raises(RunFailedError) as failure:
        stack.up()
    said = failure.value.run.diagnostics
    assert "FED006 UnknownField" in said
    assert "did you mean 'enabled'" in said
    assert "FED008 WrongValue" in said
    assert "stacks/Pulumi.live.yaml:" in said
    assert "Traceback" not in said
    assert live_objects(mesh) == before
    stack.edit_config(lambda config: config.pop("federation:placement"))
    stack.edit_config(lambda config: config.update(config_of(mesh)))


def test_unreadable_cluster_fails_the_run(stack: ProgramStack, mesh: dict[str, Cluster], tmp_path: Path) -> None:
    """A refused token fails the run with the cluster's name; its services are not taken for gone."""
    kubeconfig = mesh["ap"].kubeconfig.read_text()
    token = kubeconfig.split("token: ")[1].split()[0]
    (tmp_path / "kubeconfig").write_text(kubeconfig.replace(token, "expired"))
    expired = {"path": str(tmp_path / "kubeconfig"), "context": "ap"}
    stack.edit_config(lambda config: config["federation:clusters"]["ap"].update(kubeconfig=expired))
    before = live_objects(mesh)
    with pytest.raises(RunFailedError) as failure:
        stack.up()
    said = failure.value.run.diagnostics
    assert "FED101 ClusterUnreadable" in said
    assert "cluster 'ap'" in said
    assert "credentials were refused" in said
    assert "Traceback" not in said
    assert live_objects(mesh) == before
    stack.edit_config(lambda config: config.update(config_of(mesh)))


def test_recording_gives_the_same_plan(
    stack: ProgramStack, mesh: dict[str, Cluster], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`snapshot` records the live clusters, and a stack of these recordings has the plan of the live one."""
    live = config_of(mesh)
    live["federation:clusters"]["us"] = {"kubeconfig": {"path": str(mesh["us"].kubeconfig)}}
    recorded = {**live, "federation:clusters": {name: {"inventory": f"./recorded/{name}"} for name in mesh}}
    for name, config in (("live", live), ("recorded", recorded)):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
    out = str(tmp_path / "recorded")
    assert main(["snapshot", "--stack-file", str(tmp_path / "Pulumi.live.yaml"), "--out", out]) == 0
    assert main(["check", "--stack-file", str(tmp_path / "Pulumi.live.yaml"), "--output", "json"]) == 0
    assert main(["check", "--stack-file", str(tmp_path / "Pulumi.recorded.yaml"), "--output", "json"]) == 0
    printed = capsys.readouterr().out
    digest = expected(stack, mesh).plan.digest()
    assert printed.count(f'"digest": "{digest}"') == 2
    for cluster in mesh.values():
        token = cluster.kubeconfig.read_text().split("token: ")[1].split()[0]
        assert token not in printed + "".join(file.read_text() for file in (tmp_path / "recorded").rglob("*.yaml"))


def test_no_secret_is_left_behind(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """No token is in outputs, diagnostics, the state or the project's files."""
    run = stack.preview()
    files = [file.read_text() for file in stack.project.rglob("*") if file.is_file()]
    left = f"{run} {stack.state()} {files}"
    for cluster in mesh.values():
        assert cluster.kubeconfig.read_text().split("token: ")[1].split()[0] not in left


def test_destroy_leaves_nothing(stack: ProgramStack, mesh: dict[str, Cluster]) -> None:
    """Everything that was declared is gone, and nothing else is."""
    stack.destroy()
    assert not live_objects(mesh)
    assert not stack.state()
    for cluster in mesh.values():
        assert cluster.api.get("v1", "Service", "catalog", "shop-backend")
