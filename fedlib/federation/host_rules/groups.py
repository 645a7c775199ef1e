"""Host rules of groups and of federated hosts.

The SNI of a request names its subset. So the same subset must be known where the request is made, and to the east-west
gateway of the cluster that serves it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.federation.host_rules.followers import Followers
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.model.destination import FederatedService, Group, GroupPlace, Passage
from fedlib.federation.model.host_rule import HostRule, Labels
from fedlib.federation.routes.subsets import DemandedSubsets


def group_rules(group: Group, demanded: DemandedSubsets, followers: Followers) -> Iterator[HostRule]:
    """A rule beside the ServiceEntries of each host, and where subsets are called one for the gateways."""
    ref = group.resource.ref
    at_home = demanded.at_home(ref)
    ports = tuple(port.number for port in group.ports)
    for host, one in itertools.product(group.hosts, group.places):
        serving = _gateways_that_serve(group, one) if at_home else frozenset()
        if one.consumers or serving:
            rule = HostRule(
                place=one.place.visible_to(serving),
                host=host,
                kind=DestinationKind.VIRTUAL_DESTINATION,
                destination=ref,
                decision=group,
                remote=one.remote and group.passage is Passage.LOCAL_ONLY,
                leaves=one.remote,
                ports=ports,
                subsets=at_home if serving else called_subsets(one.consumers, ref, demanded),
                shared_with=one.consumers,
            )
            yield from followers.rules(rule, one.consumers)
    local_only = at_home and group.passage is Passage.LOCAL_ONLY
    for one in group.behind_gateways if local_only else ():
        for host in group.hosts:
            yield HostRule(
                place=one.place,
                host=local_only_host(host, group.workspace),
                kind=DestinationKind.VIRTUAL_DESTINATION,
                destination=ref,
                decision=group,
                local_only=True,
                subsets=at_home,
            )


def federated_rules(service: FederatedService, demanded: DemandedSubsets) -> Iterator[HostRule]:
    """Subsets of a federated host: at home for the gateway, and in other clusters for those who call them.

    It has no ports here: no policy applies to it.
    """
    ref = service.service.ref
    at_home = demanded.at_home(ref) if service.gateways else ()
    called = [(service.home, at_home), *((place, demanded.of(place.workspace, ref)) for place in service.remote)]
    for place, subsets in called if at_home else ():
        if subsets:
            yield HostRule(
                place=place,
                host=service.host,
                kind=DestinationKind.SERVICE,
                destination=ref,
                decision=service,
                subsets=subsets,
                shared_with=service.consumers if place is service.home else (),
            )


def called_subsets(consumers: Iterable[str], destination: Ref, demanded: DemandedSubsets) -> tuple[Labels, ...]:
    """The subsets of a destination that the proxies of some workspaces call."""
    return tuple(labels for name in consumers for labels in demanded.of(name, destination))


def _gateways_that_serve(group: Group, one: GroupPlace) -> frozenset[str]:
    """The namespaces of the gateways that serve the host itself, where they must know its subsets."""
    if group.passage is not Passage.NATIVE or one.backing is None:
        return frozenset()
    backings = (group.backings[cluster] for cluster in one.place.at)
    return frozenset(gateway.service.namespace for backing in backings for gateway in backing.gateways)
