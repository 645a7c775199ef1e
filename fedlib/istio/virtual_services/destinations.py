"""The hosts that a VirtualService leads requests to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def destinations(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The hosts of all routes and mirrors, sorted."""
    found: set[str] = set()
    for route in (route for kind in ("http", "tcp", "tls") for route in spec.get(kind, ())):
        found.update(to["destination"]["host"] for to in (*route.get("route", ()), *route.get("mirrors", ())))
    return tuple(sorted(found))
