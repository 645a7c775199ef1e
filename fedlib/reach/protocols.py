"""Protocols of ports as Istio reads them; an empty one is found out by looking at each connection.

Source: `pkg/config/protocol` and `ConvertProtocol` in `pkg/config/kube/conversion.go` of istio/istio.
"""

from __future__ import annotations

from typing import Final

AUTO: Final = ""
UDP: Final = "UDP"
TCP: Final = "TCP"
_HTTP: Final = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-Web"})
_TLS: Final = frozenset({"HTTPS", "TLS"})
_KNOWN: Final = {name.lower(): name for name in (*_HTTP, *_TLS, TCP, UDP, "Mongo", "Redis", "MySQL")}
_OF_KUBERNETES: Final = {"kubernetes.io/h2c": "HTTP2", "kubernetes.io/ws": "HTTP", "kubernetes.io/wss": "HTTPS"}
_ALWAYS_TCP: Final = frozenset({25, 53, 3306, 27017})
"""`wellKnownPorts`: servers on them speak first, so nothing is found out."""


def parse_protocol(name: str) -> str:
    """The protocol of a ServiceEntry's or Gateway's port."""
    return _KNOWN.get(name.lower(), AUTO)


def service_protocol(number: int, name: str, transport: str, app_protocol: str) -> str:
    """The protocol of a Kubernetes Service's port: `appProtocol`, or the first part of the port's name."""
    if transport == UDP:
        return UDP
    wanted = app_protocol or name
    if wanted in _OF_KUBERNETES:
        return _OF_KUBERNETES[wanted]
    if wanted[:8].lower() == "grpc-web":
        return "GRPC-Web"
    found = parse_protocol(wanted.partition("-")[0])
    return TCP if found == AUTO and number in _ALWAYS_TCP else found


def is_http(protocol: str) -> bool:
    """Whether proxies route single requests."""
    return protocol in _HTTP


def may_be_http(protocol: str) -> bool:
    """Whether proxies route single requests, perhaps after a look at the connection."""
    return protocol in _HTTP or protocol == AUTO


def is_tls(protocol: str) -> bool:
    """Whether clients speak TLS themselves, so that proxies see the SNI only."""
    return protocol in _TLS
