"""A pod's proxy: pilot-agent, which starts Envoy and keeps its configuration and certificates."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.engine.server_process import ServerProcess

from .tools import MeshTools

_STATUS_PORT = 15021


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a proxy is, as the injected container says it."""

    cluster: str
    namespace: str
    pod: str
    account: str
    node: str
    address: str
    labels: Mapping[str, str]


class Proxy:
    """One running proxy, of a sidecar or of a gateway."""

    def __init__(
        self,
        tools: MeshTools,
        identity: Identity,
        kind: str,
        istiod: str,
        directory: Path,
        inside: Sequence[str],
        more: Mapping[str, str],
    ) -> None:
        """Start it; `kind` is `sidecar` or `router`, the directory has the pod's token and the mesh's root.

        `more` are settings of the pod in its environment.
        """
        self._identity = identity
        self.log = directory.parent.parent / "logs" / f"proxy-{directory.name}.log"
        environment = _environment(identity, kind) | {"PROXY_CONFIG": json.dumps(_config(tools, istiod))} | dict(more)
        command: list[str | Path] = [
            *inside,
            tools.pilot_agent,
            "proxy",
            kind,
            f"--domain={identity.namespace}.svc.cluster.local",
            "--proxyLogLevel=warning",
            "--proxyComponentLogLevel=misc:error",
        ]
        self.process = ServerProcess(directory.name, command, self.log, directory=directory, environment=environment)

    def wait(self) -> None:
        """Wait until Envoy has its first configuration."""
        self.process.wait_until(self._is_ready)

    def sessions(self) -> list[str]:
        """The lines of the access log: one for each request or connection."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if line.startswith(("HTTP/", "- "))]

    def _is_ready(self) -> bool:
        url = f"http://{self._identity.address}:{_STATUS_PORT}/healthz/ready"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _environment(identity: Identity, kind: str) -> dict[str, str]:
    made = {
        "PATH": "/usr/bin:/bin",
        "POD_NAME": identity.pod,
        "POD_NAMESPACE": identity.namespace,
        "INSTANCE_IP": identity.address,
        "SERVICE_ACCOUNT": identity.account,
        "TRUST_DOMAIN": identity.cluster,
        "ISTIOD_SAN": "istiod.istio-system.svc",
        "ECC_SIGNATURE_ALGORITHM": "ECDSA",
        "ISTIO_META_CLUSTER_ID": identity.cluster,
        "ISTIO_META_NODE_NAME": identity.node,
        "ISTIO_METAJSON_LABELS": json.dumps(dict(identity.labels)),
        "PEER_METADATA_DISCOVERY": "false",  # upstream Envoy lacks the extension
    }
    if kind == "sidecar":
        made["ISTIO_META_DNS_CAPTURE"] = "true"
    return made


def _config(tools: MeshTools, istiod: str) -> dict[str, object]:
    return {
        "binaryPath": str(tools.envoy),
        "proxyBootstrapTemplatePath": str(tools.bootstrap),
        "configPath": "./etc/istio/proxy",
        "discoveryAddress": istiod,
        "concurrency": 1,
        "statusPort": 15020,
        "fileFlushInterval": "0.05s",
        "terminationDrainDuration": "0s",
    }
