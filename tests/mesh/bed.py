"""The mesh of the tests: clusters, their gateways and workloads, on one machine.

mesh = Mesh(tools, ["eu", "us"])
web = mesh["eu"].add_workload("web", "web")
answers = web.get("catalog.shop.mesh", count=20)
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedlib.federation.model.address import is_hostname
from tests.engine.control_plane import Cluster, ControlPlane
from tests.engine.kubernetes_api import Manifest
from tests.engine.server_process import ServerProcess
from tests.engine.tools import REPOSITORY

from . import manifests
from .istiod import SETTINGS, Istiod
from .manifests import Port
from .network import Network
from .proxy import Identity
from .tools import MeshTools
from .trust import Root
from .workload import POD, Workload

KEPT_LOGS = REPOSITORY / ".cache" / "mesh-logs"

HTTP = Port("http", 80, 8080)
TCP = Port("tcp", 9000, 9000)


# What the logs of the proxies say, and no statistics filter, which upstream Envoy lacks.
_MESH_CONFIG = {
    "accessLogFile": "/dev/stdout",
    "accessLogFormat": "%PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %REQUESTED_SERVER_NAME% %UPSTREAM_HOST% "
    "%DOWNSTREAM_REMOTE_ADDRESS%\n",
    "defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}},
    "defaultProviders": {},
    "dnsRefreshRate": "2s",  # how soon names that did not resolve are asked again; Istio's 60 s take long
}


@dataclass(frozen=True, slots=True)
class OutsideServer:
    """A server that is in no cluster."""

    address: str
    process: ServerProcess


class Mesh:
    """The clusters by name, up until `stop`."""

    def __init__(self, tools: MeshTools, regions: Mapping[str, str]) -> None:
        """Start the API servers of the clusters that `regions` names; `start` starts what runs in them."""
        self._tools = tools
        self._regions = dict(regions)
        self._running = ExitStack()
        self.directory = Path(tempfile.mkdtemp(prefix="fedlib-mesh-"))
        for name in ("logs", "pods"):
            (self.directory / name).mkdir()
        atexit.register(self.stop, keep_logs=True)
        self.network = Network()
        self.root = Root(tools.engine.openssl, self.directory / "trust")
        self._plane = ControlPlane(tools.engine, tuple(regions))
        self.clusters: dict[str, MeshCluster] = {}
        self._outside = 0

    def __getitem__(self, name: str) -> "MeshCluster":
        """A started cluster."""
        return self.clusters[name]

    def start(self, *names: str) -> None:
        """Start istiod in clusters."""
        for name in names:
            number = list(self._regions).index(name) + 1
            cluster = MeshCluster(self, self._tools, self._plane.clusters[name], number, self._regions[name])
            self.clusters[name] = cluster
        for name in names:
            self.clusters[name].istiod.wait()

    def wait(self) -> None:
        """Wait until every proxy serves."""
        for cluster in self.clusters.values():
            for workload in cluster.workloads.values():
                workload.wait()

    def own(self, process: ServerProcess) -> ServerProcess:
        """Stop the process at the end."""
        self._running.callback(process.stop)
        return process

    def add_outside_server(self, host: str, *others: str) -> OutsideServer:
        """A server that is in no cluster, with HTTP on port 80 and HTTPS on port 443, by all these names."""
        self._outside += 1
        address, name = f"172.30.200.{self._outside + 10}", f"outside-{self._outside}"
        self.network.add_pod(name, f"10.200.0.{self._outside}", address, intercepted=False)
        settings: dict[str, Any] = {
            "identity": {"cluster": "outside", "namespace": "", "pod": host, "address": address},
            "control": str(self.directory / "pods" / f"{name}.control"),
            "http_ports": [80],
            "https_ports": [443],
            "certificate": str(self.root.server(host, *others)),
        }
        command = [*self.network.inside(name), *POD, json.dumps(settings)]
        process = self.own(ServerProcess(name, command, self.directory / "logs" / f"{name}.log", directory=REPOSITORY))
        process.wait_until(lambda: Path(settings["control"]).exists())
        return OutsideServer(address, process)

    def rejections(self) -> dict[str, int]:
        """How many configurations were refused, by istiod's count and by that of each proxy; empty: none."""
        counts = {f"istiod of {cluster.name}": cluster.istiod.rejections() for cluster in self.clusters.values()}
        for cluster in self.clusters.values():
            counts |= {f"{cluster.name}/{name}": pod.rejections() for name, pod in cluster.workloads.items()}
        return {name: count for name, count in counts.items() if count}

    def settle(self) -> None:
        """Wait until the proxies of all clusters have what was declared."""
        for cluster in self.clusters.values():
            cluster.istiod.settle()

    def stop(self, *, keep_logs: bool = False) -> None:
        """Stop everything and remove it; the logs move to `KEPT_LOGS` if asked for."""
        atexit.unregister(self.stop)
        self._running.close()
        self.network.names.stop()
        self._plane.stop(keep_logs=keep_logs)
        if keep_logs and self.directory.exists():
            shutil.rmtree(KEPT_LOGS, ignore_errors=True)
            shutil.copytree(self.directory / "logs", KEPT_LOGS)
        shutil.rmtree(self.directory, ignore_errors=True)


