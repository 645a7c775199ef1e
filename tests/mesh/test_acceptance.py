"""What Istio itself says of the objects: istiod, Envoy and `istioctl analyze`."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.engine.tools import REPOSITORY

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, OUTLIER, TO_GROUP, failover, gloo, north_south, workspaces
from .tools import MeshTools

pytestmark = pytest.mark.mesh

# Namespaces of gateways without injection, a pod that has no sidecar, and any EnvoyFilter. See docs/howto.md.
_EXPLAINED = {("IST0102", "Namespace"), ("IST0103", "Pod shop/bare-0"), ("IST0133", "EnvoyFilter")}


def test_istio_accepts_everything(mesh: Mesh, federation: Federation, mesh_tools: MeshTools) -> None:
    """With a bit of everything declared, no proxy refuses anything, and `istioctl analyze` has nothing new to say."""
    options: dict[str, Any] = {"federation": FEDERATED, "serviceIsolation": {"enabled": True, "trimProxyConfig": True}}
    federation.declare(workspaces(**options), *everything())
    assert mesh.rejections() == {}
    for name, cluster in mesh.clusters.items():
        command: list[str | Path] = [
            mesh_tools.istioctl,
            "analyze",
            "-A",
            "--kubeconfig",
            cluster.kubeconfig,
            "--output",
            "json",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        messages = [message for message in json.loads(done.stdout) if not _is_explained(message)]
        assert not messages, f"{name}: {json.dumps(messages, indent=2)}"


def test_docs_explain_the_messages() -> None:
    """The table in docs/howto.md has the messages that are passed over here, and no others."""
    text = (REPOSITORY / "docs" / "howto.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| (IST\d+) ", text, re.MULTILINE)) == {code for code, _ in _EXPLAINED}


def everything() -> list[dict[str, Any]]:
    """A group, a gateway with a RouteTable that delegates, an ExternalService, and policies of several kinds."""

    def route(name: str, **action: Any) -> dict[str, Any]:
        return {"name": name, "labels": {"route": name}, "matchers": [{"uri": {"prefix": f"/{name}"}}], **action}

    def policy(group: str, kind: str, of: str, **config: Any) -> dict[str, Any]:
        routes = [{"route": {"labels": {"route": of}}}]
        return gloo(f"{group}.policy", kind, f"{kind}-{of}".lower(), applyToRoutes=routes, config=config)

    gateway = north_south(allowedRouteTables=[{"host": "shop.example.com"}])
    books = gloo("networking", "RouteTable", "books", http=[route("books", forwardTo={"destinations": [TO_GROUP]})])
    books["metadata"]["labels"] = {"delegated": "yes"}
    root = gloo(
        "networking",
        "RouteTable",
        "root",
        hosts=["shop.example.com"],
        virtualGateways=[{"name": "north-south", "namespace": "istio-gateways", "cluster": "eu"}],
        http=[
            route("books", delegate={"routeTables": [{"labels": {"delegated": "yes"}}]}),
            route("direct", forwardTo={"destinations": [TO_GROUP]}),
        ],
    )
    ports = [{"name": "http", "number": 80, "protocol": "HTTP"}]
    external = gloo("networking", "ExternalService", "api", hosts=["api.example.com"], ports=ports)
    return [
        CATALOG,
        OUTLIER,
        failover({"eu-west": {"us-east": 0}}),
        gateway,
        root,
        books,
        external,
        policy("resilience", "RetryTimeoutPolicy", "direct", retries={"attempts": 2, "retryOn": "5xx"}),
        policy("security", "CSRFPolicy", "direct", filterEnabled=True),
        policy("trafficcontrol", "HeaderManipulationPolicy", "books", appendRequestHeaders={"x-added": "yes"}),
    ]


def _is_explained(message: dict[str, str]) -> bool:
    return any(message["code"] == code and message["origin"].startswith(origin) for code, origin in _EXPLAINED)
