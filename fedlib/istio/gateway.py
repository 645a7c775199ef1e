"""Gateway objects of east-west gateways: SNI passthrough to the federated hosts and groups of their own cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.federation.decisions import Decisions
from fedlib.federation.model import EastWestGateway
from fedlib.istio.object import CORE, Declaration, Lineage, object_name
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "Gateway"


def translate_east_west_gateways(decisions: Decisions, snapshot: Snapshot) -> Iterator[Declaration]:
    """One Gateway object for each east-west gateway that federated hosts use, with a server for each of its ports."""
    gateways: dict[tuple[str, str, str], dict[int, EastWestGateway]] = {}
    for gateway in _used(decisions):
        ref = gateway.service.ref
        gateways.setdefault((ref.cluster, ref.namespace, ref.name), {})[gateway.listener_port] = gateway
    for (cluster, namespace, name), by_port in sorted(gateways.items()):
        gateway = next(iter(by_port.values()))
        hosts = decisions.gateway_hosts[gateway.service.ref]
        spec = {
            "selector": dict(sorted(gateway.service.selector.items())),
            "servers": [_server(port, hosts, alone=len(by_port) == 1) for port in sorted(by_port)],
        }
        workspace = snapshot.owners.get((cluster, namespace), "")
        lineage = Lineage(gateway.service.ref, *CORE, workspace)
        yield Declaration(cluster, (namespace,), API_VERSION, KIND, object_name(f"{name}-{namespace}"), spec, lineage)


def _used(decisions: Decisions) -> Iterator[EastWestGateway]:
    for service in decisions.services:
        yield from service.gateways
    for group in decisions.groups:
        for backing in group.backings.values():
            yield from backing.gateways


def _server(port: int, hosts: tuple[str, ...], *, alone: bool) -> dict[str, Any]:
    """A port that passes TLS through. Workspaces may use several of one gateway, and names of ports are unique."""
    return {
        "hosts": list(hosts),
        "port": {"name": "tls" if alone else f"tls-{port}", "number": port, "protocol": "TLS"},
        "tls": {"mode": "AUTO_PASSTHROUGH"},
    }
