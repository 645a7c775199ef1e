"""TLS that proxies originate for ExternalServices.

Istio before 1.21 did not verify servers without `caCertificates`; `system` means the public CAs in all versions. With
them any server of the world has a valid certificate, so the name in it is checked, which Istio does not do by itself
once an SNI is set. Servers with a CA of their own are known by that, as Gloo has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fedlib.config.external_service import ClientsideTLS, ClientTLSMode
from fedlib.federation.externals.checks import originates_tls
from fedlib.federation.hosts.hostname import first_callable, is_made_up
from fedlib.federation.model.destination import External

PUBLIC_AUTHORITIES: Final = "system"


def originated_tls(external: External, host: str) -> Mapping[int, Mapping[str, Any]]:
    """The TLS settings of a host by port; empty ones where clients send what they have."""
    spec = external.resource.spec
    name = "" if external.addresses or host.startswith("*") else host
    if is_made_up(host):
        name = first_callable(spec.hosts)
    written = {port.number: port for port in spec.ports}
    found: dict[int, Mapping[str, Any]] = {}
    for port in external.entry_ports:
        own = written[external.own_port(port.number)]
        tls = own.clientside_tls or (ClientsideTLS() if originates_tls(own) else None)
        found[port.number] = _tls(tls, name, spec.subject_alt_names) if tls is not None else {}
    return found


def _tls(tls: ClientsideTLS, host: str, names: tuple[str, ...]) -> dict[str, Any]:
    settings: dict[str, Any] = {"mode": tls.mode.value}
    if tls.mode is ClientTLSMode.DISABLE:
        return settings
    sni = tls.sni or host
    if sni:
        settings["sni"] = sni
    if tls.mode is ClientTLSMode.MUTUAL and tls.client_certificate:
        settings["clientCertificate"] = tls.client_certificate
        settings["privateKey"] = tls.private_key
    if tls.credential_name:
        settings["credentialName"] = tls.credential_name
    if tls.insecure_skip_verify and tls.mode is not ClientTLSMode.ISTIO_MUTUAL:
        settings["insecureSkipVerify"] = True
        return settings
    if tls.mode is not ClientTLSMode.ISTIO_MUTUAL and not tls.credential_name:
        settings["caCertificates"] = tls.ca_certificates or PUBLIC_AUTHORITIES
        names = names or ((sni,) if sni and not tls.ca_certificates else ())
    if names:
        settings["subjectAltNames"] = list(dict.fromkeys(names))
    return settings
