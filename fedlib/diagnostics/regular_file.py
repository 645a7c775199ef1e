"""Files that are files: a named pipe, a device or a socket in a folder of recordings must not stop a run."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 1 << 28
"""Bytes of a file: the recording of a cluster with ten thousand Services is far below."""

_KINDS: Final = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_bytes(file: Path) -> bytes:
    """The content of a regular file, or of what a link leads to.

    Raises:
        OSError: there is none, it cannot be read, it is no regular file, or it is larger than `LARGEST`.
    """
    _check(file.stat().st_mode)  # before it is opened: opening a device may already do something
    # what is there may have changed; opening a pipe without O_NONBLOCK waits for somebody who writes
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as opened:
        _check(os.fstat(descriptor).st_mode)
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST >> 20} MiB")
    return content


def is_file(path: Path) -> bool:
    """Whether there is a file; not, where nobody can tell."""
    try:
        return path.is_file()
    except OSError:  # too long, or not permitted
        return False


def reason_of(error: OSError) -> str:
    """Why a file or folder cannot be read, to go on in a sentence: `permission denied`."""
    reason = error.strerror or "unreadable"
    return reason[:1].lower() + reason[1:]


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise OSError(errno.EINVAL, f"it is {kind}, not a file")
