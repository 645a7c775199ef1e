"""The stage's look at Istio's settings. What is not known is nobody's mistake."""

from __future__ import annotations

from fedlib.diagnostics import PLATFORM
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.mesh.check_control_planes import check_automatic_mtls, check_control_planes
from fedlib.federation.mesh.check_trust import check_trust
from fedlib.federation.mesh.reach import resolve_reach
from fedlib.federation.model.destination import Passage


def check_mesh_settings(finders: Finders, offer: Offer) -> None:
    """Report settings of Istio with which requests between clusters fail, or identities mean something else."""
    snapshot, services, groups = finders.snapshot, offer.services, offer.groups
    report = finders.report.owned_by(PLATFORM)  # whoever has the namespace in which istiod runs
    reach = resolve_reach(snapshot, services, groups)
    # the DestinationRule of all other groups asks for mTLS itself
    automatic = [group for group in groups if group.passage is Passage.TERMINATED]
    check_trust(snapshot, reach, report)
    check_control_planes(snapshot, reach, report)
    check_automatic_mtls(snapshot, resolve_reach(snapshot, services, automatic), report)
