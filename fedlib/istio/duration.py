"""Durations as Istio and Envoy take them everywhere: seconds."""

from __future__ import annotations

import functools

from fedlib.config.duration import milliseconds


@functools.lru_cache(maxsize=4096)
def seconds(duration: str) -> str:
    """`1m30s` as `90s`, and `100ms` as `0.1s`: the form of protobuf's JSON, which every version reads.

    Args:
        duration: a validated duration of a resource.
    """
    whole, rest = divmod(milliseconds(duration), 1000)
    return f"{whole}.{rest:03d}".rstrip("0") + "s" if rest else f"{whole}s"
