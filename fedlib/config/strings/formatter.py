"""Values that Envoy's formatter reads: `%...%` stands for something that the proxy knows of a request.

Envoy refuses a whole route configuration, or a whole listener, for the sake of one operator that it does not know, and
some that it knows show what belongs to the proxy rather than to the request. So an operator is allowed by name.

Source: Envoy's operators and their arguments, tried one by one on 1.36 and 1.40, and Istio's validation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_OPERATOR: Final = re.compile(r"%(?P<name>[A-Z0-9_]+)(?P<argument>\([^()]*\))?(?P<length>:[0-9]+)?%")

_HEADER: Final = re.compile(r":?[!#$&'*+.^_`|~0-9A-Za-z-]+(\?:?[!#$&'*+.^_`|~0-9A-Za-z-]+)?")
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_.~-]+")
_TIME: Final = re.compile(r"([ !#$&'*+,./0-9:;<=>?@A-Z^_`a-z{|}~-]|%[1-9]f|%[aAbBcCdDeFgGhHIjmMprRsSTuUVwWxXyYzZ%f])*")
_MOMENTS: Final = (
    "(DS_RX_BEG|DS_RX_END|US_CX_BEG|US_CX_END|US_HS_END|US_TX_BEG|US_TX_END|US_RX_BEG|US_RX_END|DS_TX_BEG|DS_TX_END)"
)

_NEEDS_ARGUMENT: Final[Mapping[str, re.Pattern[str]]] = {
    **dict.fromkeys(("REQ", "RESP", "TRAILER"), _HEADER),
    "QUERY_PARAM": _PARAMETER,
    "COMMON_DURATION": re.compile(f"{_MOMENTS}:{_MOMENTS}:(ms|us|ns)"),
}

_TAKES_ARGUMENT: Final[Mapping[str, re.Pattern[str]]] = {
    **dict.fromkeys(("START_TIME", "START_TIME_LOCAL", "EMIT_TIME", "EMIT_TIME_LOCAL"), _TIME),
    **dict.fromkeys(("DOWNSTREAM_PEER_CERT_V_START", "DOWNSTREAM_PEER_CERT_V_END"), _TIME),
    **dict.fromkeys(("UPSTREAM_PEER_CERT_V_START", "UPSTREAM_PEER_CERT_V_END"), _TIME),
    "GRPC_STATUS": re.compile("CAMEL_STRING|SNAKE_STRING|NUMBER"),
    "PATH": re.compile("(WQ|NQ)(:(ORIG|PATH|ORIG_OR_PATH))?"),
    "RESPONSE_CODE_DETAILS": re.compile("ALLOW_WHITESPACES"),
}

_PLAIN: Final = frozenset({
    "BYTES_RECEIVED", "BYTES_SENT", "CONNECTION_ID", "CONNECTION_TERMINATION_DETAILS",
    "DOWNSTREAM_DIRECT_LOCAL_ADDRESS", "DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_DIRECT_LOCAL_PORT",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
    "DOWNSTREAM_DIRECT_REMOTE_PORT", "DOWNSTREAM_LOCAL_ADDRESS", "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
    "DOWNSTREAM_LOCAL_DNS_SAN", "DOWNSTREAM_LOCAL_IP_SAN", "DOWNSTREAM_LOCAL_PORT", "DOWNSTREAM_LOCAL_SUBJECT",
    "DOWNSTREAM_LOCAL_URI_SAN", "DOWNSTREAM_PEER_CERT", "DOWNSTREAM_PEER_DNS_SAN", "DOWNSTREAM_PEER_EMAIL_SAN",
    "DOWNSTREAM_PEER_FINGERPRINT_1", "DOWNSTREAM_PEER_FINGERPRINT_256", "DOWNSTREAM_PEER_IP_SAN",
    "DOWNSTREAM_PEER_ISSUER", "DOWNSTREAM_PEER_SERIAL", "DOWNSTREAM_PEER_SUBJECT", "DOWNSTREAM_PEER_URI_SAN",
    "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_REMOTE_PORT",
    "DOWNSTREAM_TLS_CIPHER", "DOWNSTREAM_TLS_VERSION", "DURATION", "FILTER_CHAIN_NAME", "GRPC_STATUS_NUMBER",
    "HOSTNAME", "PROTOCOL", "REQUESTED_SERVER_NAME", "REQUEST_DURATION", "REQUEST_HEADERS_BYTES", "REQUEST_TX_DURATION",
    "RESPONSE_CODE", "RESPONSE_DURATION", "RESPONSE_FLAGS", "RESPONSE_FLAGS_LONG", "RESPONSE_HEADERS_BYTES",
    "RESPONSE_TX_DURATION", "ROUTE_NAME", "STREAM_ID", "TLS_JA3_FINGERPRINT", "TLS_JA4_FINGERPRINT", "TRACE_ID",
    "UNIQUE_ID", "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW", "UPSTREAM_CONNECTION_ID",
    "UPSTREAM_CONNECTION_POOL_READY_DURATION", "UPSTREAM_HOST", "UPSTREAM_HOST_NAME",
    "UPSTREAM_HOST_NAME_WITHOUT_PORT", "UPSTREAM_LOCAL_ADDRESS", "UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
    "UPSTREAM_LOCAL_PORT", "UPSTREAM_LOCAL_URI_SAN", "UPSTREAM_PEER_CERT", "UPSTREAM_PEER_DNS_SAN",
    "UPSTREAM_PEER_IP_SAN", "UPSTREAM_PEER_ISSUER", "UPSTREAM_PEER_SUBJECT", "UPSTREAM_PEER_URI_SAN",
    "UPSTREAM_PROTOCOL", "UPSTREAM_REMOTE_ADDRESS", "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "UPSTREAM_REMOTE_PORT",
    "UPSTREAM_REQUEST_ATTEMPT_COUNT", "UPSTREAM_TLS_CIPHER", "UPSTREAM_TLS_VERSION",
    "UPSTREAM_TRANSPORT_FAILURE_REASON", "VIRTUAL_CLUSTER_NAME",
})  # fmt: skip

_SHOWS_MORE: Final = frozenset({
    "CEL", "CLUSTER_METADATA", "COALESCE", "DOWNSTREAM_TLS_SESSION_ID", "DYNAMIC_METADATA", "ENVIRONMENT",
    "FILE_CONTENT", "FILTER_STATE", "METADATA", "PER_REQUEST_STATE", "SECRET", "TYPED_CEL", "UPSTREAM_FILTER_STATE",
    "UPSTREAM_METADATA", "UPSTREAM_TLS_SESSION_ID",
})  # fmt: skip
"""Operators that Envoy has, and that show variables, files, secrets or state of a proxy that others share."""

OPERATORS: Final = _PLAIN | _TAKES_ARGUMENT.keys() | _NEEDS_ARGUMENT.keys()
"""The operators that are allowed."""


def formatter_problem(value: str) -> str:
    """Why Envoy's formatter, or Istio before it, refuses a value, or must not read it; empty if it may."""
    position = value.find("%")
    while position >= 0:
        if value.startswith("%%", position):
            end = position + 2
        else:
            found = _OPERATOR.match(value, position)
            if found is None:
                return "a single % begins an operator, such as %HOSTNAME%; write %% for a percent sign"
            problem = _problem(found["name"], found["argument"], found["length"])
            if problem:
                return problem
            end = found.end()
        position = value.find("%", end)
    return ""


def _problem(name: str, argument: str | None, length: str | None) -> str:
    if name in _SHOWS_MORE:
        return f"%{name}% is not allowed: it shows what belongs to the proxy and to others who share it"
    if name not in OPERATORS:
        return f"Envoy has no operator %{name[:40]}%, at least not in all versions from 1.36 to 1.40"
    if length is not None:
        return f"Istio takes no length behind %{name}%"
    if argument is None:
        return f"%{name}% needs an argument in parentheses" if name in _NEEDS_ARGUMENT else ""
    grammar = _NEEDS_ARGUMENT.get(name) or _TAKES_ARGUMENT.get(name)
    if grammar is None:
        return f"%{name}% takes no argument"
    if not grammar.fullmatch(argument[1:-1]) or len(argument) == 2:
        return f"the argument of %{name}% is none that it takes"
    return ""
