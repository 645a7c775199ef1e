"""Limits of Istio's schema, lowered so that a small stack meets them."""

from __future__ import annotations

import pytest

from fedlib.federation import services
from tests.golden_case import GOLDEN, compile_case


def test_more_ports_than_an_endpoint_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED419: the Service is left out, and the finding gives both numbers."""
    monkeypatch.setattr(services, "MAX_PORTS", 1)
    compilation = compile_case(GOLDEN / "federation" / "port-selection.in.yaml")
    found = [finding for finding in compilation.report if finding.code.id == "FED419"]
    assert [finding.message for finding in found] == ["the Service has 2 ports to federate, and an endpoint can have 1"]
    assert len(compilation.plan) == 0


def test_more_addresses_than_a_service_entry_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED602: the Service is left out, and the finding gives both numbers."""
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 2)
    compilation = compile_case(GOLDEN / "gateways" / "several-addresses-and-gateways.in.yaml")
    found = [finding for finding in compilation.report if finding.code.id == "FED602"]
    host = "catalog.shop-backend.svc.us.global"
    expected = f"host '{host}' would have 3 endpoints, more than Istio's limit of 2"
    assert [finding.message for finding in found] == [expected]
    assert len(compilation.plan) == 0


def test_more_ports_of_a_group_than_an_endpoint_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED716: the group is left out, and the finding gives both numbers."""
    monkeypatch.setattr(services, "MAX_PORTS", 2)
    compilation = compile_case(GOLDEN / "groups" / "target-ports.in.yaml")
    found = [finding.message for finding in compilation.report if finding.code.id == "FED716"]
    assert found == ["the group has 3 ports, and an endpoint can have 2"]
    assert [one.kind for one in compilation.plan.declarations] == []


def test_more_gateways_of_a_group_than_a_service_entry_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """FED602: the group is left out, and the finding gives both numbers."""
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 1)
    compilation = compile_case(GOLDEN / "groups" / "two-clusters.in.yaml")
    found = [finding.message for finding in compilation.report if finding.code.id == "FED602"]
    assert found == ["host 'catalog.shop.mesh' would have 2 endpoints, more than Istio's limit of 1"]
    assert [one.kind for one in compilation.plan.declarations] == []


def test_limits_are_those_of_the_schema() -> None:
    """As the ServiceEntry of Istio's API states them."""
    assert (services.MAX_PORTS, services.MAX_ENDPOINTS) == (128, 4096)
