"""The shop of the scenarios: what runs in each cluster, and whose it is.

| workspace | namespaces | workloads |
|---|---|---|
| shop | shop, shop-web | catalog (two pods), client |
| edge | edge, istio-gateways | client, the ingress gateway |
| none | stranger, istio-eastwest | client, the east-west gateway |
"""

from typing import Any

from .bed import HTTP, TCP, Mesh, MeshCluster
from .manifests import Port
from .workload import Workload

ADMIN = Port("http-admin", 81, 8081)
_EAST_WEST = (Port("tls", 15443, 15443), Port("https", 16443, 16443))
_INGRESS = (Port("http2", 80, 8080), Port("https", 443, 8443))

CLIENTS = ("shop-web", "edge", "stranger")


def open_shop(mesh: Mesh, *clusters: str) -> None:
    """Start clusters with everything in them."""
    mesh.start(*clusters)
    for name in clusters:
        cluster = mesh[name]
        add_gateways(cluster)
        cluster.add_workload("shop", "catalog", ports=(HTTP, ADMIN, TCP), pods=2)
        for namespace in CLIENTS:
            cluster.add_workload(namespace, "client", ports=())
    mesh.wait()


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
