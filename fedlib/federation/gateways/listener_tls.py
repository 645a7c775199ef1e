"""TLS of listeners: what of it cannot work, or does nothing.

Source: `TLSConfig` of Gloo's VirtualGateway; the list of ciphers is that of its API reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from fedlib.config.resource import Resource
from fedlib.config.virtual_gateway import Listener, TLSConfig, TLSMode, TLSProtocolVersion, VirtualGatewaySpec
from fedlib.diagnostics import Report, catalogue

CIPHERS: Final = frozenset({
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
    "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA",
})  # fmt: skip

_PASSING: Final = (TLSMode.PASSTHROUGH, TLSMode.AUTO_PASSTHROUGH)
_VERSIONS: Final = tuple(TLSProtocolVersion)
"""From the lowest to the highest, after TLS_AUTO."""


def known_ciphers(ciphers: Iterable[str]) -> tuple[str, ...]:
    """The ciphers that count, each once."""
    return tuple(cipher for cipher in dict.fromkeys(ciphers) if cipher in CIPHERS)


def check_tls(resource: Resource[VirtualGatewaySpec], index: int, listener: Listener, report: Report) -> bool:
    """Report what is wrong with the TLS of a listener of a VirtualGateway; False when it cannot work at all."""
    tls = listener.tls
    if tls is None:
        return True
    where = resource.at("listeners", index, "tls")
    for fields, advice in _ignored(tls):
        report.add(
            catalogue.LISTENER_TLS_IGNORED, resource.ref, where,
            listener=index, mode=tls.mode, fields=fields, advice=advice,
        )  # fmt: skip
    if listener.http is not None and tls.mode in _PASSING:
        report.add(catalogue.LISTENER_PASSTHROUGH_HTTP, resource.ref, where, listener=index, mode=tls.mode)
    if tls.mode is TLSMode.AUTO_PASSTHROUGH and "*" in listener.hosts:
        report.add(catalogue.LISTENER_EXPOSES_EVERYTHING, resource.ref, where, listener=index)
    return _check_parameters(resource, index, tls, report)


def _ignored(tls: TLSConfig) -> Iterator[tuple[str, str]]:
    if tls.mode in _PASSING and (tls.secret_name or tls.files is not None):
        yield "secretName" if tls.secret_name else "files", "set mode SIMPLE or MUTUAL to use the certificate"
    if tls.verify_subject_alt_name and tls.mode is not TLSMode.MUTUAL:
        yield "verifySubjectAltName", "set mode MUTUAL, which asks clients for a certificate"


def _check_parameters(resource: Resource[VirtualGatewaySpec], index: int, tls: TLSConfig, report: Report) -> bool:
    if tls.parameters is None:
        return True
    low, high = tls.parameters.minimum_protocol_version, tls.parameters.maximum_protocol_version
    where = ("listeners", index, "tls", "parameters")
    possible = high is TLSProtocolVersion.TLS_AUTO or _VERSIONS.index(low) <= _VERSIONS.index(high)
    if not possible:
        report.add(
            catalogue.LISTENER_TLS_VERSIONS, resource.ref, resource.at(*where),
            listener=index, minimum=low, maximum=high,
        )  # fmt: skip
    written = tls.parameters.cipher_suites
    left_out = sorted(set(written) - CIPHERS)
    again = {cipher for cipher, count in Counter(written).items() if cipher in CIPHERS and count > 1}
    left_out += sorted(f"{cipher} (again)" for cipher in again)
    if left_out:
        report.add(
            catalogue.LISTENER_CIPHERS, resource.ref, resource.at(*where, "cipherSuites"),
            listener=index, ciphers=", ".join(left_out), are="are" if len(left_out) > 1 else "is",
        )  # fmt: skip
    return possible
