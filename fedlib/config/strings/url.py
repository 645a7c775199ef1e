"""URLs that somebody fetches: http or https, a host, a port that exists, and nothing secret."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

from fedlib.config.strings.refused import RefusedError
from fedlib.diagnostics import catalogue

MAX_CHARACTERS: Final = 2_048

_PRINTABLE: Final = re.compile(r"[!-~]+")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_URLS: Final = re.compile(r"[\"<>\\^`{|}]")


def parse_url(value: str) -> SplitResult:
    """The parts of a URL.

    Raises:
        RefusedError: it is none that Istio and proxies would fetch.
    """
    problem = _problem(value)
    if problem:
        raise RefusedError(catalogue.URL_REFUSED, problem, "write for example https://id.example.com/keys.json")
    return urlsplit(value)


def _problem(value: str) -> str:
    if len(value) > MAX_CHARACTERS:
        return f"the URL has more than {MAX_CHARACTERS:,} characters"
    if not _PRINTABLE.fullmatch(value) or _NOT_IN_URLS.search(value) or _BROKEN_ESCAPE.search(value):
        return "there are characters in it that no URL has; write them as %XX"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        return f"it is no URL: {error}"
    if parts.scheme not in ("http", "https"):
        return f"a URL that begins with {parts.scheme[:20] or 'nothing'}: is not fetched, only http:// and https:// are"
    if not parts.hostname or port == 0:
        return "it has no host" if not parts.hostname else "0 is no port"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password, which everybody could read; keep secrets out of the input"
    return ""


def _url(value: str) -> str:
    parse_url(value)
    return value


URL = Annotated[str, AfterValidator(_url)]
"""A URL with http or https."""
