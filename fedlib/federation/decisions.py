"""What federation decided: the input of the translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.access import AccessDecisions
from fedlib.federation.model.destination import DemandedLabels, External, FederatedService, Group
from fedlib.federation.model.gateway import GatewayPort, VirtualGateway
from fedlib.federation.model.host_rule import HostRule
from fedlib.federation.model.place import Sidecars
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.policies.filters.decide import ProxyFilters
from fedlib.federation.trimming.decide import TrimmedWorkload


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions; every list is sorted."""

    offer: Offer
    routes: tuple[RoutedHosts, ...]
    policies: AppliedPolicies
    proxy_filters: ProxyFilters
    hosts: HostNames
    access: AccessDecisions
    trimmed: tuple[TrimmedWorkload, ...]
    host_rules: tuple[HostRule, ...]
    endpoint_labels: Mapping[Ref, DemandedLabels]
    """For each destination the labels of its pods that gateways need as endpoints."""
    sidecars: Mapping[str, Sidecars]
    """The sidecars of each workspace."""
    gateway_hosts: Mapping[GatewayPort, tuple[str, ...]] = field(default_factory=dict)
    """For each port of each east-west gateway the sorted host patterns that pass through it there."""

    @property
    def services(self) -> tuple[FederatedService, ...]:
        """The federated hosts."""
        return self.offer.services

    @property
    def groups(self) -> tuple[Group, ...]:
        """The VirtualDestinations."""
        return self.offer.groups

    @property
    def externals(self) -> tuple[External, ...]:
        """The ExternalServices."""
        return self.offer.externals

    @property
    def virtual_gateways(self) -> tuple[VirtualGateway, ...]:
        """The VirtualGateways, each on one gateway Service."""
        return self.offer.gateways

    @property
    def destinations(self) -> DestinationIndex:
        """All that routes and policies can name."""
        return self.offer.destinations
