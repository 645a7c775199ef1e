"""Servers that proxies ask: for rate limits and for authorization. Their few messages are written by hand.

Source: `envoy.service.ratelimit.v3` and `envoy.service.auth.v3` of Envoy's API; protobuf's wire format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

OK: Final = b"\x08\x01"
OVER_LIMIT: Final = b"\x08\x02"
ALLOWED: Final = b"\x0a\x00"
DENIED: Final = b"\x0a\x02\x08\x07\x12\x05\x0a\x03\x08\xc2\x03"  # status 7; 450 for the client

Descriptor = tuple[tuple[str, str], ...]


class RateLimiter:
    """Says that descriptors are over their limit as told, and keeps what it was asked."""

    def __init__(self, over: Mapping[str, set[Descriptor]]) -> None:
        """`over`: what is over the limit, by domain."""
        self._over = over
        self.asked: list[tuple[str, tuple[Descriptor, ...]]] = []

    def __call__(self, method: str, message: bytes) -> bytes:
        """Answer a `RateLimitRequest`."""
        assert method == "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"
        domain, descriptors = "", []
        for field, value in _fields(message):
            if field == 1:
                domain = value.decode()
            elif field == 2:
                descriptors.append(tuple(_entry(entry) for one, entry in _fields(value) if one == 1))
        self.asked.append((domain, tuple(descriptors)))
        return OVER_LIMIT if self._over.get(domain, set()) & set(descriptors) else OK


def _entry(message: bytes) -> tuple[str, str]:
    key, value = (content.decode() for _, content in _fields(message))
    return key, value


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that have a length; numbers are left out."""
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value, at = _number(message, at)
        if tag % 8 == 2:
            yield tag // 8, message[at : at + value]
            at += value


def _number(message: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and what comes after it."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
