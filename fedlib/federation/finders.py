"""What every chapter looks things up in, made once."""

from __future__ import annotations

from dataclasses import dataclass

from fedlib.diagnostics import Report
from fedlib.federation.gateways.east_west import EastWestGateways
from fedlib.federation.places import PlaceFinder, find_places
from fedlib.federation.workloads.backends import Backends
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Finders:
    """The snapshot, and what finds things in it: pods behind Services, east-west gateways, places of workspaces."""

    snapshot: Snapshot
    backends: Backends
    east_west: EastWestGateways
    places: PlaceFinder
    report: Report


def make_finders(snapshot: Snapshot, report: Report) -> Finders:
    """The finders of a snapshot; `report` takes all findings of the stage."""
    return Finders(snapshot, Backends(snapshot), EastWestGateways(snapshot, report), find_places(snapshot), report)
