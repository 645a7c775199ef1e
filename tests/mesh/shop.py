"""The shop of the scenarios: what runs in each cluster, and whose it is.

| workspace | namespaces | workloads |
|---|---|---|
| shop | shop, shop-web | catalog (two pods), reviews, bare (without a sidecar), client |
| edge | edge, istio-gateways | client, the ingress gateway |
| none | stranger, istio-eastwest | client, the east-west gateway |
"""

from collections.abc import Callable, Iterator, Mapping
from time import monotonic, sleep
from typing import Any

from .bed import HTTP, TCP, Mesh, MeshCluster
from .manifests import Port
from .workload import Workload

ADMIN = Port("http-admin", 81, 8081)
GRPC = Port("grpc", 90, 8090)  # served where a test says by what
TLS = Port("tls", 443, 8443)  # the same
LIMITER = Port("grpc-limiter", 9001, 9001)  # the same
AUTHORIZER = Port("grpc-authorizer", 9002, 9002)  # the same
_EAST_WEST = (Port("tls", 15443, 15443), Port("https", 16443, 16443))
_INGRESS = (Port("http2", 80, 8080), Port("https", 443, 8443))

CLIENTS = ("shop-web", "edge", "stranger")


def open_shop(mesh: Mesh, *clusters: str, catalog: bool = True) -> None:
    """Start clusters with everything in them."""
    mesh.start(*clusters)
    for name in clusters:  # `reviews` has its second version in one cluster only
        cluster = mesh[name]
        add_gateways(cluster)
        if catalog:
            add_catalog(cluster)
            for version in ("v1", "v2") if name == "us" else ("v1",):
                cluster.add_workload("shop", "reviews", version=version)
            cluster.add_workload("shop", "bare", ports=(HTTP, LIMITER, AUTHORIZER), sidecar=False)
        for namespace in CLIENTS:
            cluster.add_workload(namespace, "client", ports=())
    mesh.wait()


def add_catalog(cluster: MeshCluster) -> None:
    """The Service that everybody wants."""
    cluster.add_workload("shop", "catalog", ports=(HTTP, ADMIN, TCP, GRPC, TLS), pods=2)


def add_gateways(cluster: MeshCluster) -> None:
    """An east-west gateway and an ingress gateway."""
    cluster.add_gateway("istio-eastwest", "eastwestgateway", _EAST_WEST)
    cluster.add_gateway("istio-gateways", "ingressgateway", _INGRESS)


def client(mesh: Mesh, cluster: str, namespace: str = "shop-web") -> Workload:
    """The client of a namespace."""
    return mesh[cluster].workloads[f"{namespace}/client-0"]


def catalogs(mesh: Mesh, cluster: str) -> list[Workload]:
    """The pods of the catalog."""
    return [workload for workload in mesh[cluster].workloads.values() if workload.account == "catalog"]


def workspaces(*, export: bool = True, imports: bool = True, **options: Any) -> dict[str, Any]:
    """The workspaces; `options` are those of the shop's settings."""
    return {
        "shop": {
            "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop"}, {"name": "shop-*"}]}],
            "settings": {
                **({"exportTo": [{"workspaces": [{"name": "edge"}]}]} if export else {}),
                "options": options,
            },
        },
        "edge": {
            "workloadClusters": [{"name": "*", "namespaces": [{"name": "edge"}, {"name": "istio-gateways"}]}],
            "settings": {"importFrom": [{"workspaces": [{"name": "shop"}]}]} if imports else {},
        },
    }


FEDERATED = {"enabled": True, "hostSuffix": "global"}


def gloo(group: str, kind: str, name: str, namespace: str = "shop", cluster: str = "eu", **spec: Any) -> dict[str, Any]:
    """A Gloo resource, such as `networking` `RouteTable`."""
    metadata = {"name": name, "namespace": namespace, "annotations": {"cluster.solo.io/cluster": cluster}}
    return {"apiVersion": f"{group}.gloo.solo.io/v2", "kind": kind, "metadata": metadata, "spec": spec}


CATALOG = gloo(
    "networking",
    "VirtualDestination",
    "catalog",
    hosts=["catalog.shop.mesh"],
    services=[{"labels": {"app": "catalog"}}],
    ports=[
        {"number": 80, "protocol": "HTTP", "targetPort": {"name": "http"}},
        {"number": 81, "protocol": "HTTP"},
        {"number": 9000, "protocol": "TCP"},
    ],
)

_GROUP = [{"kind": "VIRTUAL_DESTINATION", "selector": {"name": "catalog"}}]

OUTLIER = gloo(
    "resilience.policy",
    "OutlierDetectionPolicy",
    "outlier",
    applyToDestinations=_GROUP,
    config={"consecutiveErrors": 2, "interval": "1s", "baseEjectionTime": "10s"},
)

TO_GROUP = {"kind": "VIRTUAL_DESTINATION", "ref": {"name": "catalog"}, "port": {"number": 80}}
"""The catalog's group, as a destination of routes."""


def north_south(**listener: Any) -> dict[str, Any]:
    """The VirtualGateway of the ingress gateways, with one HTTP listener."""
    workloads = [{"selector": {"labels": {"istio": "ingressgateway"}}}]
    listeners = [{"http": {}, "port": {"number": 80}, **listener}]
    return gloo(
        "networking", "VirtualGateway", "north-south", "istio-gateways", workloads=workloads, listeners=listeners
    )


NORTH_SOUTH = north_south()

BOUND = [{"name": "north-south", "namespace": "istio-gateways"}]
"""What binds a RouteTable to it."""


def failover(mappings: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """A FailoverPolicy: from a region to regions, with weights (0: none)."""
    to = {
        region: [{"region": other, **({"weight": weight} if weight else {})} for other, weight in others.items()]
        for region, others in mappings.items()
    }
    config = {"localityMappings": [{"from": {"region": region}, "to": others} for region, others in to.items()]}
    return gloo("resilience.policy", "FailoverPolicy", "failover", applyToDestinations=_GROUP, config=config)


def eventually(holds: Callable[[], bool], seconds: float = 40) -> float:
    """How long it takes until something holds; fails when it takes too long."""
    begun = monotonic()
    while not holds():
        assert monotonic() - begun < seconds, f"not after {seconds} s"
        sleep(0.2)
    return monotonic() - begun


class Hops:
    """The connections that east-west gateways have opened since it was made."""

    def __init__(self, mesh: Mesh) -> None:
        """Forget what was before."""
        self._gateways = [cluster.workloads["istio-eastwest/eastwestgateway-0"] for cluster in mesh.clusters.values()]
        self._before = self._connections()

    @property
    def to_pods(self) -> int:
        """How many went to pods."""
        return sum(opened for address, opened in self._opened() if address.startswith("10."))

    @property
    def to_gateways(self) -> int:
        """How many went on to a gateway."""
        gateways = {gateway.outside for gateway in self._gateways}
        return sum(opened for address, opened in self._opened() if address in gateways)

    def _opened(self) -> Iterator[tuple[str, int]]:
        for (gateway, address), count in self._connections().items():
            yield address, count - self._before.get((gateway, address), 0)

    def _connections(self) -> dict[tuple[str, str], int]:
        return {
            (gateway.cluster.name, address): count
            for gateway in self._gateways
            for address, count in gateway.connections().items()
        }
