"""Protocols of ports, as Istio selects them: from `appProtocol`, or without one from the prefix of the port's name.

Source: "Protocol Selection" of Istio's traffic management documentation.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from fedlib.discovery.inventory import ServicePort
from fedlib.federation.model.destination import Protocol

_PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "http": Protocol.HTTP,
    "http2": Protocol.HTTP2,
    "https": Protocol.HTTPS,
    "grpc": Protocol.GRPC,
    "grpc-web": Protocol.GRPC_WEB,
    "mongo": Protocol.MONGO,
    "mysql": Protocol.TCP,
    "redis": Protocol.TCP,
    "tcp": Protocol.TCP,
    "tls": Protocol.TLS,
    "kubernetes.io/h2c": Protocol.HTTP2,
    "kubernetes.io/ws": Protocol.HTTP,
    "kubernetes.io/wss": Protocol.HTTPS,
}

TLS_PROTOCOLS: Final = frozenset({Protocol.TLS, Protocol.HTTPS, Protocol.TCP})
HTTP_PROTOCOLS: Final = frozenset({Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})


_LAYERS: Final[Mapping[Protocol, str]] = {
    **dict.fromkeys(HTTP_PROTOCOLS, "http"),
    Protocol.HTTPS: "tls",
    Protocol.TLS: "tls",
    Protocol.MONGO: "mongo",
    Protocol.TCP: "tcp",
}


def carries(spoken: Protocol, expected: Protocol) -> bool:
    """Whether clients that speak one protocol are understood where another is expected; TCP carries anything."""
    return Protocol.TCP in (spoken, expected) or _LAYERS[spoken] == _LAYERS[expected]


def declared_protocol(port: ServicePort) -> Protocol | None:
    """The protocol that a Service's port declares; None where it declares none.

    MySQL and Redis count as TCP: Istio's filters for them are off unless asked for, and a ServiceEntry lists neither.
    """
    return _named_protocol(port.app_protocol or port.name)


@functools.lru_cache(maxsize=4096)
def _named_protocol(name: str) -> Protocol | None:
    name = name.lower()
    if name.startswith("kubernetes.io/"):
        return _PROTOCOLS.get(name)
    if name.startswith("grpc-web"):
        return Protocol.GRPC_WEB
    return _PROTOCOLS.get(name.partition("-")[0])
