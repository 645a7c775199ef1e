"""Groups whose TLS ends at the east-west gateway: its servers, and the VirtualServices behind them.

Clients call with the host's own SNI, `outbound_.<port>_._.<host>`, to which Istio's automatic mTLS leads them by
itself: a server for `*.<host>` takes it. The gateway then goes to the local-only host, with mTLS or, for pods without
a sidecar, in plain text. Requests of HTTP tell their port by the authority, which clients send with the port unless it
is 80; other protocols have one port for each host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.decisions import Decisions
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.causes import group_causes
from fedlib.federation.model.destination import Backing, Group, Passage
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"
_HTTP_PORT: Final = 80


@dataclass(slots=True)
class TerminatingServers:
    """The servers of one gateway where TLS ends: one for all hosts of HTTP, and one for each other host, by port."""

    gateway: EastWestGateway
    http: dict[int, set[str]] = field(default_factory=dict)
    tcp: dict[tuple[int, str], str] = field(default_factory=dict)

    def servers(self) -> Iterator[dict[str, Any]]:
        """The entries of the Gateway object. Names of ports are unique."""
        for port, hosts in sorted(self.http.items()):
            name = "https" if len(self.http) == 1 else f"https-{port}"
            listed = sorted({name for host in hosts for name in (host, f"*.{host}")})
            yield _server(port, name, "HTTPS", listed)
        for (port, stem), host in sorted(self.tcp.items()):
            yield _server(port, object_name(f"tls-{port}-{stem}"), "TLS", [f"*.{host}"])


def gateway_name(service: Service) -> str:
    """The name of the Gateway object of an east-west gateway."""
    return object_name(f"{service.name}-{service.namespace}")


def terminating_servers(decisions: Decisions) -> dict[Ref, TerminatingServers]:
    """The servers of all gateways where the TLS of a group ends."""
    found: dict[Ref, TerminatingServers] = {}
    for group, backing in _terminated(decisions):
        for gateway in backing.gateways:
            servers = found.setdefault(gateway.service.ref, TerminatingServers(gateway))
            for host in group.hosts:
                if _is_http(group):
                    servers.http.setdefault(gateway.listener_port, set()).add(host)
                else:
                    stem = decisions.hosts.stem(host, group.workspace)
                    servers.tcp[gateway.listener_port, f"{stem}-{group.workspace}"] = host
    return found


def translate_terminated_groups(decisions: Decisions) -> Iterator[Declaration]:
    """From the servers to the pods of the gateway's cluster: a VirtualService in the namespace of each gateway."""
    for group, backing in _terminated(decisions):
        by_namespace: dict[str, set[str]] = {}
        for gateway in backing.gateways:
            by_namespace.setdefault(gateway.service.namespace, set()).add(gateway_name(gateway.service))
        for host in group.hosts:
            for namespace, gateways in sorted(by_namespace.items()):
                yield _virtual_service(
                    group, host, backing.service.cluster, namespace, sorted(gateways), decisions.hosts
                )


def _terminated(decisions: Decisions) -> Iterator[tuple[Group, Backing]]:
    for group in decisions.groups:
        if group.passage is Passage.TERMINATED:
            for backing in group.backings.values():
                if backing.gateways:
                    yield group, backing


def _is_http(group: Group) -> bool:
    return all(port.protocol in HTTP_PROTOCOLS for port in group.ports)


def _server(port: int, name: str, protocol: str, hosts: list[str]) -> dict[str, Any]:
    return {
        "hosts": hosts,
        "port": {"name": name, "number": port, "protocol": protocol},
        "tls": {"mode": "ISTIO_MUTUAL"},
    }


def _virtual_service(
    group: Group, host: str, cluster: str, namespace: str, gateways: list[str], hosts: HostNames
) -> Declaration:
    http = _is_http(group)
    spec: dict[str, Any] = {
        "exportTo": ["."],
        "gateways": gateways,
        "hosts": [host if http else f"*.{host}"],
        "http" if http else "tcp": _http_routes(group, host) if http else [_route(group, host, group.ports[0].number)],
    }
    lineage = Lineage(group.resource.ref, *NETWORKING, group.workspace, group_causes(group, clusters=(cluster,)))
    name = object_name(f"vd-{hosts.stem(host, group.workspace)}-{group.workspace}")
    return Declaration({cluster: (namespace,)}, API_VERSION, KIND, name, spec, lineage, effect=Effect(home_of=(host,)))


def _http_routes(group: Group, host: str) -> list[dict[str, Any]]:
    numbers = [port.number for port in group.ports]
    default = _HTTP_PORT if _HTTP_PORT in numbers else numbers[0]
    routes = [
        {"match": [{"authority": {"exact": f"{host}:{number}"}}], **_route(group, host, number)}
        for number in numbers
        if number != default
    ]
    return [*routes, _route(group, host, default)]


def _route(group: Group, host: str, port: int) -> dict[str, Any]:
    served = local_only_host(host, group.workspace)
    return {"route": [{"destination": {"host": served, "port": {"number": port}}}]}
