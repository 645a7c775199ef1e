"""What every chapter looks things up in, made once."""

from __future__ import annotations

from dataclasses import dataclass

from fedlib.diagnostics import Report
from fedlib.federation.gateways.east_west import EastWestGateways
from fedlib.federation.hosts.given import check_listeners, respect_suffixes
from fedlib.federation.hosts.rights import HostRights
from fedlib.federation.places import PlaceFinder, find_places
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.labelled_pods import LabelledPods
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Finders:
    """The snapshot, and what finds things in it: pods by Services and by labels, gateways, places, whose a host is."""

    snapshot: Snapshot
    backends: Backends
    pods: LabelledPods
    east_west: EastWestGateways
    places: PlaceFinder
    rights: HostRights
    report: Report


def make_finders(snapshot: Snapshot, report: Report) -> Finders:
    """The finders of a snapshot, in which hostSuffixes of others do not count; `report` takes all findings."""
    rights = HostRights(snapshot)
    snapshot = respect_suffixes(snapshot, rights, report)
    check_listeners(snapshot, rights, report)
    backends, pods = Backends(snapshot), LabelledPods(snapshot)
    gateways = EastWestGateways(snapshot, backends, report)
    return Finders(snapshot, backends, pods, gateways, find_places(snapshot), rights, report)
