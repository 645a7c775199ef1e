"""Limits of Istio's schema, lowered so that a small stack meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from fedlib.config.strings import regex
from fedlib.config.strings.regex import compile_regex
from fedlib.federation.model import limits
from fedlib.federation.routes import delegation_size
from tests.golden_case import GOLDEN, compile_case


def test_more_ports_than_an_endpoint_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED419: the Service is left out, and the finding gives both numbers."""
    monkeypatch.setattr(limits, "MAX_PORTS", 1)
    compilation = compile_case(GOLDEN / "federation" / "port-selection.in.yaml")
    found = [finding for finding in compilation.report if finding.code.id == "FED419"]
    assert [finding.message for finding in found] == ["the Service has 2 ports to federate, and an endpoint can have 1"]
    assert len(compilation.plan) == 0


def test_more_addresses_than_a_service_entry_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED602: the Service is left out, and the finding gives both numbers."""
    monkeypatch.setattr(limits, "MAX_ENDPOINTS", 2)
    compilation = compile_case(GOLDEN / "gateways" / "several-addresses-and-gateways.in.yaml")
    found = [finding for finding in compilation.report if finding.code.id == "FED602"]
    host = "catalog.shop-backend.svc.us.global"
    expected = f"host '{host}' would have 3 endpoints, more than Istio's limit of 2"
    assert [finding.message for finding in found] == [expected]
    assert len(compilation.plan) == 0


@pytest.mark.parametrize(
    ("character", "times", "fits"), [("a", 524_000, True), ("a", 524_500, False), ("<", 90_000, False)]
)
def test_objects_that_no_cluster_stores(tmp_path: Path, character: str, times: int, fits: bool) -> None:
    """FED604: the table's object is left out, and others are not; Kubernetes writes some characters as six."""
    table = {
        "apiVersion": "networking.gloo.solo.io/v2",
        "kind": "RouteTable",
        "metadata": {"name": "long", "namespace": "shop-backend"},
        "spec": {
            "hosts": ["catalog.shop-backend.svc.cluster.local"],
            "http": [{"name": name, "directResponse": {"status": 200, "body": character * times}} for name in "ab"],
        },
    }
    short = {**table, "metadata": {"name": "short", "namespace": "shop-backend"}}
    short["spec"] = {"hosts": ["short.shop-backend.svc.cluster.local"], "http": [{"directResponse": {"status": 200}}]}
    workspace = {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-backend"}]}], "settings": {}}
    config = {
        "federation:clusters": {"eu": {}},
        "federation:workspaces": {"shop": workspace},
        "federation:resources": [table, short],
    }
    path = tmp_path / "Pulumi.long.yaml"
    path.write_text(json.dumps({"title": "long", "use": ["eu"], "config": config}), encoding="utf-8")
    compilation = compile_case(path)
    found = [str(finding.subject) for finding in compilation.report if finding.code.id == "FED604"]
    assert found == ([] if fits else ["RouteTable shop-backend/long (mgmt)"])
    assert [d.name for d in compilation.plan.declarations] == [
        f"routetable-{name}-shop-backend-mgmt-shop" for name in (["long"] if fits else []) + ["short"]
    ]


def test_expressions_that_cost_too_much_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FED071: the limit is that of a namespace, whichever of its resources comes first in the input."""
    monkeypatch.setattr(regex, "MAX_STEPS_IN_ALL", 2 * compile_regex("/items/[a-z]+").steps)
    tables = [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": "RouteTable",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "hosts": [f"{name}.{namespace}.svc.cluster.local"],
                "http": [{"matchers": [{"uri": {"regex": "/items/[a-z]+"}}], "directResponse": {"status": 200}}],
            },
        }
        for namespace, names in (("shop-backend", "abc"), ("shop-web", "de"))
        for name in names
    ]
    workspace = {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}], "settings": {}}
    for resources in (tables, tables[::-1]):
        config = {
            "federation:clusters": {"eu": {}},
            "federation:workspaces": {"shop": workspace},
            "federation:resources": resources,
        }
        path = tmp_path / "Pulumi.costly.yaml"
        path.write_text(json.dumps({"title": "costly", "use": ["eu"], "config": config}), encoding="utf-8")
        found = [str(finding.subject) for finding in compile_case(path).report if finding.code.id == "FED071"]
        assert found == ["RouteTable shop-backend/c (mgmt)"]


def test_more_ports_of_a_group_than_an_endpoint_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED716: the group is left out, and the finding gives both numbers."""
    monkeypatch.setattr(limits, "MAX_PORTS", 2)
    compilation = compile_case(GOLDEN / "groups" / "target-ports.in.yaml")
    found = [finding.message for finding in compilation.report if finding.code.id == "FED716"]
    assert found == ["the group has 3 ports, and an endpoint can have 2"]
    assert [one.kind for one in compilation.plan.declarations] == []


def test_more_gateways_of_a_group_than_a_service_entry_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED602: the group is left out, and the finding gives both numbers."""
    monkeypatch.setattr(limits, "MAX_ENDPOINTS", 1)
    compilation = compile_case(GOLDEN / "groups" / "two-clusters.in.yaml")
    found = [finding.message for finding in compilation.report if finding.code.id == "FED602"]
    assert found == ["host 'catalog.shop.mesh' would have 2 endpoints, more than Istio's limit of 1"]
    assert [one.kind for one in compilation.plan.declarations] == []


@pytest.mark.parametrize(
    ("limit", "value", "problem"),
    [("MAX_DEPTH", 2, "is more than 2 tables deep"), ("MAX_ROUTES", 3, "gives more than 3 routes")],
)
def test_delegation_without_end(monkeypatch: pytest.MonkeyPatch, limit: str, value: int, problem: str) -> None:
    """FED535: the delegating route answers 500, and the finding says which limit it is."""
    monkeypatch.setattr(delegation_size, limit, value)
    compilation = compile_case(GOLDEN / "delegation" / "nested.in.yaml")
    found = [finding for finding in compilation.report if finding.code.id == "FED535"]
    assert [finding.message for finding in found] == [f"delegation below RouteTable shop-backend/root (eu) {problem}"]
    virtual_services = [d for d in compilation.plan.declarations if d.kind == "VirtualService"]
    for declaration in virtual_services:
        assert declaration.spec["http"][0]["directResponse"] == {"status": 500}
    assert virtual_services


def test_tables_that_delegate_twice_to_the_next(tmp_path: Path) -> None:
    """2^30 routes are refused at once, and no depth of nesting is a traceback."""
    tables = [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": "RouteTable",
            "metadata": {"name": f"t{number}", "namespace": "shop-backend"},
            "spec": {
                **({"hosts": ["catalog.shop-backend.svc.cluster.local"]} if not number else {}),
                "http": [{"name": name, "delegate": {"routeTables": [{"name": f"t{number + 1}"}]}} for name in "ab"],
            },
        }
        for number in range(1000)
    ]
    workspace = {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-backend"}]}], "settings": {}}
    config = {
        "federation:clusters": {"eu": {}},
        "federation:workspaces": {"shop": workspace},
        "federation:resources": tables,
    }
    path = tmp_path / "Pulumi.deep.yaml"
    path.write_text(yaml.safe_dump({"title": "deep", "use": ["eu"], "config": config}), encoding="utf-8")
    found = [finding for finding in compile_case(path).report if finding.code.id == "FED535"]
    assert [finding.subject.name for finding in found] == ["t0"] * len(found) != []


def test_limits_are_those_of_the_schema() -> None:
    """As the ServiceEntry of Istio's API states them."""
    assert (limits.MAX_PORTS, limits.MAX_ENDPOINTS) == (128, 4096)
