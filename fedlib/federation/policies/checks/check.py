"""The public function of the checks: what of the accepted policies cannot work as meant."""

from __future__ import annotations

from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.policies.checks.check_backing_namespaces import check_backing_namespaces
from fedlib.federation.policies.checks.check_clients import check_client_tls, check_load_balancer
from fedlib.federation.policies.checks.check_failover import check_failover
from fedlib.federation.policies.checks.check_outlier_detection import check_outlier_detection
from fedlib.federation.policies.checks.check_routes import check_routes
from fedlib.federation.policies.checks.localities import find_localities
from fedlib.federation.policies.checks.use import Notes, uses


def check_policies(finders: Finders, offer: Offer, applied: AppliedPolicies) -> None:
    """Report policies that cannot work as meant, once for each policy and reason."""
    snapshot, destinations, report = finders.snapshot, offer.destinations, finders.report
    localities, notes = find_localities(snapshot), Notes(report, snapshot)
    for use in uses(applied, destinations, snapshot):
        check_failover(use, localities, notes.of(use))
        check_outlier_detection(use, localities, notes.of(use))
        check_load_balancer(use, notes.of(use))
        check_client_tls(use, localities, notes.of(use))
    check_routes(applied, snapshot, report)
    check_backing_namespaces(applied, destinations, snapshot, notes)
    notes.flush()
