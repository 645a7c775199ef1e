"""VirtualServices of RouteTables for sidecars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fedlib.config.route_table import RouteTableSpec
from fedlib.config.stack import Placement
from fedlib.federation.route import RoutedHosts
from fedlib.istio.http_route import http_route
from fedlib.istio.object import NETWORKING, Declaration, Lineage, object_name
from fedlib.istio.placement import shared_namespace
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"


def translate_routed_hosts(routed: RoutedHosts, snapshot: Snapshot) -> Iterator[Declaration]:
    """The VirtualServices of one RouteTable for one workspace, in each of its clusters.

    A cluster has its own: a destination is the Service itself at home, and the federated host elsewhere.
    """
    ref, spec_model = routed.table.ref, routed.table.spec
    assert isinstance(spec_model, RouteTableSpec)
    name = object_name(f"routetable-{ref.name}-{ref.namespace}-{ref.cluster}-{routed.workspace}")
    lineage = Lineage(ref, *NETWORKING, routed.workspace)
    for cluster, namespaces in sorted(snapshot.workspaces[routed.workspace].namespaces.items()):
        export_to = ["."]
        if snapshot.placement is Placement.SHARED:
            export_to = list(namespaces)
            namespaces = (shared_namespace(snapshot, routed.workspace, cluster),)
        spec = {
            "exportTo": export_to,
            "gateways": ["mesh"],
            "hosts": list(routed.hosts),
            "http": [http_route(route, cluster, route.source_labels, snapshot) for route in routed.routes],
        }
        annotations = spec_model.virtual_service_annotations
        yield Declaration(cluster, namespaces, API_VERSION, KIND, name, spec, lineage, annotations)
