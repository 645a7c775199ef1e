"""The text of a YAML file: in UTF-8, or in what Windows' tools write."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from fedlib.diagnostics.regular_file import read_bytes

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's mark, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FIRST_NULLS: Final = ((b"\0\0\0", "utf-32-be"), (b"\0", "utf-16-be"))
_LATER_NULLS: Final = ((b"\0\0\0", "utf-32-le"), (b"\0", "utf-16-le"))


def read_text(file: Path) -> str:
    """The text of a file without its byte order mark.

    The encoding is found as YAML 1.2 (5.2) says: by the mark, or by the null bytes of a first ASCII character.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no text in UTF-8, UTF-16 or UTF-32.
    """
    return decode(read_bytes(file))


def decode(content: bytes) -> str:
    """The text of a file's bytes; see `read_text`."""
    return content.decode(_encoding(content))


def _encoding(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    for nulls, name in _FIRST_NULLS:
        if content.startswith(nulls):
            return name
    for nulls, name in _LATER_NULLS:
        if content[1:].startswith(nulls):
            return name
    return "utf-8-sig"
