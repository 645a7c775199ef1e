"""HTTPBufferPolicy: Envoy's buffer filter."""

from __future__ import annotations

from typing import Final

from fedlib.config.policies.traffic_control import HTTPBufferPolicySpec
from fedlib.istio.envoy_filters.http_filter import BUFFER_ORDER, HTTPFilter
from fedlib.istio.envoy_filters.patch import typed

_TYPE: Final = "envoy.extensions.filters.http.buffer.v3.Buffer"
_DEFAULT_BYTES: Final = 1
"""Envoy's schema wants a limit of the filter itself; no request meets it, since routes bring their own."""


def http_buffer(spec: HTTPBufferPolicySpec) -> HTTPFilter:
    """Whole requests are read before they go on; larger ones are answered with 413."""
    limit = spec.config.max_request_bytes
    return HTTPFilter(
        name="envoy.filters.http.buffer",
        label="buffer",
        config=typed(_TYPE, max_request_bytes=_DEFAULT_BYTES),
        route_config=typed(f"{_TYPE}PerRoute", buffer={"max_request_bytes": limit}),
        order=BUFFER_ORDER,
    )
