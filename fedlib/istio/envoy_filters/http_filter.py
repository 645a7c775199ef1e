"""What a policy asks of the HTTP filters of a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CSRF_ORDER: Final = 10
AUTHORIZATION_ORDER: Final = 20
RATE_LIMIT_ORDER: Final = 30
BUFFER_ORDER: Final = 40


@dataclass(frozen=True, slots=True)
class HTTPFilter:
    """An HTTP filter that is off by default, and what turns it on for a route.

    Attributes:
        name: its name among the filters of a proxy, by which routes refer to it.
        label: stands for it in names of objects.
        config: its settings, the same for every policy that uses it in one proxy.
        route_config: its settings for one route.
        order: filters with lower ones handle requests first.
        first: whether it stands before all of Istio's own filters.
    """

    name: str
    label: str
    config: Mapping[str, Any]
    route_config: Mapping[str, Any]
    order: int
    first: bool = False

    def inserted(self) -> dict[str, Any]:
        """The filter as it is put into proxies: a route has to turn it on."""
        return {"name": self.name, "disabled": True, "typed_config": dict(self.config)}
