"""Bodies of answers: a few kilobytes of gzip may stand for gigabytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest

from fedlib.discovery.answer_body import BodyError, decoded

MEBIBYTE = 1 << 20


@pytest.mark.parametrize("encoding", ["", "gzip", "GZIP"])
def test_bodies_within_the_limit(encoding: str) -> None:
    """What comes out is what was sent, in whatever pieces it came."""
    body = b"0123456789" * 1000
    sent = gzip.compress(body) if encoding else body
    chunks = [sent[place : place + 7] for place in range(0, len(sent), 7)]
    assert b"".join(decoded(chunks, encoding, MEBIBYTE)) == body


def test_gzip_without_end() -> None:
    """It is left at the limit, and no step makes much more than that."""
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield compressor.compress(bytes(MEBIBYTE)) + compressor.flush(zlib.Z_SYNC_FLUSH)

    parts: list[int] = []
    with pytest.raises(BodyError, match="more than 4 MiB"):
        parts.extend(map(len, decoded(endless(), "gzip", 4 * MEBIBYTE)))
    assert parts
    assert max(parts) <= MEBIBYTE
    assert taken <= 6


@pytest.mark.parametrize(
    ("sent", "encoding", "reason"),
    [(b"{}", "br", "not asked for"), (b"{}", "gzip, gzip", "not asked for"), (b"{}", "gzip", "not the gzip")],
)
def test_other_encodings(sent: bytes, encoding: str, reason: str) -> None:
    """Only what was asked for is decoded."""
    with pytest.raises(BodyError, match=reason):
        list(decoded([sent], encoding, MEBIBYTE))
