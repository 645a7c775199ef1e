"""Gateways of another cluster as endpoints: what ServiceEntries of single Services and of groups have in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fedlib.federation.model.gateway import EastWestGateway


def gateway_endpoints(
    gateways: Iterable[EastWestGateway],
    labels: Iterable[Mapping[str, str]],
    port_names: Iterable[str],
    *,
    networks: bool = False,
) -> Iterator[dict[str, Any]]:
    """An endpoint for each address and each of `labels`, all ports of which lead to the gateway's one port.

    With `networks` they say in which network they are. An istiod that knows a gateway of that network then puts it in
    their place, or drops them, so only what needs it has it.
    """
    addresses = sorted({(endpoint, gateway.network) for gateway in gateways for endpoint in gateway.endpoints})
    names = list(port_names)
    for (endpoint, network), own in itertools.product(addresses, labels):
        entry: dict[str, Any] = {
            "address": endpoint.address,
            "labels": own,
            **({"network": network} if networks else {}),
            "ports": dict.fromkeys(names, endpoint.port),
        }
        if endpoint.locality:
            entry["locality"] = endpoint.locality
        yield entry
