"""What a report says beside the state of each resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from fedlib.diagnostics import Ref
from fedlib.diagnostics.text import ref_json
from tests.golden_case import GOLDEN, compile_case

STACK = """
title: a group that another workspace imports, with failover, outlier detection and retries
use: [eu, us]
config:
  federation:clusters: {eu: {}, us: {}}
  federation:workspaces:
    shop:
      workloadClusters: [{name: '*', namespaces: [{name: shop-backend}]}]
      settings: {exportTo: [{workspaces: [{name: web}]}]}
    web:
      workloadClusters: [{name: eu, namespaces: [{name: shop-web}]}]
      settings: {importFrom: [{workspaces: [{name: shop}]}]}
  federation:resources:
    - apiVersion: networking.gloo.solo.io/v2
      kind: VirtualDestination
      metadata: {name: catalog, namespace: shop-backend}
      spec:
        hosts: [catalog.shop.mesh]
        services: [{name: catalog}]
        ports: [{number: 80, protocol: HTTP, targetPort: {name: http}}]
    - apiVersion: networking.gloo.solo.io/v2
      kind: RouteTable
      metadata: {name: catalog, namespace: shop-backend}
      spec:
        hosts: [catalog.shop.mesh]
        http: [{name: all, forwardTo: {destinations: [{kind: VIRTUAL_DESTINATION, ref: {name: catalog}}]}}]
    - apiVersion: resilience.policy.gloo.solo.io/v2
      kind: FailoverPolicy
      metadata: {name: failover, namespace: shop-backend}
      spec: {applyToDestinations: [{kind: VIRTUAL_DESTINATION}], config: {localityMappings: []}}
    - apiVersion: resilience.policy.gloo.solo.io/v2
      kind: OutlierDetectionPolicy
      metadata: {name: outlier, namespace: shop-backend}
      spec: {applyToDestinations: [{kind: VIRTUAL_DESTINATION}], config: {consecutiveErrors: 3}}
    - apiVersion: resilience.policy.gloo.solo.io/v2
      kind: RetryTimeoutPolicy
      metadata: {name: retries, namespace: shop-backend}
      spec: {config: {retries: {attempts: 3}}}
"""


def _ref(kind: str, name: str) -> Ref:
    return Ref(kind, name, "shop-backend", "mgmt")


def _shown(kind: str, name: str) -> dict[str, str]:
    return {"kind": kind, "namespace": "shop-backend", "name": name, "cluster": "mgmt"}


def details(folder: Path) -> dict[Ref, dict[str, Any]]:
    """The details of the stack."""
    path = folder / "Pulumi.details.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(STACK)), encoding="utf-8")
    compilation = compile_case(path)
    assert not compilation.report.has_errors, list(compilation.report)
    return compilation.details()


def test_a_group_shows_its_services_callers_policies_and_objects(tmp_path: Path) -> None:
    """Selected backing services by cluster, and for each consumer the policies that its proxies follow."""
    found = details(tmp_path)[_ref("VirtualDestination", "catalog")]
    policies = [_shown("FailoverPolicy", "failover"), _shown("OutlierDetectionPolicy", "outlier")]
    assert found.pop("objects") == {"": {"eu": 1, "us": 1}, "shop": {"eu": 5, "us": 5}, "web": {"eu": 1}}
    whys = {(one["why"], one["path"]): one["objects"] for one in found.pop("causes")}
    assert whys == {("translates to it", "spec"): 8, ("is where requests go", "spec"): 5}
    assert found == {
        "workspace": "shop",
        "hosts": ["catalog.shop.mesh"],
        "consumers": ["shop", "web"],
        "selectedBackingServices": {"eu": "shop-backend/catalog", "us": "shop-backend/catalog"},
        "appliedPolicies": {"shop": policies, "web": policies},
    }


def test_policies_show_their_targets_and_failover_its_outlier_detection(tmp_path: Path) -> None:
    """Gloo's `correspondingOutlierDetectionPolicies`: nothing fails over without one."""
    found = details(tmp_path)
    failover = found[_ref("FailoverPolicy", "failover")]
    assert failover["targets"] == 1
    assert failover["correspondingOutlierDetectionPolicies"] == [_shown("OutlierDetectionPolicy", "outlier")]


def test_a_route_table_shows_the_policies_of_its_routes(tmp_path: Path) -> None:
    """By the route's name in the VirtualService."""
    found = details(tmp_path)[_ref("RouteTable", "catalog")]
    assert found["appliedPolicies"] == {"all-catalog": [_shown("RetryTimeoutPolicy", "retries")]}


def test_an_external_service_and_its_egress_gateway_show_each_other() -> None:
    """And the gateway the Services that carry it."""
    found = compile_case(GOLDEN / "externals" / "egress-mutual-tls.in.yaml").details()
    external, gateway = (
        Ref("ExternalService", "httpbin", "shop-backend", "mgmt"),
        Ref("VirtualGateway", "egress", "istio-gateways", "mgmt"),
    )
    assert found[external]["selectedVirtualGateways"] == [ref_json(gateway)]
    assert found[external]["selectedEndpoints"] == []
    assert found[gateway]["externalServices"] == [ref_json(external)]
    assert found[gateway]["selectedServices"] == [ref_json(Ref("Service", "egress", "istio-gateways", "eu"))]


def test_details_are_plain_data(tmp_path: Path) -> None:
    """Whatever they hold can be printed as JSON."""
    assert json.dumps(list(details(tmp_path).values()))
