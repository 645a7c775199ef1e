"""Headers: their names, values that Envoy's formatter reads, and text that proxies put into a header as it is.

Source: the rules of Envoy's protocol (16,384 bytes, no line breaks), Istio's validation, and RFC 9110.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from fedlib.config.strings.formatter import formatter_problem
from fedlib.config.strings.refused import RefusedError, size
from fedlib.diagnostics import catalogue

MAX_BYTES: Final = 16_384
MAX_HEADERS: Final = 500
"""How many headers a policy may add: Envoy takes 1,000 of a route, and two policies may meet there."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STRICT: Final = re.compile(r"[-_A-Za-z0-9]+")
_PSEUDO: Final = (":authority", ":method", ":path", ":scheme", ":status")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _name(value: str) -> str:
    if value not in _PSEUDO and not _TOKEN.fullmatch(value):
        raise ValueError(f"'{value[:80]}' is not the name of a header")
    if len(value) > MAX_BYTES:
        raise ValueError(f"the name of a header has at most {MAX_BYTES:,} bytes")
    return value


HeaderName = Annotated[str, AfterValidator(_name)]
"""The name of a header (RFC 9110), or of a pseudo-header such as `:authority`."""


def _field(value: str) -> str:
    if value.startswith(":"):
        raise ValueError(f"'{value[:80]}' is not the name of a header that browsers know")
    return _name(value)


FieldName = Annotated[str, AfterValidator(_field)]
"""The name of a header (RFC 9110), and no pseudo-header."""


def _changed(value: str) -> str:
    if value.startswith(":") or value.lower() == "host":
        raise ValueError(f"'{value[:80]}' cannot be changed by its name; a route has hostRewrite and pathRewrite")
    return _name(value)


ChangedHeader = Annotated[str, AfterValidator(_changed)]
"""The name of a header that proxies set or remove: Envoy refuses pseudo-headers and `host`."""


def _strict(value: str) -> str:
    if not _STRICT.fullmatch(value) or len(value) > MAX_BYTES:
        raise ValueError(f"'{value[:80]}' is not the name of a header of letters, digits, '-' and '_'")
    return _changed(value)


StrictHeader = Annotated[str, AfterValidator(_strict)]
"""The name of a header for a claim, where Istio takes letters, digits, `-` and `_` only."""


def plain_text(value: str) -> str:
    """Check text that proxies put into a header as it is.

    Raises:
        ValueError: it has line breaks or control characters, or is too long.
    """
    if _CONTROL.search(value):
        raise ValueError("it ends up in a header, which has one line and no control characters")
    if size(value) > MAX_BYTES:
        raise ValueError(f"it ends up in a header, and has {size(value):,} bytes, where Envoy takes {MAX_BYTES:,}")
    return value


PlainText = Annotated[str, AfterValidator(plain_text)]
"""Text that proxies put into a header as it is: paths, hosts, beginnings of values."""


def _literal(value: str) -> str:
    if not value:
        raise ValueError("it must not be empty")
    if "%" in value:
        problem = "some versions of Envoy read a % here as an operator, and others as itself"
        raise RefusedError(catalogue.HEADER_VALUE_REFUSED, problem, "write it without a percent sign")
    return value


LiteralText = Annotated[str, AfterValidator(_literal)]
"""A string that some versions of Envoy give to the formatter, and others do not."""


def _formatted(value: str) -> str:
    problem = formatter_problem(plain_text(value))
    if problem:
        raise RefusedError(catalogue.HEADER_VALUE_REFUSED, problem, _OPERATORS)
    return value


_OPERATORS: Final = "use %REQ(header)%, %DOWNSTREAM_REMOTE_ADDRESS% and the like: FED070 in docs/findings.md says which"

HeaderText = Annotated[str, AfterValidator(_formatted)]
"""The value of a header that Envoy's formatter reads; proxies refuse all routes for the sake of a broken one."""
