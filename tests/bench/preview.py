"""The real engine's preview of the program against a trivial program that declares the very same objects.

Both run on the same stack, engine and API servers, in turns. The trivial program holds its objects ready in a list, so
the difference is what reading the stack, discovery and the compile cost.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from fedlib.compilation import compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import load_stack_file
from fedlib.diagnostics import Report
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.discover import discover
from tests.engine.control_plane import Cluster, control_plane
from tests.engine.program import Engine, interrupted_programs_forgotten
from tests.engine.tools import MissingToolError, find_tools

from .mesh import stack_config

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS, SERVICES, RUNS = 2, 40, 3


def compare_previews() -> str:
    """A line with both times and their ratio, or the reason why they could not be measured."""
    try:
        tools = find_tools()
    except MissingToolError as missing:
        return f"preview: skipped, {missing}"
    names = [f"c{index:02}" for index in range(CLUSTERS)]
    with (
        tempfile.TemporaryDirectory() as folder,
        interrupted_programs_forgotten(),
        control_plane(tools, *names) as clusters,
    ):
        for cluster in clusters.values():
            cluster.create_namespaces(
                *(f"shop-{n}" for n in range(6)), "istio-gateways", **{"istio-injection": "enabled"}
            )
            cluster.create(*_objects(cluster.name))
        return _compare(Engine(tools, Path(folder)), clusters)


def _compare(engine: Engine, clusters: dict[str, Cluster]) -> str:
    config = {f"federation:{key}": value for key, value in stack_config(CLUSTERS, "namespace", 0).items()}
    for name, cluster in clusters.items():
        config["federation:clusters"][name] = {"kubeconfig": {"path": str(cluster.kubeconfig), "context": name}}
    parts = ("Pulumi.yaml", "__main__.py")
    real = engine.stack("bench", ROOT, parts=parts)
    real.edit_config(lambda stack: stack.update(config))
    manifests = _plan(real.project, clusters)
    trivial = engine.stack("bench", ROOT, program=_trivial(manifests, clusters), parts=parts)
    trivial.edit_config(lambda stack: stack.update(config))
    times: dict[str, list[float]] = {"real": [], "trivial": []}
    for _ in range(RUNS):
        for name, stack in (("real", real), ("trivial", trivial)):
            start = time.perf_counter()
            created = stack.preview().names("create")
            times[name].append(time.perf_counter() - start)
            assert len(created) == len(manifests)
    ours, floor = min(times["real"]), min(times["trivial"])
    return (
        f"preview of {len(manifests)} objects: {ours:.2f} s, a trivial program {floor:.2f} s, ratio {ours / floor:.2f}"
    )


def _objects(cluster: str) -> list[dict[str, Any]]:
    """What the synthetic mesh holds, as manifests."""
    found: list[dict[str, Any]] = []
    for index in range(SERVICES):
        metadata = {"name": f"service-{index:04}", "namespace": f"shop-{index % 6}"}
        labels = {"app": metadata["name"]}
        pod = {"containers": [{"name": "app", "image": "app:1"}], "serviceAccountName": metadata["name"]}
        template = {"metadata": {"labels": labels}, "spec": pod}
        ports = [{"name": "http", "port": 8080}, {"name": "grpc", "port": 9090}]
        spec = {"selector": {"matchLabels": labels}, "template": template}
        found.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        found.append(
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": labels, "ports": ports}}
        )
        found.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
    selector = {"istio": "eastwestgateway"}
    found.append(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "eastwest", "namespace": "istio-gateways", "labels": selector},
            "spec": {"type": "LoadBalancer", "selector": selector, "ports": [{"name": "tls", "port": 15443}]},
            "status": {"loadBalancer": {"ingress": [{"ip": f"198.51.100.{int(cluster[1:]) + 1}"}]}},
        }
    )
    return found


def _plan(project: Path, clusters: dict[str, Cluster]) -> list[dict[str, Any]]:
    report = Report()
    stack = load_stack_file(project / "stacks" / "Pulumi.bench.yaml", project, report)
    configuration = read_configuration(stack, report)
    inventory = discover(configuration.config.clusters, stack, report, lambda _: None)
    plan = compile_federation(configuration, inventory, report).plan
    assert not report.has_errors, list(report)
    return list(yaml.safe_load_all(dump_documents(plan.manifests())))  # nothing shared, as if written by hand


def _trivial(manifests: list[dict[str, Any]], clusters: dict[str, Cluster]) -> Callable[[], None]:
    def program() -> None:
        providers = {
            name: kubernetes.Provider(name, kubeconfig=str(cluster.kubeconfig), context=name, cluster_identifier=name)
            for name, cluster in clusters.items()
        }
        for manifest in manifests:
            metadata = manifest["metadata"]
            cluster = metadata["labels"]["context.mesh.gloo.solo.io/cluster"]
            kubernetes.apiextensions.CustomResource(
                f"{cluster}/{manifest['kind']}/{metadata['namespace']}/{metadata['name']}",
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                metadata=metadata,
                spec=manifest["spec"],
                opts=pulumi.ResourceOptions(provider=providers[cluster]),
            )

    return program
