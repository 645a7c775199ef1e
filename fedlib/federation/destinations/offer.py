"""Everything that can be called: what routes, policies and access decide about."""

from __future__ import annotations

from dataclasses import dataclass

from fedlib.federation.destinations.index import DestinationIndex, index_destinations
from fedlib.federation.hosts.called import CalledHosts, index_called
from fedlib.federation.model.destination import External, FederatedService, Group
from fedlib.federation.model.gateway import VirtualGateway


@dataclass(frozen=True, slots=True)
class Offer:
    """What was decided about hosts and gateways; every list is sorted.

    Attributes:
        services: the federated hosts.
        groups: the VirtualDestinations.
        externals: the ExternalServices.
        gateways: the VirtualGateways, each on one gateway Service.
        destinations: all of these and plain Services, as routes and policies name them.
        called: by which hosts Services are called.
    """

    services: tuple[FederatedService, ...]
    groups: tuple[Group, ...]
    externals: tuple[External, ...]
    gateways: tuple[VirtualGateway, ...]
    destinations: DestinationIndex
    called: CalledHosts


def make_offer(
    plain: DestinationIndex,
    services: tuple[FederatedService, ...],
    groups: tuple[Group, ...],
    externals: tuple[External, ...],
    gateways: tuple[VirtualGateway, ...],
) -> Offer:
    """Index what was decided; `plain` are the Services, which groups were made of."""
    destinations = index_destinations(plain, groups, externals)
    return Offer(services, groups, externals, gateways, destinations, index_called(services))
