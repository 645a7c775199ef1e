"""All decisions about access, in one function."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.diagnostics import Report
from fedlib.federation.access.isolation import Isolation, isolation_requirements
from fedlib.federation.access.model import AccessDecisions
from fedlib.federation.access.mutual_tls import merge_requirements
from fedlib.federation.access.principals import Principals
from fedlib.federation.backends import Backends
from fedlib.federation.destination_index import DestinationIndex
from fedlib.federation.gateway_pods import GatewayPods
from fedlib.federation.model import Group
from fedlib.snapshot.model import Snapshot


def decide_access(
    snapshot: Snapshot,
    backends: Backends,
    destinations: DestinationIndex,
    gateways: GatewayPods,
    groups: Iterable[Group],
    report: Report,
) -> AccessDecisions:
    """Decide who may call which port, and over what."""
    principals = Principals(snapshot, backends, report)
    isolated = Isolation(snapshot, backends, destinations, gateways, principals, report).decide(groups)
    return AccessDecisions(isolated, merge_requirements(isolation_requirements(isolated), snapshot))
