"""Gateway objects of east-west gateways: SNI passthrough to the federated hosts and groups of their own cluster.

Where groups ask for it, TLS ends on ports of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.role import Effect
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause, Causes, Why
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.destination import Passage
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.istio.virtual_services.tls_termination import gateway_name, terminating_servers

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "Gateway"


def translate_east_west_gateways(decisions: Decisions) -> Iterator[Declaration]:
    """One Gateway object for each east-west gateway that is used, with a server for each of its ports."""
    passing: dict[Ref, set[int]] = {}
    gateways: dict[Ref, EastWestGateway] = {}
    for gateway in _passing(decisions):
        gateways[gateway.service.ref] = gateway
        passing.setdefault(gateway.service.ref, set()).add(gateway.listener_port)
    ending = terminating_servers(decisions)
    gateways.update({ref: servers.gateway for ref, servers in ending.items()})
    causes = _causes(decisions)
    for ref, gateway in sorted(gateways.items()):
        service = gateway.service
        ports = sorted(passing.get(ref, ()))
        servers = [_server(port, decisions.gateway_hosts[ref, port], alone=len(ports) == 1) for port in ports]
        spec = {
            "selector": dict(sorted(service.selector.items())),
            "servers": [*servers, *(ending[ref].servers() if ref in ending else ())],
        }
        lineage = Lineage(ref, *CORE, gateway.workspace, tuple(causes[ref]))
        yield Declaration(
            {ref.cluster: (ref.namespace,)},
            API_VERSION,
            KIND,
            gateway_name(service),
            spec,
            lineage,
            effect=Effect(passes=True),
        )


def _causes(decisions: Decisions) -> dict[Ref, dict[Cause, None]]:
    """For each gateway what it leads to, and the settings that chose it and made the hosts."""
    found: dict[Ref, dict[Cause, None]] = {}
    for service in decisions.services:
        for way in service.ways:
            _add(found, way.gateways, (Cause(service.service.ref, Why.LEADS_TO), *way.federated_by))
    for group in decisions.groups:
        for backing in group.backings.values():
            _add(found, backing.gateways, (Cause(group.resource.ref, Why.LEADS_TO),))
    return found


def _add(found: dict[Ref, dict[Cause, None]], gateways: Iterable[EastWestGateway], causes: Causes) -> None:
    for gateway in gateways:
        found.setdefault(gateway.service.ref, {}).update(dict.fromkeys((*gateway.chosen_by, *causes)))


def _passing(decisions: Decisions) -> Iterator[EastWestGateway]:
    for service in decisions.services:
        yield from service.gateways
    for group in decisions.groups:
        if group.passage is not Passage.TERMINATED:
            for backing in group.backings.values():
                yield from backing.gateways


def _server(port: int, hosts: tuple[str, ...], *, alone: bool) -> dict[str, Any]:
    """A port that passes TLS through. Workspaces may use several of one gateway, and names of ports are unique."""
    return {
        "hosts": list(hosts),
        "port": {"name": "tls" if alone else f"tls-{port}", "number": port, "protocol": "TLS"},
        "tls": {"mode": "AUTO_PASSTHROUGH"},
    }
