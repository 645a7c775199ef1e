"""Policies of routes with settings that Istio cannot take."""

from __future__ import annotations

from fedlib.config.duration import milliseconds
from fedlib.config.policies.origins import CORSPolicySpec
from fedlib.config.policies.traffic_control import HeaderManipulationPolicySpec
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.policies.filters.fields import report_secret_headers
from fedlib.snapshot.model import Snapshot


def check_routes(applied: AppliedPolicies, snapshot: Snapshot, report: Report) -> None:
    """Report settings of applied CORSPolicies that are left out or cut, and secrets of HeaderManipulationPolicies."""
    for headers in snapshot.of(HeaderManipulationPolicySpec):
        report_secret_headers(headers.resource, report)
    for cors in snapshot.of(CORSPolicySpec):
        resource = cors.resource
        if not applied.counts.get(resource.ref):
            continue
        age = resource.spec.config.max_age
        if age is not None and (milliseconds(age) % 1000 or not milliseconds(age)):
            report.add(catalogue.CORS_MAX_AGE, resource.ref, resource.at("config", "maxAge"), age=age)
