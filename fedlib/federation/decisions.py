"""What federation decided: the input of the translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.federation.access.model import AccessDecisions
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.hosts import HostNames
from fedlib.federation.listener import IngressGateway
from fedlib.federation.model import External, FederatedService, Group
from fedlib.federation.policies.model import AppliedPolicies
from fedlib.federation.policies.proxy_filters import ProxyFilters
from fedlib.federation.route import RoutedHosts
from fedlib.federation.trimming import TrimmedWorkload


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions; every list is sorted."""

    services: tuple[FederatedService, ...]
    groups: tuple[Group, ...]
    externals: tuple[External, ...]
    destinations: DestinationIndex
    routes: tuple[RoutedHosts, ...]
    virtual_gateways: tuple[IngressGateway, ...]
    policies: AppliedPolicies
    proxy_filters: ProxyFilters
    hosts: HostNames
    access: AccessDecisions
    trimmed: tuple[TrimmedWorkload, ...]
    gateway_hosts: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    """For each east-west gateway's Service the sorted host patterns that pass through it."""
