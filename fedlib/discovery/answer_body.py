"""The body of an API server's answer, decoded up to a limit.

The HTTP client would decode a compressed chunk at once, and a few kilobytes may stand for gigabytes; encodings may even
be nested. So the bytes are taken as they come.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

ENCODING = "gzip"
"""The only one that is asked for, and the only one that is decoded."""

_STEP = 1 << 20
"""Bytes that one step of decoding may make."""


class BodyError(Exception):
    """Why a body cannot be read: it is too large, or in an encoding that was not asked for."""


def decoded(chunks: Iterable[bytes], encoding: str, largest: int) -> Iterator[bytes]:
    """The parts of a body.

    Args:
        chunks: the bytes as the server sent them.
        encoding: its `Content-Encoding`; empty for none.
        largest: how many bytes the body may have, decoded.

    Raises:
        BodyError: it has more bytes, or another encoding, or is not what the encoding says.
    """
    if encoding.lower() not in ("", "identity", ENCODING):
        raise BodyError("it has an encoding that was not asked for")
    read = 0
    for part in chunks if encoding.lower() != ENCODING else _gunzipped(chunks):
        read += len(part)
        if read > largest:
            raise BodyError(f"it has more than {largest >> 20} MiB")
        yield part


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _STEP)
                rest = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error:
        raise BodyError("it is not the gzip that it says it is") from None
