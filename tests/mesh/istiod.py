"""A cluster's istiod, in the network of the tests."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.engine.server_process import ServerProcess, free_port, listens

from .network import CONTROL_ADDRESS
from .tools import MeshTools

# What docs/prerequisites.md asks of istiod, and nothing else: trust domains differ.
SETTINGS = {"PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "true"}

# Upstream Envoy lacks the filters that the first two leave out.
_ENVIRONMENT = {
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "PILOT_ENABLE_ALPN_FILTER": "false",
    "INJECTION_WEBHOOK_CONFIG_NAME": "",
    "VALIDATION_WEBHOOK_CONFIG_NAME": "",
    "ISTIO_GATEWAY_STATUS_UPDATE_ENABLED": "false",
    "PILOT_DEBOUNCE_AFTER": "50ms",
    "UNSAFE_ENABLE_ADMIN_ENDPOINTS": "true",
}


class Istiod:
    """istiod of one cluster, up until the process is stopped. Its mesh config is the ConfigMap `istio` there."""

    def __init__(self, tools: MeshTools, cluster: str, kubeconfig: Path, authority: Path, directory: Path) -> None:
        """Start it."""
        directory.mkdir()
        self._cluster, self._authority, self._directory = cluster, authority, directory
        self._grpc, self._http, self._monitoring = free_port(), free_port(), free_port()
        self.address = f"{CONTROL_ADDRESS}:{self._grpc}"
        self._command: list[str | Path] = [
            tools.pilot_discovery,
            "discovery",
            f"--kubeconfig={kubeconfig}",
            f"--clusterID={cluster}",
            f"--meshConfig={directory / 'none'}",
            f"--secureGRPCAddr={self.address}",
            "--grpcAddr=",
            f"--httpAddr=127.0.0.1:{self._http}",
            "--httpsAddr=",
            f"--monitoringAddr=127.0.0.1:{self._monitoring}",
            "--ctrlz_port=0",
            "--registries=Kubernetes",
        ]
        self._rejected = 0
        self.process = self._start(SETTINGS, authority)

    def restart(self, settings: Mapping[str, str] = SETTINGS, authority: Path | None = None) -> ServerProcess:
        """Start it anew, with other settings or another certificate authority if they are given."""
        self._rejected = self.rejections()
        self.process.stop()
        self.process = self._start(settings, authority or self._authority)
        self.wait()
        return self.process

    def _start(self, settings: Mapping[str, str], authority: Path) -> ServerProcess:
        environment = {
            **_ENVIRONMENT,
            **settings,
            "ROOT_CA_DIR": str(authority),
            "POD_NAME": f"istiod-{self._cluster}",
            "HOME": str(self._directory),
        }
        name, log = f"istiod-{self._cluster}", self._directory.parent / "logs" / f"istiod-{self._cluster}.log"
        return ServerProcess(name, self._command, log, directory=self._directory, environment=environment)

    def wait(self) -> None:
        """Wait until it answers proxies."""
        self.process.wait_until(lambda: listens(self._grpc, CONTROL_ADDRESS) and listens(self._http))

    def settle(self, quiet: float = 0.5, seconds: float = 30) -> None:
        """Wait until nothing new has been sent to the proxies for a while, and they took what was sent."""
        deadline = monotonic() + seconds
        before, since = [""], monotonic()
        while monotonic() < deadline:
            state = sorted(map(json.dumps, self.debug("syncz")))
            if state != before:
                before, since = state, monotonic()
            elif monotonic() - since > quiet:
                return
            sleep(0.1)
        raise TimeoutError("istiod goes on sending configuration")

    def debug(self, page: str) -> Any:
        """A page of istiod's debug interface."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._http}/debug/{page}", timeout=10) as answer:
            return json.load(answer)

    def rejections(self) -> int:
        """How many configurations the proxies have refused, also before restarts."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._monitoring}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        counts = [line.rsplit(" ", 1)[1] for line in lines if line.startswith("pilot_total_xds_rejects")]
        return self._rejected + sum(int(float(count)) for count in counts)
