"""Functions of the Kubernetes CEL environment that cel-python lacks or gets wrong.

Each follows Go, since the API server is what they stand for: `time.ParseDuration`,
`net/url.ParseRequestURI` and cel-go's strings extension.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from celpy.celtypes import BoolType, IntType, StringType
from celpy.evaluation import CELEvalError

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6}
_UNITS |= {"s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_UNIT = "ns|us|µs|μs|ms|s|m|h"
_TERM = re.compile(rf"({_NUMBER})({_UNIT})")
_DURATION = re.compile(rf"[-+]?(?:0|(?:{_NUMBER}(?:{_UNIT}))+)")
_SCHEME = re.compile(r"([A-Za-z][-A-Za-z0-9+.]*):(.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[-A-Za-z0-9._:~!$&'()*+,;=%@]*")
# Go takes an escape in a host only for a byte above ASCII.
_HOST = re.compile(r"(?:[-A-Za-z0-9_.~!$&'()*+,;=<>\]\"\x80-\U0010ffff]|%[89A-Fa-f][0-9A-Fa-f])*(?::[0-9]*)?")
_IP_LITERAL = re.compile(r"\[[0-9A-Fa-f:.]+(?:%25[-A-Za-z0-9_.~]+)?\](?::[0-9]*)?")


def duration(text: StringType) -> IntType:
    """Return a Go duration as whole nanoseconds.

    cel-python's own loses everything below a microsecond, refuses "0" and takes days.
    """
    if not _DURATION.fullmatch(text):
        raise CELEvalError(f"invalid duration {str(text)!r}")
    total = sum(int(Decimal(n) * _UNITS[u]) for n, u in _TERM.findall(text))
    return IntType(-total if text.startswith("-") else total)


def substring(text: StringType, start: IntType, end: IntType | None = None) -> StringType:
    """Return a part of `text`; an index outside it is an error, unlike Python's slices."""
    stop = len(text) if end is None else int(end)
    if not 0 <= start <= stop <= len(text):
        raise CELEvalError(f"substring({start}, {stop}) of a string of length {len(text)}")
    return StringType(str(text)[start:stop])


def is_url(text: StringType) -> BoolType:
    """Say whether Go's `url.ParseRequestURI` takes `text`: absolute, or an absolute path."""
    return BoolType(_scheme(text) is not None)


def url(text: StringType) -> StringType:
    """Check that `text` is a URL; it stands for itself, since only its scheme is ever asked."""
    if _scheme(text) is None:
        raise CELEvalError(f"URL parse error during conversion from string: {str(text)!r}")
    return text


def get_scheme(text: StringType) -> StringType:
    """Return the lower-case scheme of a URL, "" for an absolute path."""
    return StringType(_scheme(text) or "")


def _scheme(text: str) -> str | None:
    """Return the scheme of a request URI ("" for a path), or None when it is not one."""
    if not text or _CONTROL.search(text):
        return None
    match = _SCHEME.fullmatch(text)
    scheme, rest = (match[1].lower(), match[2]) if match else ("", str(text))
    if _BAD_ESCAPE.search(rest.partition("#")[2]):
        return None
    if scheme and rest.startswith("//") and "#" in rest[2:].partition("?")[0].partition("/")[0]:
        return None  # ParseRequestURI knows no fragments: this one is part of the host
    rest = rest.partition("#")[0].partition("?")[0]
    if not rest.startswith("/"):
        # `mailto:x` is opaque and not looked into; without a scheme only a path is accepted.
        return scheme or None
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        if not _is_authority(authority):
            return None
        rest = slash + path
    return None if _BAD_ESCAPE.search(rest) else scheme


def _is_authority(authority: str) -> bool:
    user, _, host = authority.rpartition("@")
    if not _USER.fullmatch(user) or _BAD_ESCAPE.search(user):
        return False
    return (_IP_LITERAL if host.startswith("[") else _HOST).fullmatch(host) is not None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "duration": duration,
    "substring": substring,
    "isURL": is_url,
    "url": url,
    "getScheme": get_scheme,
}
