"""Names of objects and values of labels, within the limits of Kubernetes."""

from __future__ import annotations

import hashlib
from typing import Final

_REPLACED: Final = str.maketrans({**dict.fromkeys("*/.:_ ", "-"), **dict.fromkeys("[]\"'\n")})


def object_name(name: str) -> str:
    """Gloo's rule for names of translated objects: dashes for dots and the like, at most 63 characters.

    A longer name keeps 31 characters, and 31 hexadecimal digits of its MD5 sum follow.
    """
    name = name.translate(_REPLACED)
    if len(name) > 63:
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        name = f"{name[:31]}-{digest}"[:63]
    return name.lower()


def label_value(value: str) -> str:
    """`value` as a label's value: at most 63 characters; a longer one is cut and carries a hash."""
    if len(value) <= 63:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()[:8]
    return f"{value[:54]}-{digest}"
