"""What each workspace may ask for in all, made so small that a golden case asks for more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from fedlib.config import resource, validate
from fedlib.diagnostics import report as report_module
from fedlib.federation.access import access_policies, mutual_tls, side_effects
from fedlib.federation.externals import egress, endpoints
from fedlib.federation.gateways import services
from fedlib.federation.groups import backings
from fedlib.federation.hosts import host_allowance
from fedlib.federation.policies import trials
from fedlib.federation.routes import binding, delegation_size, hosts, match_limits, subset_checks, unreachable
from fedlib.federation.workloads import backends
from fedlib.snapshot import sharing_checks, visibility
from tests.golden_case import GOLDEN, compile_case

LIMITS = [
    (trials, "MAX_TRIALS", "access/external-service", "FED991", "AccessPolicy shop-web/payments (mgmt)"),
    (access_policies, "MAX_CLIENTS", "access/external-service", "FED991", "AccessPolicy shop-web/all (mgmt)"),
    (access_policies, "MAX_WRITTEN", "access/external-service", "FED991", "AccessPolicy shop-web/all (mgmt)"),
    (mutual_tls, "MAX_OVERLAPS", "access/isolated", "FED991", "Deployment shop-backend/catalog (eu)"),
    (backends, "MAX_BACKING", "access/isolated", "FED991", "Service shop-backend/catalog (eu)"),
    (endpoints, "MAX_ENDPOINT_PORTS", "externals/endpoints", "FED991", "ExternalService shop-backend/httpbin (mgmt)"),
    (egress, "MAX_WAYS", "externals/egress-mutual-tls", "FED991", "ExternalService shop-backend/httpbin (mgmt)"),
    (host_allowance, "MAX_HOSTS", "access/external-service", "FED991", "ExternalService shop-web/payments (mgmt)"),
    (services, "MAX_LISTENERS", "envoy-filters/ext-auth-grpc", "FED991",
     "VirtualGateway istio-gateways/north-south (eu)"),
    (backings, "MAX_CANDIDATES", "groups/two-clusters", "FED991", "VirtualDestination shop-backend/catalog (eu)"),
    (delegation_size, "MAX_DELEGATED", "delegation/nested", "FED991", "RouteTable shop-backend/root (eu)"),
    (delegation_size, "MAX_SELECTED", "delegation/nested", "FED991", "RouteTable shop-backend/root (eu)"),
    (binding, "MAX_TRIED", "envoy-filters/ext-auth-grpc", "FED991", "RouteTable shop-backend/shop (eu)"),
    (hosts, "MAX_COMPARED", "routes/disjoint-workload-selectors", "FED991", "RouteTable shop-backend/for-web (eu)"),
    (match_limits, "MAX_MATCHES", "attachment/conflict", "FED991", "RouteTable shop-backend/catalog (eu)"),
    (visibility, "MAX_TRIED", "access/isolated", "FED991", "WorkspaceSettings gloo-mesh/shop (mgmt)"),
    (sharing_checks, "MAX_CHECKED", "groups/name-of-a-foreign-service", "FED992",
     "WorkspaceSettings gloo-mesh/shop (mgmt)"),
    (side_effects, "MAX_COMPARED", "access/isolated", "FED992", "Service shop-backend/catalog (eu)"),
    (unreachable, "MAX_COMPARISONS", "attachment/conflict", "FED992", "RouteTable shop-backend/catalog (eu)"),
    (validate, "MOST_MISTAKES", "externals/schema", "FED993", "ExternalService shop-backend/keys (mgmt)"),
    (resource, "MAX_LABELS", "externals/endpoints", "FED990", "ExternalEndpoint shop-backend/one (mgmt)"),
    (subset_checks, "MAX_SUBSETS", "routes/subsets", "FED990", "RouteTable shop-backend/catalog (eu)"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "limit", "case", "code", "subject"), LIMITS)
def test_more_than_one_may_ask_for(
    module: ModuleType, limit: str, case: str, code: str, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding about the resource that asks for it, and none at the limit as it is."""
    path = GOLDEN / f"{case}.in.yaml"
    before = compile_case(path)
    monkeypatch.setattr(module, limit, 0)
    after = compile_case(path)
    assert not [one for one in before.report if one.code.id == code]
    assert subject in [str(one.subject) for one in after.report if one.code.id == code]
    if code == "FED992":  # that something was not compared changes nothing
        assert after.plan.digest() == before.plan.digest()


def test_mistakes_of_one_namespace_are_not_listed_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever makes more than are listed hears how many there are, and others hear of all of theirs."""
    monkeypatch.setattr(report_module, "MOST_TOLD", 3)
    documents = [_broken(f"x{index}", namespace) for namespace in ("shop-backend", "other") for index in range(2)]
    stack = {
        "config": {
            "federation:clusters": {"eu": {}},
            "federation:workspaces": {"shop": {"workloadClusters": [{"name": "eu", "namespaces": [{"name": "*"}]}]}},
            "federation:resources": documents,
        },
        "use": ["eu"],
    }
    path = tmp_path / "case.in.yaml"
    path.write_text(yaml.safe_dump(stack), encoding="utf-8")
    listed = Counter(
        (finding.subject.namespace, finding.code.id)
        for finding in compile_case(path).report
        if finding.subject.kind == "RouteTable"
    )
    assert listed["shop-backend", "FED006"] == 3
    assert listed["shop-backend", "FED993"] == 1
    assert listed["other", "FED006"] == 3


def _broken(name: str, namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "networking.gloo.solo.io/v2",
        "kind": "RouteTable",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"hosts": ["a.example.com"], "one": 1, "two": 2},
    }
