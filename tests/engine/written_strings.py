"""Random strings of the kinds that tenants write for proxies: right ones, wrong ones, and those between."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

NAMES: Final = (
    "REQ", "RESP", "TRAILER", "START_TIME", "EMIT_TIME_LOCAL", "PROTOCOL", "HOSTNAME", "PATH", "QUERY_PARAM",
    "QUERY_PARAMS", "COMMON_DURATION", "GRPC_STATUS", "GRPC_STATUS_NUMBER", "RESPONSE_CODE_DETAILS", "RESPONSE_FLAGS",
    "DOWNSTREAM_PEER_CERT_V_START", "DOWNSTREAM_PEER_SUBJECT", "DOWNSTREAM_REMOTE_ADDRESS", "TRACE_ID", "UPSTREAM_HOST",
    "REQUEST_HEADER", "REQUEST_HEADERS_BYTES", "ENVIRONMENT", "FILE_CONTENT", "FILTER_STATE", "DYNAMIC_METADATA",
    "METADATA", "CEL", "COALESCE", "SECRET", "UPSTREAM_METADATA", "LOCAL_REPLY_BODY", "NOTHING", "req", "",
)  # fmt: skip
ARGUMENTS: Final = (
    "", "x", "x-a", ":path", "x?y", "x?:path", "x?y?z", "x y", "%Y", "%Y-%m-%dT%H:%M:%S.%3fZ", "%3", "%9f", "%q", "%%",
    "TLS_VERSION", "NUMBER", "CAMEL_STRING", "WQ", "NQ:ORIG", "ALLOW_WHITESPACES", "DS_RX_BEG:DS_TX_END:ms", "a:b", "(",
    ")", "istio.io:a", "com.test:a:b", "ROUTE:a", "x)%%REQ(y",
)  # fmt: skip

_OPERATORS: Final = st.builds(
    lambda name, argument, length, end: f"%{name}{argument}{length}{end}",
    st.sampled_from(NAMES),
    st.sampled_from(ARGUMENTS).map(lambda text: f"({text})") | st.just(""),
    st.sampled_from(("", "", "", ":10", ":0", ":-1", ":x")),
    st.sampled_from(("%", "%", "%", "")),
)
_BETWEEN: Final = st.sampled_from(
    ("", " ", "%", "%%", "a", "100%%", "\t", "\n", "\x7f", "\u00e4", "(", ")", ":", ",", '"')
)

HEADER_VALUES: Final = st.lists(_OPERATORS | _BETWEEN | st.text(max_size=3), max_size=4).map("".join)
"""Values that the formatter of proxies reads."""

_PIECES: Final = st.sampled_from((
    "a", ".", "/", ".*", ".+?", "[a-z]", "[^/]+", "[[:alpha:]]", "[[:nope:]]", "[a", "(", ")", "(?:", "(?i)",
    "(?P<n>a)", "(?<n>a)", "(?P=n)", "(?=a)", "(?!a)", "(?<=a)", "|", "^", "$", "\\d", "\\D", "\\pL", "\\p{Greek}",
    "\\p{^Greek}", "\\p{Nope}", "\\C", "\\Q", "\\E", "\\z", "\\Z", "\\A", "\\b", "\\x{10ffff}", "\\x{110000}", "\\1",
    "\\", "{3}", "{2,}", "{1001}", "{999}", "{5,2}", "*", "+", "?", "**", "\x00", "\u00e4", "(?s:.)", "(?U)",
    "(?x)", "(?-s)",
))  # fmt: skip

EXPRESSIONS: Final = st.lists(_PIECES | st.text(max_size=2), min_size=1, max_size=8).map("".join)
"""Expressions of RE2, and of its neighbours."""

_INTO: Final = ("/", "a", "\\0", "\\1", "\\2", "\\9", "\\10", "\\\\", "\\", "$1", "\\g", "\\\n", "%", "\u00e4")

SUBSTITUTIONS: Final = st.lists(st.sampled_from(_INTO), max_size=4).map("".join)
"""What is put in the place of a match."""
