"""Gateway objects of east-west gateways: SNI passthrough to the federated hosts of their own cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fedlib.federation.model import Decisions, EastWestGateway
from fedlib.istio.object import CORE, Declaration, Lineage, object_name
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "Gateway"


def translate_east_west_gateways(decisions: Decisions, snapshot: Snapshot) -> Iterator[Declaration]:
    """One Gateway object for each east-west gateway that federated hosts use."""
    gateways: dict[tuple[str, str, str], EastWestGateway] = {}
    for service in decisions.services:
        for gateway in service.gateways:
            ref = gateway.service.ref
            gateways[ref.cluster, ref.namespace, ref.name] = gateway
    for (cluster, namespace, name), gateway in sorted(gateways.items()):
        spec = {
            "selector": dict(sorted(gateway.service.selector.items())),
            "servers": [
                {
                    "hosts": list(decisions.suffixes[gateway.service.ref]),
                    "port": {"name": "tls", "number": gateway.listener_port, "protocol": "TLS"},
                    "tls": {"mode": "AUTO_PASSTHROUGH"},
                }
            ],
        }
        workspace = snapshot.owners.get((cluster, namespace), "")
        lineage = Lineage(gateway.service.ref, *CORE, workspace)
        yield Declaration(cluster, (namespace,), API_VERSION, KIND, object_name(f"{name}-{namespace}"), spec, lineage)
