"""Grouped federation: VirtualDestinations, who may call them, and what stands behind them.

Source: Gloo's `VirtualDestination`. It is available in all namespaces of the workspace that owns it and of those that
import it, in every cluster, also where no Service of it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fedlib.config.gloo import WorkspaceOptions
from fedlib.config.resource import Resource
from fedlib.config.stack import GroupShape
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.finders import Finders
from fedlib.federation.groups.backings import BackingFinder
from fedlib.federation.groups.checks import check_group, fits
from fedlib.federation.groups.externals import ExternalFinder
from fedlib.federation.groups.hosts import GroupHosts
from fedlib.federation.groups.places import place_group
from fedlib.federation.hosts.claims import HostClaims
from fedlib.federation.hosts.host_allowance import HostAllowance
from fedlib.federation.model.destination import ClientMode, Group, Passage
from fedlib.snapshot.model import OwnedResource, Snapshot


def federate_groups(finders: Finders, claims: HostClaims, selectable: DestinationIndex) -> tuple[Group, ...]:
    """Decide all groups, sorted by their resources. A group without a host that it may use is left out.

    A group whose hosts have different callers is there several times, with different hosts.

    Args:
        finders: what is known.
        claims: who wants which host.
        selectable: the Services and ExternalServices that groups are made of.
    """
    snapshot, places, report = finders.snapshot, finders.places, finders.report
    finder = BackingFinder(snapshot, selectable, finders.backends, finders.east_west, report)
    externals = ExternalFinder(selectable, report)
    found = (_group(owned, snapshot, finder, externals, report) for owned in snapshot.of(VirtualDestinationSpec))
    hosts = GroupHosts(snapshot, finders.rights, claims, report)
    groups = list(_within_limits(hosts.settle(found), HostAllowance(report)))
    for group in groups:
        check_group(group, snapshot, report)
    fitting = (one for group in groups if fits(group, report) for one in hosts.by_hosts(group))
    placed = (place_group(group, places) for group in fitting)
    return tuple(sorted(placed, key=lambda group: (group.resource.ref, group.hosts)))


def _within_limits(groups: Iterable[Group], allowed: HostAllowance) -> Iterator[Group]:
    for group in sorted(groups, key=lambda one: one.resource.age):
        endpoints = sum(len(one.endpoints) for backing in group.backings.values() for one in backing.gateways)
        endpoints += sum(len(one.addresses) for one in group.externals)
        if allowed.take(group.resource, group.workspace, len(group.hosts), endpoints * len(group.ports)):
            yield group


def _group(
    owned: OwnedResource[VirtualDestinationSpec],
    snapshot: Snapshot,
    finder: BackingFinder,
    externals: ExternalFinder,
    report: Report,
) -> Group:
    _check_schema(owned.resource, report)
    mode = _client_mode(owned.spec, snapshot.workspaces[owned.workspace].settings.options)
    ports, backings = finder.find(owned, mode)
    passage = _passage(mode, snapshot.group_shape)
    group = Group(owned.resource, owned.workspace, owned.consumers, (), ports, backings, passage=passage)
    return externals.add(owned, group)


def _client_mode(spec: VirtualDestinationSpec, options: WorkspaceOptions) -> ClientMode:
    """Its own, or else that of the settings; `auto` is SNI routing."""
    chosen = spec.client_mode or options.virtual_dest_client_mode
    ends = chosen is not None and chosen.tls_termination is not None
    return ClientMode.TLS_TERMINATION if ends else ClientMode.SNI_ROUTING


def _passage(mode: ClientMode, shape: GroupShape) -> Passage:
    if mode is ClientMode.TLS_TERMINATION:
        return Passage.TERMINATED
    return Passage.NATIVE if shape is GroupShape.WORKLOAD_ENTRY else Passage.LOCAL_ONLY


def _check_schema(resource: Resource[VirtualDestinationSpec], report: Report) -> None:
    if not resource.spec.hosts and not report.refuses(resource.ref):  # which may be about its hosts
        report.add(catalogue.GROUP_WITHOUT_HOST, resource.ref, resource.at())