class MeshCluster:
    """One cluster: its API server, its istiod, what was added to it."""

    def __init__(self, mesh: Mesh, tools: MeshTools, cluster: Cluster, number: int, region: str) -> None:
        """Start istiod."""
        self.name = cluster.name
        self.region = region
        self.api = cluster.api
        self.create = cluster.create
        self.kubeconfig = cluster.kubeconfig
        self.mesh = mesh
        self.tools = tools
        self._number = number
        self._pods = 9
        self._namespaces: set[str] = set()
        self.workloads: dict[str, Workload] = {}
        authority = mesh.root.intermediate(self.name)
        self.create_namespace("istio-system")
        self.configure()
        self.apply(manifests.istiod({**SETTINGS, "CLUSTER_ID": self.name}))
        self.istiod = Istiod(tools, self.name, cluster.kubeconfig, authority, mesh.directory / self.name)
        mesh.own(self.istiod.process)
        self.create(manifests.node(f"node-{self.name}", region))

    def configure(self, **settings: object) -> None:
        """Give istiod this mesh config, beside what the bed needs. It need not be restarted."""
        self.apply(manifests.mesh_config({**_MESH_CONFIG, "trustDomain": self.name, **settings}))

    def restart_istiod(self, authority: Path | None = None, **settings: str) -> None:
        """Restart istiod with these settings beside those of the bed; an empty one is left out."""
        chosen = {name: value for name, value in {**SETTINGS, **settings}.items() if value}
        self.apply(manifests.istiod({**chosen, "CLUSTER_ID": self.name}))
        self.mesh.own(self.istiod.restart(chosen, authority))

    def create_namespace(self, name: str, **labels: str) -> None:
        """Create a namespace that is not there yet."""
        if name not in self._namespaces:
            self._namespaces.add(name)
            metadata = {"name": name, "labels": labels}
            self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def add_workload(
        self,
        namespace: str,
        app: str,
        *,
        ports: Sequence[Port] = (HTTP,),
        version: str = "",
        sidecar: bool = True,
        pods: int = 1,
    ) -> list["Workload"]:
        """Pods of an application with their Service, Deployment and account (`app` is the name of all)."""
        labels = {"app": app, **({"version": version} if version else {})}
        self.create_namespace(namespace, **{"istio-injection": "enabled"})
        name = f"{app}-{version}" if version else app
        made = [
            self._start_pod(namespace, f"{name}-{n}", app, labels, ports, "sidecar" if sidecar else "")
            for n in range(pods)
        ]
        self.create(manifests.deployment(namespace, name, labels, app, ports))
        if ports:
            self._expose(namespace, app, {"app": app}, ports)
        return made

    def add_gateway(self, namespace: str, kind: str, ports: Sequence[Port]) -> "Workload":
        """A gateway with a load balancer; `kind` is the value of the label `istio`."""
        self.create_namespace(namespace)
        labels = {"istio": kind, "app": kind}
        pod = self._start_pod(namespace, f"{kind}-0", kind, labels, ports, "router")
        self.create(manifests.deployment(namespace, kind, labels, kind, ports))
        self._expose(namespace, kind, {"istio": kind}, ports, pod.outside)
        return pod

    def publish(self, gateway: "Workload", *addresses: str) -> None:
        """Give the load balancer of a gateway other addresses, or names."""
        found = self.api.get("v1", "Service", gateway.account, gateway.namespace)
        ingress = [{"hostname" if is_hostname(one) else "ip": one} for one in addresses]
        status = {"status": {"loadBalancer": {"ingress": ingress}}}
        self.api.patch(found, status, "load-balancers", subresource="status")

    def apply(self, *objects: Manifest) -> None:
        """Apply objects as a user does with kubectl."""
        for manifest in objects:
            self.api.apply(manifest, "kubectl-apply", force=True)

    def _start_pod(
        self, namespace: str, pod: str, account: str, labels: Mapping[str, str], ports: Sequence[Port], proxy: str
    ) -> "Workload":
        self._pods += 1
        address, outside = (f"{net}.{self._number}.0.{self._pods}" for net in ("10", "172.30"))
        outside = f"172.30.{self._number}.{self._pods}"
        if not any(w.namespace == namespace and w.account == account for w in self.workloads.values()):
            self.create(manifests.service_account(namespace, account))
        node = f"node-{self.name}"
        # What the injection of sidecars writes on pods.
        injected = {"security.istio.io/tlsMode": "istio"} if proxy == "sidecar" else {}
        containers = {"sidecar": ("app", "istio-proxy"), "router": ("istio-proxy",)}.get(proxy, ("app",))
        self.create(manifests.pod(namespace, pod, {**labels, **injected}, account, node, address, containers))
        identity = Identity(self.name, namespace, pod, account, node, address, labels)
        workload = Workload(self, identity, outside, ports, proxy)
        self.workloads[f"{namespace}/{pod}"] = workload
        return workload

    def _expose(
        self, namespace: str, name: str, selector: Mapping[str, str], ports: Sequence[Port], balancer: str = ""
    ) -> None:
        """The Service and its endpoints, as they are now."""
        pods = {
            w.pod: w.address
            for w in self.workloads.values()
            if w.namespace == namespace and selector.items() <= w.labels.items()
        }
        slices = manifests.endpoints(namespace, name, ports, pods)
        if any(s["metadata"]["name"] == name for s in self.api.list("v1", "Service", namespace)):
            self.apply(slices)
            return
        self.create(manifests.service(namespace, name, selector, ports, balancer), slices)
