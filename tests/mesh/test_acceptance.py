"""What Istio itself says of the objects: istiod, Envoy and `istioctl analyze`."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import CATALOG, FEDERATED, OUTLIER, failover, workspaces
from .tools import MeshTools

pytestmark = pytest.mark.mesh

# What the bed is like: namespaces of gateways without injection, and a pod that has no sidecar.
_EXPLAINED = {("IST0102", "Namespace"), ("IST0103", "Pod shop/bare-0")}


def test_istio_accepts_everything(mesh: Mesh, federation: Federation, mesh_tools: MeshTools) -> None:
    """No proxy refused what was declared, and `istioctl analyze` finds nothing on any cluster."""
    options: dict[str, Any] = {"federation": FEDERATED, "serviceIsolation": {"enabled": True, "trimProxyConfig": True}}
    federation.declare(workspaces(**options), CATALOG, OUTLIER, failover({"eu-west": {"us-east": 0}}))
    for name, cluster in mesh.clusters.items():
        assert cluster.istiod.rejections() == 0
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


def _is_explained(message: dict[str, str]) -> bool:
    return any(message["code"] == code and message["origin"].startswith(origin) for code, origin in _EXPLAINED)
