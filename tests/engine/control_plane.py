"""Kubernetes clusters for tests: one etcd, an API server per cluster, no controllers, no nodes.

Nothing deletes namespaces, runs pods or fills statuses here: `Cluster.create` writes the statuses
that a test needs (a LoadBalancer's address, a Node's addresses) as they stand in the manifest.
"""

import atexit
import base64
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import httpx2
import yaml

from .kubernetes_api import ApiError, KubernetesApi, Manifest
from .server_process import ServerProcess, free_port, listens
from .tools import REPOSITORY, Tools

KEPT_LOGS = REPOSITORY / ".cache" / "engine-logs"

_CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")

# Documentation address (RFC 5737): nothing is reached through it, but loopback is refused.
_ADVERTISED = "192.0.2.1"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running API server; its kubeconfig has one context, named like the cluster."""

    name: str
    kubeconfig: Path
    api: KubernetesApi

    def create(self, *manifests: Manifest) -> None:
        """Create objects as `kubectl create` would, with their `status` if they have one."""
        for manifest in manifests:
            live = self.api.create(manifest, "kubectl-create")
            if "status" in manifest:
                status = {"status": manifest["status"]}
                self.api.patch(live, status, "kubectl-create", subresource="status")

    def create_namespaces(self, *names: str, **labels: str) -> None:
        """Create namespaces that all carry the same labels."""
        for name in names:
            metadata = {"name": name, "labels": labels}
            self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def edit(self, live: Manifest, change: Manifest, manager: str = "kubectl-edit") -> Manifest:
        """Change an object behind the program's back, as `kubectl edit` does."""
        return self.api.patch(live, change, manager)

    def delete_all(self, api_version: str, kind: str, namespace: str | None = None) -> None:
        """Delete all objects of a kind, of one namespace or of the whole cluster."""
        for live in self.api.list(api_version, kind, namespace):
            metadata = live["metadata"]
            self.api.delete(api_version, kind, metadata["name"], metadata.get("namespace"))

    def apply_crds(self, file: Path) -> None:
        """Create the CRDs of a YAML file and wait until the cluster serves them."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        crds = [crd for crd in yaml.load_all(file.read_text(), loader) if crd]
        for crd in crds:
            self.api.create(crd, "kubectl-create")
        deadline = monotonic() + 60
        while not all(_is_established(crd) for crd in self.api.list(*_CRD)):
            if monotonic() > deadline:
                raise TimeoutError(f"{self.name}: CRDs are not established")
            sleep(0.1)


class ControlPlane:
    """The clusters by name, up until `stop`."""

    def __init__(self, tools: Tools, names: Sequence[str]) -> None:
        """Start everything and wait until it is ready, Istio's CRDs included."""
        self._tools = tools
        self._running = ExitStack()
        self._directory = Path(tempfile.mkdtemp(prefix="fedlib-engine-"))
        (self._directory / "logs").mkdir()
        atexit.register(self.stop, keep_logs=True)
        try:
            self.clusters = self._start(names)
        except BaseException:
            self.stop(keep_logs=True)
            raise

    def stop(self, *, keep_logs: bool = False) -> None:
        """Stop everything and remove it; the servers' logs move to `KEPT_LOGS` if asked for."""
        atexit.unregister(self.stop)
        self._running.close()
        if keep_logs and self._directory.exists():
            shutil.rmtree(KEPT_LOGS, ignore_errors=True)
            shutil.copytree(self._directory / "logs", KEPT_LOGS)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start(self, names: Sequence[str]) -> dict[str, Cluster]:
        etcd = self._start_etcd()
        key = self._directory / "service-accounts.key"
        openssl: list[str | Path] = [self._tools.openssl, "genrsa", "-out", key, "2048"]
        subprocess.run(openssl, check=True, capture_output=True)
        with ThreadPoolExecutor(len(names)) as threads:
            started = threads.map(lambda name: self._start_cluster(name, etcd, key), names)
            return {cluster.name: cluster for cluster in started}

    def _start_etcd(self) -> str:
        """One etcd for all clusters: its address."""
        port = free_port()
        client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
        command: list[str | Path] = [
            self._tools.etcd,
            "--unsafe-no-fsync",
            f"--data-dir={self._directory / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]
        self._serve("etcd", command, port)
        return client

    def _start_cluster(self, name: str, etcd: str, key: Path) -> Cluster:
        """One API server and its kubeconfig."""
        home = self._directory / name
        home.mkdir(mode=0o700)
        token = secrets.token_urlsafe(32)
        tokens = home / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f"{token},{name}-admin,{name}-admin,system:masters\n")
        port = free_port()
        command: list[str | Path] = [
            self._tools.kube_apiserver,
            f"--etcd-servers={etcd}",
            f"--etcd-prefix=/{name}",
            "--bind-address=127.0.0.1",
            f"--advertise-address={_ADVERTISED}",
            f"--secure-port={port}",
            f"--cert-dir={home}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=AlwaysAllow",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112",
            f"--service-account-issuer=https://{name}",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--disable-admission-plugins=ServiceAccount",
            # No controller collects garbage here: a foreground deletion would never end.
            "--enable-garbage-collector=false",
        ]
        server = self._serve(name, command, port)
        certificate = (home / "apiserver.crt").read_bytes()  # made by the API server for itself
        content = kubeconfig_of(name, f"https://127.0.0.1:{port}", certificate, token)
        api = KubernetesApi.from_kubeconfig(content)
        self._running.callback(api.close)
        server.wait_until(lambda: _is_ready(api))
        kubeconfig = home / "kubeconfig"
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(yaml.safe_dump(content))
        cluster = Cluster(name, kubeconfig, api)
        cluster.apply_crds(self._tools.istio_crds)
        return cluster

    def _serve(self, name: str, command: Sequence[str | Path], port: int) -> ServerProcess:
        """A server that listens already."""
        log = self._directory / "logs" / f"{name}.log"
        server = self._running.enter_context(ServerProcess(name, command, log))
        server.wait_until(lambda: listens(port))
        return server


@contextmanager
def control_plane(tools: Tools, *names: str) -> Iterator[dict[str, Cluster]]:
    """The clusters by name, for one block; the servers' logs stay if the block fails."""
    plane = ControlPlane(tools, names)
    try:
        yield plane.clusters
    except BaseException:
        plane.stop(keep_logs=True)
        raise
    plane.stop()


def kubeconfig_of(name: str, server: str, certificate: bytes, token: str) -> Manifest:
    """A kubeconfig that stands on its own: the certificate is inside, nothing refers to a file."""
    authority = base64.b64encode(certificate).decode()
    cluster = {"server": server, "certificate-authority-data": authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def _is_established(crd: Manifest) -> bool:
    conditions = crd.get("status", {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


def _is_ready(api: KubernetesApi) -> bool:
    """Ready to serve, with the namespaces that every cluster has."""
    try:
        api.request("GET", "/readyz")
        api.get("v1", "Namespace", "default")
    except (ApiError, httpx2.TransportError):
        return False
    return True
