"""Objects that are too large for the store of a cluster."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Location, Ref, Report, catalogue

MAX_BYTES: Final = 1_048_576
"""etcd takes requests of 1.5 MiB. The rest is for labels, managed fields and what tools write into annotations."""

_ESCAPED: Final = (b"<", b">", b"&", "\u2028".encode(), "\u2029".encode())
"""What Kubernetes writes as `\\u003c` and the like."""
_ESCAPE_BYTES: Final = 6

ResourcePlaces = Callable[[Ref], Location]
"""Where a resource stands in the input."""


def fitting(declarations: Iterable[Declaration], places: ResourcePlaces, report: Report) -> Iterator[Declaration]:
    """The declarations whose objects are small enough; the others are reported, and left out.

    Args:
        declarations: the declarations. Many share a spec, which is looked at once.
        places: where a resource stands in the input.
        report: takes the findings.
    """
    sizes: dict[int, tuple[int, Mapping[str, Any]]] = {}  # with the spec, so that no other one gets its identity
    for declaration in declarations:
        known = sizes.get(id(declaration.spec))
        if known is None:
            known = sizes[id(declaration.spec)] = (stored_bytes(declaration.spec), declaration.spec)
        size = known[0] + (stored_bytes(declaration.annotations) if declaration.annotations else 0)
        if size <= MAX_BYTES:
            yield declaration
        else:
            _report(declaration, size, places(declaration.lineage.parent), report)


def stored_bytes(value: Any) -> int:
    """The bytes that a value takes in the store of a cluster, which has JSON."""
    try:
        content = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # half of a character, or a number that is too great: never small by mistake
        content = json.dumps(value).encode()
    size = len(content)
    if size * _ESCAPE_BYTES > MAX_BYTES:
        size += sum(content.count(one) * (_ESCAPE_BYTES - len(one)) for one in _ESCAPED)
    return size


def _report(declaration: Declaration, size: int, location: Location, report: Report) -> None:
    parent: Ref = declaration.lineage.parent
    report.add(
        catalogue.OBJECT_TOO_LARGE, parent, location,
        kind=declaration.kind, name=declaration.name, size=f"{size:,}", limit=f"{MAX_BYTES:,}",
    )  # fmt: skip
