"""A cluster's istiod, in the network of the tests."""

import json
import urllib.request
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml

from tests.engine.server_process import ServerProcess, free_port, listens

from .network import CONTROL_ADDRESS
from .tools import MeshTools

# Upstream Envoy lacks the filters that the first two leave out; the third lets trust domains differ.
_ENVIRONMENT = {
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "PILOT_ENABLE_ALPN_FILTER": "false",
    "PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "true",
    "INJECTION_WEBHOOK_CONFIG_NAME": "",
    "VALIDATION_WEBHOOK_CONFIG_NAME": "",
    "ISTIO_GATEWAY_STATUS_UPDATE_ENABLED": "false",
    "PILOT_DEBOUNCE_AFTER": "50ms",
    "UNSAFE_ENABLE_ADMIN_ENDPOINTS": "true",
}

ACCESS_LOG = (
    "%PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %REQUESTED_SERVER_NAME% %UPSTREAM_HOST% %DOWNSTREAM_REMOTE_ADDRESS%\n"
)


class Istiod:
    """istiod of one cluster, up until the process is stopped."""

    def __init__(self, tools: MeshTools, cluster: str, kubeconfig: Path, authority: Path, directory: Path) -> None:
        """Start it; its trust domain is the cluster's name."""
        directory.mkdir()
        mesh = {
            "trustDomain": cluster,
            "accessLogFile": "/dev/stdout",
            "accessLogFormat": ACCESS_LOG,
            "defaultProviders": {},
        }
        (directory / "mesh.yaml").write_text(yaml.safe_dump(mesh))
        self._grpc, self._http, self._monitoring = free_port(), free_port(), free_port()
        self.address = f"{CONTROL_ADDRESS}:{self._grpc}"
        command: list[str | Path] = [
            tools.pilot_discovery,
            "discovery",
            f"--kubeconfig={kubeconfig}",
            f"--clusterID={cluster}",
            f"--meshConfig={directory / 'mesh.yaml'}",
            f"--secureGRPCAddr={self.address}",
            "--grpcAddr=",
            f"--httpAddr=127.0.0.1:{self._http}",
            "--httpsAddr=",
            f"--monitoringAddr=127.0.0.1:{self._monitoring}",
            "--ctrlz_port=0",
            "--registries=Kubernetes",
        ]
        environment = {
            **_ENVIRONMENT,
            "ROOT_CA_DIR": str(authority),
            "POD_NAME": f"istiod-{cluster}",
            "HOME": str(directory),
        }
        log = directory.parent / "logs" / f"istiod-{cluster}.log"
        self.process = ServerProcess(f"istiod-{cluster}", command, log, directory=directory, environment=environment)

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
        """How many configurations the proxies have refused."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._monitoring}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines if line.startswith("pilot_total_xds_rejects"))
