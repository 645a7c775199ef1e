"""The stage's look at Istio's settings. What is not known is nobody's mistake."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.diagnostics import Report
from fedlib.federation.mesh.check_control_planes import check_control_planes
from fedlib.federation.mesh.check_trust import check_trust
from fedlib.federation.mesh.reach import resolve_reach
from fedlib.federation.model import FederatedService, Group
from fedlib.snapshot.model import Snapshot


def check_mesh_settings(
    snapshot: Snapshot, services: Iterable[FederatedService], groups: Iterable[Group], report: Report
) -> None:
    """Report settings of Istio with which requests between clusters fail, or identities mean something else."""
    reach = resolve_reach(snapshot, services, groups)
    check_trust(snapshot, reach, report)
    check_control_planes(snapshot, reach, report)
