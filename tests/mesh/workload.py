"""A pod of the mesh: what runs in it, and what the tests do to it and with it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engine.server_process import ServerProcess
from tests.engine.tools import REPOSITORY

from . import manifests
from .answers import Answers
from .manifests import Port
from .network import APPLICATION_MARK
from .pod import Answer
from .proxy import Identity, Proxy
from .trust import Root

if TYPE_CHECKING:
    from .bed import MeshCluster

POD = (sys.executable, "-E", "-s", "-m", f"{__package__}.pod")


class Workload:
    """One pod: its application, and its proxy if it has one."""

    def __init__(
        self, cluster: MeshCluster, identity: Identity, outside: str, ports: Sequence[Port], proxy: str
    ) -> None:
        """Start the pod; `proxy` is `sidecar`, `router`, or empty."""
        self.cluster = cluster
        self.namespace, self.pod, self.account = identity.namespace, identity.pod, identity.account
        self.address, self.outside, self.labels = identity.address, outside, identity.labels
        self._identity, self._kind = identity, proxy
        self._mesh = cluster.mesh
        self._name = f"{identity.cluster}-{identity.namespace}-{identity.pod}"
        self._directory = self._mesh.directory / "pods" / self._name
        self._directory.mkdir()
        network = self._mesh.network
        network.add_pod(self._name, self.address, outside, intercepted=proxy == "sidecar")
        self._inside = network.inside(self._name)
        if proxy != "router":
            self._start_application(ports)
        if proxy:
            self._write_credentials()
            self.start_proxy()

    def start_proxy(self, **environment: str) -> None:
        """Start the proxy, again after `kill_proxy`."""
        istiod, tools, identity = self.cluster.istiod.address, self.cluster.tools, self._identity
        self.proxy = Proxy(tools, identity, self._kind, istiod, self._directory, self._inside, environment)
        self._mesh.own(self.proxy.process)

    def restart_proxy(self, **environment: str) -> None:
        """Kill the proxy and start it, with further settings in its environment; wait until it serves."""
        self.kill_proxy()
        self.start_proxy(**environment)
        self.wait()

    def trust(self, root: Root) -> None:
        """Give the proxy another root certificate, for when it is started the next time."""
        certificate = root.certificate.read_bytes()
        (self._directory / "var" / "run" / "secrets" / "istio" / "root-cert.pem").write_bytes(certificate)

    def add_address(self, address: str) -> None:
        """Another address on the network between the clusters."""
        self._mesh.network.add_address(self._name, address)

    def remove_address(self, address: str) -> None:
        """Undo `add_address`."""
        self._mesh.network.remove_address(self._name, address)

    def admin(self, page: str) -> Any:
        """A page of Envoy's admin interface, which listens inside the pod only."""
        code = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:15000/{page}').read().decode())"
        command = [*self._inside, sys.executable, "-I", "-c", code]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def rejections(self) -> int:
        """How many updates its proxy has refused since it was started; none where no proxy runs."""
        if not self._kind or not self.proxy.process.running:
            return 0
        stats = self.admin("stats?filter=update_rejected&format=json")["stats"]
        return sum(int(one.get("value", 0)) for one in stats)

    def connections(self) -> dict[str, int]:
        """How many connections the proxy has ever opened, by address."""
        counts: dict[str, int] = {}
        for cluster in self.admin("clusters?format=json")["cluster_statuses"]:
            for host in cluster.get("host_statuses", ()):
                address = host["address"].get("socket_address", {}).get("address", "")
                opened = next((int(s.get("value", 0)) for s in host["stats"] if s["name"] == "cx_total"), 0)
                counts[address] = counts.get(address, 0) + opened
        return counts

    def kill_proxy(self) -> None:
        """Kill the proxy: nothing listens any more where it listened."""
        self.proxy.process.stop()

    def kill(self) -> None:
        """Crash the application: the pod stays known, its proxy answers 503."""
        self._do("stop_listening")

    def recover(self) -> None:
        """Undo `kill` and `behave`."""
        self._do("listen")
        self._do("behave", status=200, delay=0.0)

    def behave(self, *, status: int = 200, delay: float = 0.0) -> None:
        """Answer with a status, after a delay in seconds."""
        self._do("behave", status=status, delay=delay)

    def set_ready(self, ready: bool = True) -> None:
        """Say of the pod that it is ready, or not."""
        found = self.cluster.api.get("v1", "Pod", self.pod, self.namespace)
        conditions = manifests.conditions(ready)
        if found["status"]["conditions"] != conditions:
            self.cluster.api.patch(found, {"status": {"conditions": conditions}}, "kubelet", subresource="status")

    def served(self) -> int:
        """How many HTTP requests have arrived."""
        count: int = self._do("served")
        return count

    def resolve(self, host: str) -> list[str]:
        """The addresses of a host, as the application sees them."""
        found: list[str] = self._do("resolve", host=host)
        return found

    def get(
        self,
        host: str,
        path: str = "/",
        *,
        port: int = 80,
        count: int = 1,
        headers: Mapping[str, str] | None = None,
        address: str = "",
        parallel: int = 1,
        pause: float = 0.0,
        timeout: float = 15.0,
        method: str = "GET",
        body: str = "",
        preface: str = "",
        tls: str = "",
    ) -> Answers:
        """Requests to a host, which is resolved as the application would unless `address` is given.

        `preface` goes before each request, on its connection. `tls` is the name of the server that the client asks
        for and whose certificate it wants to see; without it there is no TLS.
        """
        authority = host if port == 80 else f"{host}:{port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {authority}", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        text = preface + "\r\n".join([*lines, "", body])
        request = {"kind": "http", "address": address or host, "port": port, "timeout": timeout, "text": text}
        if tls:
            request |= {"name": tls, "trust": str(self._mesh.root.certificate)}
        sent = self._do("send", count=count, parallel=parallel, pause=pause, **request)
        return Answers(tuple(Answer(**answer) for answer in sent))

    def connect(
        self, host: str, port: int, *, count: int = 1, parallel: int = 1, pause: float = 0.0, timeout: float = 15.0
    ) -> Answers:
        """TCP connections that send one line and read one."""
        request = {"kind": "tcp", "address": host, "port": port, "timeout": timeout, "text": "hello\n"}
        sent = self._do("send", count=count, parallel=parallel, pause=pause, **request)
        return Answers(tuple(Answer(**answer) for answer in sent))

    def serve_tls(self, port: int, certificate: Path) -> None:
        """Serve HTTPS on a port, with a key and a certificate in one file."""
        self._do("serve_tls", port=port, certificate=str(certificate))

    def serve_by(self, port: int, path: Path) -> None:
        """Have a port of the pod served by what listens on a Unix socket."""
        self._do("relay_in", port=port, path=str(path))

    def socket(self, name: str) -> Path:
        """Where a Unix socket of this pod may be; nothing is there."""
        path = self._directory / name
        path.unlink(missing_ok=True)
        return path

    def dial(self, host: str, port: int) -> Path:
        """A Unix socket whose connections go to a host, as if the application made them."""
        path = self._directory / f"to-{host}-{port}"
        if not path.exists():
            self._do("relay_out", path=str(path), host=host, port=port)
        return path

    def wait(self) -> None:
        """Wait for the proxy."""
        if self._kind:
            self.proxy.wait()

    def _start_application(self, ports: Sequence[Port]) -> None:
        settings = {
            "identity": {"cluster": self.cluster.name, "namespace": self.namespace, "pod": self.pod},
            "control": str(self._directory / "control"),
            "http_ports": [port.target for port in ports if not port.name.startswith(("tcp", "tls", "grpc"))],
            "tcp_ports": [port.target for port in ports if port.name.startswith("tcp")],
            "mark": APPLICATION_MARK if self._kind else 0,
        }
        command = [*self._inside, *POD, json.dumps(settings)]
        log = self._mesh.directory / "logs" / f"app-{self._name}.log"
        process = ServerProcess(self._name, command, log, directory=REPOSITORY)
        self._mesh.own(process)
        process.wait_until(lambda: (self._directory / "control").exists())

    def _write_credentials(self) -> None:
        secrets = self._directory / "var" / "run" / "secrets"
        for name in ("tokens", "istio"):
            (secrets / name).mkdir(parents=True)
        pod = self.cluster.api.get("v1", "Pod", self.pod, self.namespace)
        bound = {"apiVersion": "v1", "kind": "Pod", "name": self.pod, "uid": pod["metadata"]["uid"]}
        path = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{self.account}/token"
        spec = {"audiences": ["istio-ca"], "expirationSeconds": 3600, "boundObjectRef": bound}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        token = self.cluster.api.request("POST", path, request)["status"]["token"]
        (secrets / "tokens" / "istio-token").write_text(token)
        self.trust(self._mesh.root)

    def _do(self, what: str, **arguments: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self._directory / "control"))
            control.sendall(json.dumps({"do": what, **arguments}).encode() + b"\n")
            with control.makefile("rb") as reader:
                answer = json.loads(reader.readline())
        if "error" in answer:
            raise RuntimeError(f"{self._name}: {answer['error']}")
        return answer["result"]
