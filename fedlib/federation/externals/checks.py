"""What of an ExternalService works differently than its author may think: TLS, ports and TCP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fedlib.config.external_service import ClientsideTLS, ClientTLSMode, ExternalPort, ExternalServiceSpec
from fedlib.config.gloo import Protocol as GlooProtocol
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.model.destination import External, Protocol, Resolution

OPAQUE: Final = (Protocol.TCP, Protocol.MONGO)
_ENCRYPTED: Final = (Protocol.HTTPS, Protocol.TLS)


def check_external(external: External, report: Report) -> None:
    """Report what has no effect, or one that may not be meant."""
    spec = external.resource.spec
    served = {port.number for port in external.ports}
    for index, port in enumerate(spec.ports):
        if port.number in served:
            _check_port(external, index, port, report)
            _check_tls(external, spec, index, port, report)
    if spec.subject_alt_names and not any(originates_tls(port) for port in spec.ports):
        _report_ignored(external, ("subjectAltNames",), ("subjectAltNames",), "no port originates TLS", report)


def originates_tls(port: ExternalPort) -> bool:
    """Whether proxies originate TLS to a port. For HTTPS egress gateways always do: they get plain requests."""
    if port.clientside_tls is None:
        return port.egress_gateway_routes is not None and port.protocol is GlooProtocol.HTTPS
    return port.clientside_tls.mode is not ClientTLSMode.DISABLE


def _check_port(external: External, index: int, port: ExternalPort, report: Report) -> None:
    resource, where = external.resource, external.resource.at("ports", index)
    protocol = Protocol(port.protocol.value)
    if protocol in OPAQUE and not external.addresses:
        report.add(catalogue.EXTERNAL_TCP, resource.ref, where, port=port.number, protocol=protocol.value)
    target = port.target_port.number if port.target_port else None
    unresolved = [host for host in external.hosts if external.resolution(host) is Resolution.NONE]
    if target not in (None, port.number) and unresolved:
        what = "addresses without endpoints" if external.addresses else f"the host '{unresolved[0]}' without endpoints"
        report.add(catalogue.EXTERNAL_TARGET_PORT_IGNORED, resource.ref, where, port=port.number, what=what)
    if protocol in _ENCRYPTED and originates_tls(port) and port.egress_gateway_routes is None:
        report.add(
            catalogue.EXTERNAL_TLS_TWICE, resource.ref, resource.at("ports", index, "clientsideTls"),
            port=port.number, protocol=protocol.value, target=target or port.number,
        )  # fmt: skip


def _check_tls(external: External, spec: ExternalServiceSpec, index: int, port: ExternalPort, report: Report) -> None:
    tls, resource = port.clientside_tls, external.resource
    if tls is None:
        return
    where = resource.at("ports", index, "clientsideTls")
    for fields, why in _ignored(tls, spec):
        _report_ignored(external, fields, ("ports", index, "clientsideTls"), why, report)
    if not originates_tls(port):
        return
    if tls.insecure_skip_verify and tls.mode is not ClientTLSMode.ISTIO_MUTUAL:
        report.add(catalogue.EXTERNAL_INSECURE, resource.ref, where, port=port.number)
    if tls.credential_name and port.egress_gateway_routes is None:
        report.add(catalogue.EXTERNAL_CREDENTIAL, resource.ref, where, port=port.number)
    without = [host for host in external.hosts if external.addresses or host.startswith("*")] if not tls.sni else []
    for host in without[:1]:
        shown = external.addresses[0] if external.addresses else host
        report.add(catalogue.EXTERNAL_NO_SNI, resource.ref, where, port=port.number, host=shown)


def _ignored(tls: ClientsideTLS, spec: ExternalServiceSpec) -> Iterator[tuple[tuple[str, ...], str]]:
    written = {
        "sni": tls.sni,
        "clientCertificate": tls.client_certificate,
        "privateKey": tls.private_key,
        "caCertificates": tls.ca_certificates,
        "credentialName": tls.credential_name,
        "insecureSkipVerify": tls.insecure_skip_verify,
    }
    names = tuple(name for name, value in written.items() if value)
    if tls.mode is ClientTLSMode.DISABLE:
        if names:
            yield names, "the mode is DISABLE"
        return
    own = tuple(name for name in names if name in ("clientCertificate", "privateKey"))
    if own and tls.mode is ClientTLSMode.SIMPLE:
        yield own, "the mode is SIMPLE, and a client certificate is for MUTUAL"
    if tls.insecure_skip_verify and tls.mode is ClientTLSMode.ISTIO_MUTUAL:
        yield ("insecureSkipVerify",), "the mode is ISTIO_MUTUAL"
    elif tls.insecure_skip_verify:
        checked = tuple(name for name in names if name == "caCertificates")
        checked += ("subjectAltNames",) if spec.subject_alt_names else ()
        if checked:
            yield checked, "insecureSkipVerify is set"


def _report_ignored(
    external: External, fields: tuple[str, ...], path: tuple[str | int, ...], why: str, report: Report
) -> None:
    several = len(fields) > 1
    report.add(
        catalogue.EXTERNAL_TLS_IGNORED, external.resource.ref, external.resource.at(*path),
        fields=" and ".join(fields), have="have" if several else "has", why=why, them="them" if several else "it",
    )  # fmt: skip
