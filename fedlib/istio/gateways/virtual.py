"""Gateway objects of VirtualGateways, one for each gateway Service that carries one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.config.virtual_gateway import Listener, TLSConfig, TLSMode, TLSProtocolVersion
from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.diagnostics.cause import Cause, Why
from fedlib.federation.gateways.listener_tls import known_ciphers
from fedlib.federation.model.gateway import GatewayListener, VirtualGateway

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "Gateway"

_PASSING: Final = (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)


def translate_virtual_gateway(gateway: VirtualGateway) -> Declaration:
    """The Gateway object, in the namespace of the gateway's Service. Its ports are those of the gateway's pods."""
    service = gateway.service
    spec = {
        "selector": dict(sorted(service.selector.items())),
        "servers": list(_servers(gateway)),
    }
    lineage = Lineage(gateway.resource.ref, *NETWORKING, gateway.workspace, (Cause(service.ref, Why.CARRIES),))
    return Declaration(
        {service.cluster: (service.namespace,)}, API_VERSION, KIND, object_name(gateway.name), spec, lineage
    )


def _servers(gateway: VirtualGateway) -> Iterator[dict[str, Any]]:
    names: set[str] = set()
    for listener in gateway.listeners:
        name = _port_name(listener)
        name = f"{name[:59]}-{listener.index}" if name in names else name
        names.add(name)
        server: dict[str, Any] = {
            "hosts": list(listener.hosts),
            "port": {"name": name, "number": listener.target_port, "protocol": listener.spec.protocol.value},
        }
        tls = _tls(listener.spec)
        if tls:
            server["tls"] = tls
        yield server


def _port_name(listener: GatewayListener) -> str:
    """Gloo's `<protocol>-<number>-all`; a listener with hosts has its first one, to tell them apart."""
    first = listener.hosts[0]
    host = "all" if first == "*" else first.replace("*", "any")
    return object_name(f"{listener.spec.protocol.value}-{listener.target_port}-{host}")


def _tls(listener: Listener) -> dict[str, Any]:
    if listener.https_redirect:
        return {"httpsRedirect": True}
    if listener.tls is None:
        return {}
    tls: dict[str, Any] = {"mode": listener.tls.mode.value}
    if listener.tls.mode in _PASSING:
        return tls
    tls.update(_certificates(listener.tls))
    if listener.tls.verify_subject_alt_name and listener.tls.mode is TLSMode.MUTUAL:
        tls["subjectAltNames"] = list(dict.fromkeys(listener.tls.verify_subject_alt_name))
    tls.update(_parameters(listener.tls))
    return tls


def _certificates(tls: TLSConfig) -> dict[str, str]:
    """The Secret, in the gateway's own namespace, or files in its pods."""
    if tls.secret_name:
        return {"credentialName": tls.secret_name}
    if tls.files is None:
        return {}
    files = {
        "serverCertificate": tls.files.server_cert,
        "privateKey": tls.files.private_key,
        "caCertificates": tls.files.ca_certs,
    }
    return {key: path for key, path in files.items() if path}


def _parameters(tls: TLSConfig) -> dict[str, Any]:
    if tls.parameters is None:
        return {}
    found: dict[str, Any] = {}
    for key, version in (
        ("minProtocolVersion", tls.parameters.minimum_protocol_version),
        ("maxProtocolVersion", tls.parameters.maximum_protocol_version),
    ):
        if version is not TLSProtocolVersion.TLS_AUTO:
            found[key] = version.value.upper()
    ciphers = known_ciphers(tls.parameters.cipher_suites)
    if ciphers:
        found["cipherSuites"] = list(ciphers)
    return found
