"""The product's page on federated services, claim by claim: grouped federation, and both kinds together.

As test_product_page.py, whose stacks these are. A docstring tells the page's claim in our words.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fedlib.compilation import Compilation
from tests.golden_case import compile_case
from tests.placed import Placed, placed
from tests.test_product_page import EU_HOST, SHOP, US_HOST, Config, gloo, objects, places, stack, workspace

GROUP: Final = "catalog.shop.mesh"
LOCAL: Final = "catalog.shop-backend.svc.cluster.local"
WITHOUT_EU: Final = ("eu/Service/shop-backend/catalog", "eu/Deployment/shop-backend/catalog")
PLAIN: Final = workspace("shop-*")
"""The workspace without federation in its settings: groups need none."""

Compile = Callable[..., Compilation]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """Compile a stack on the clusters of golden/base.yaml, without some of their objects."""

    def run(config: Config, *, remove: tuple[str, ...] = ()) -> Compilation:
        path = tmp_path / "Pulumi.page.yaml"
        case = {"title": "a claim", "use": ["eu", "us"], "remove": list(remove), "config": config}
        path.write_text(yaml.safe_dump(case), encoding="utf-8")
        compilation = compile_case(path)
        assert not compilation.report.has_errors, [finding.message for finding in compilation.report]
        return compilation

    return run


def group() -> Config:
    """A virtual destination over the catalog of all clusters."""
    ports = [{"number": 80, "protocol": "HTTP", "targetPort": {"number": 8080}}]
    return gloo(
        "networking", "VirtualDestination", {"hosts": [GROUP], "services": [{"name": "catalog"}], "ports": ports}
    )


def route(host: str, destination: Config, name: str = "sample") -> Config:
    """A route table that takes a host to a destination."""
    table = gloo(
        "networking", "RouteTable", {"hosts": [host], "http": [{"forwardTo": {"destinations": [destination]}}]}
    )
    return {**table, "metadata": {**table["metadata"], "name": name}}


def to_group() -> Config:
    """A reference to the group."""
    return {"ref": {"name": "sample"}, "kind": "VIRTUAL_DESTINATION", "port": {"number": 80}}


def to_service(cluster: str) -> Config:
    """A reference to the catalog of one cluster."""
    return {"ref": {"name": "catalog", "cluster": cluster}, "port": {"number": 8080}}


def outlier_detection() -> Config:
    """A policy for all groups of the workspace."""
    spec = {"applyToDestinations": [{"kind": "VIRTUAL_DESTINATION"}], "config": {"consecutiveErrors": 2}}
    return gloo("resilience.policy", "OutlierDetectionPolicy", spec)


def called(compilation: Compilation, cluster: str) -> set[str]:
    """The hosts that routes of a cluster lead to."""
    routes = [one for d in objects(compilation, "VirtualService", cluster) for one in d.spec["http"]]
    return {entry["destination"]["host"] for one in routes for entry in one["route"]}


def backings(compilation: Compilation, cluster: str, host: str) -> set[str]:
    """What stands behind a host for clients in a cluster: `pods`, or the address of a gateway."""
    found: set[str] = set()
    for declaration in objects(compilation, "ServiceEntry", cluster, host):
        found |= {"pods"} if "workloadSelector" in declaration.spec else set()
        found |= {endpoint["address"] for endpoint in declaration.spec.get("endpoints", ())}
    return found


def rules(compilation: Compilation, cluster: str, host: str) -> list[Placed]:
    """The destination rules of a host in a cluster."""
    declarations = placed(compilation.plan)
    return [d for d in declarations if (d.kind, d.cluster) == ("DestinationRule", cluster) and d.spec["host"] == host]


EU_GATEWAY, US_GATEWAY = "198.51.100.9", "203.0.113.9"


def test_a_group_joins_the_services_of_all_clusters(compiled: Compile) -> None:
    """A virtual destination groups its backing services: in each cluster the own pods and the other's gateway."""
    compilation = compiled(stack(group(), shop=PLAIN))
    assert backings(compilation, "eu", GROUP) == {"pods", US_GATEWAY}
    assert backings(compilation, "us", GROUP) == {"pods", EU_GATEWAY}


def test_a_group_is_federated_without_any_setting(compiled: Compile) -> None:
    """The resource alone federates what it groups; nothing needs to be enabled in the workspace settings."""
    compilation = compiled(stack(group(), shop=PLAIN))
    assert objects(compilation, "ServiceEntry", "eu", US_HOST) == []
    assert ("us", "shop-web") in places(compilation, GROUP)


def test_a_group_is_available_in_each_namespace_and_cluster_of_the_workspace(compiled: Compile) -> None:
    """Every namespace of the workspace may call the group, in each cluster, and no other namespace."""
    compilation = compiled(stack(group(), shop=PLAIN))
    everywhere = {(cluster, name) for cluster in ("eu", "us") for name in ("shop-backend", "shop-web")}
    assert places(compilation, GROUP) == everywhere


def test_a_group_is_available_to_importing_workspaces(compiled: Compile) -> None:
    """With an export and an import, other workspaces have the group too; without the import they do not."""
    exporting = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    importing = {"importFrom": [{"workspaces": [{"name": "backend"}], "resources": [{"kind": "VIRTUAL_DESTINATION"}]}]}
    stacks = [
        stack(group(), backend=workspace("shop-backend", exporting), web=workspace("shop-web", settings))
        for settings in (importing, {})
    ]
    found, not_found = [places(compiled(one), GROUP) for one in stacks]
    assert {("eu", "shop-web"), ("us", "shop-web")} <= found
    assert not {namespace for _, namespace in not_found} & {"shop-web"}


def test_a_group_gives_failover(compiled: Compile) -> None:
    """Routing over the clusters of a group is intelligent: what fails is left out, near endpoints come first."""
    compilation = compiled(stack(group(), outlier_detection(), shop=PLAIN))
    for cluster in ("eu", "us"):
        (rule,) = rules(compilation, cluster, GROUP)
        (port,) = rule.spec["trafficPolicy"]["portLevelSettings"]
        assert port["outlierDetection"]["consecutive5xxErrors"] == 2
        assert port["outlierDetection"]["maxEjectionPercent"] == 100


def test_policies_are_attached_to_all_of_a_group_at_once(compiled: Compile) -> None:
    """One policy reaches the group in every cluster; for ungrouped services there is nothing to attach it to."""
    both = stack(group(), outlier_detection(), shop=SHOP)
    compilation = compiled(both)
    assert [len(rules(compilation, cluster, GROUP)) for cluster in ("eu", "us")] == [1, 1]
    assert [rules(compilation, cluster, host) for cluster in ("eu", "us") for host in (EU_HOST, US_HOST)] == [[]] * 4


def test_policies_of_a_group_apply_across_workspaces(compiled: Compile) -> None:
    """The owner's policy holds for the clients of an importing workspace as well."""
    exporting = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    importing = {"importFrom": [{"workspaces": [{"name": "backend"}]}]}
    config = stack(
        group(), outlier_detection(),
        backend=workspace("shop-backend", exporting), web=workspace("shop-web", importing),
    )  # fmt: skip
    compilation = compiled(config, remove=WITHOUT_EU)
    seen = {
        namespace if reader == "." else reader
        for rule in rules(compilation, "eu", GROUP)
        for namespace in rule.namespaces
        for reader in rule.spec["exportTo"]
        if "outlierDetection" in rule.spec["trafficPolicy"]["portLevelSettings"][0]
    }
    assert "shop-web" in seen


def test_ingress_to_a_group_is_the_same_in_every_cluster(compiled: Compile) -> None:
    """Routes on gateways lead to the group, wherever the gateway stands."""
    entry = {
        "hosts": ["shop.example.com"],
        "virtualGateways": [{"name": "sample"}],
        "http": [{"forwardTo": {"destinations": [to_group()]}}],
    }
    gateway = {
        "workloads": [{"selector": {"name": "istio-eastwestgateway"}}],
        "listeners": [{"http": {}, "port": {"number": 15021}}],
    }
    resources = group(), gloo("networking", "VirtualGateway", gateway), gloo("networking", "RouteTable", entry)
    everything = {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}, {"name": "istio-gateways"}]}]}
    compilation = compiled(stack(*resources, shop={**everything, "settings": {}}))
    assert [called(compilation, cluster) for cluster in ("eu", "us")] == [{GROUP}, {GROUP}]


def external(*extra: Config) -> tuple[Config, ...]:
    """An external service over two endpoints, and more resources."""
    ports = [{"number": 80, "protocol": "HTTP", "targetPort": {"number": 8080}}]
    metadata = {"namespace": "shop-backend", "annotations": {"cluster.solo.io/cluster": "eu"}, "labels": {"site": "a"}}
    endpoints = [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": "ExternalEndpoint",
            "metadata": {**metadata, "name": f"endpoint-{index}"},
            "spec": {"address": address, "ports": [{"number": 8080}]},
        }
        for index, address in enumerate(ENDPOINTS)
    ]
    spec = {"hosts": [EXTERNAL], "ports": ports, "selector": {"site": "a"}}
    return (gloo("networking", "ExternalService", spec), *endpoints, *extra)


EXTERNAL: Final = "www.example.com"
ENDPOINTS: Final = ("192.0.2.1", "192.0.2.2")


def test_an_external_service_groups_its_endpoints_in_each_namespace_and_cluster(compiled: Compile) -> None:
    """An external service joins what lies outside, and every namespace of the workspace has it in each cluster."""
    compilation = compiled(stack(*external(), shop=PLAIN))
    everywhere = {(cluster, name) for cluster in ("eu", "us") for name in ("shop-backend", "shop-web")}
    assert places(compilation, EXTERNAL) == everywhere
    assert [backings(compilation, cluster, EXTERNAL) for cluster in ("eu", "us")] == [set(ENDPOINTS)] * 2


def test_an_external_service_is_available_to_importing_workspaces(compiled: Compile) -> None:
    """With an export and an import, other workspaces have it too."""
    exporting = {"exportTo": [{"workspaces": [{"name": "*"}]}]}
    importing = {"importFrom": [{"workspaces": [{"name": "backend"}], "resources": [{"kind": "EXTERNAL_SERVICE"}]}]}
    backend = workspace("shop-backend", exporting)
    for settings, expected in ((importing, {"eu", "us"}), ({}, set())):
        compilation = compiled(stack(*external(), backend=backend, web=workspace("shop-web", settings)))
        assert {cluster for cluster, name in places(compilation, EXTERNAL) if name == "shop-web"} == expected


def test_policies_are_attached_to_an_external_service(compiled: Compile) -> None:
    """One policy reaches an external service in every cluster."""
    spec = {"applyToDestinations": [{"kind": "EXTERNAL_SERVICE"}], "config": {"consecutiveErrors": 2}}
    policy = gloo("resilience.policy", "OutlierDetectionPolicy", spec)
    compilation = compiled(stack(*external(policy), shop=PLAIN))
    for cluster in ("eu", "us"):
        (rule,) = rules(compilation, cluster, EXTERNAL)
        (port,) = rule.spec["trafficPolicy"]["portLevelSettings"]
        assert port["outlierDetection"]["consecutive5xxErrors"] == 2


def test_a_route_leads_to_an_external_service(compiled: Compile) -> None:
    """A route table sends a host of the workspace outside, from every cluster."""
    outside = {"ref": {"name": "sample"}, "kind": "EXTERNAL_SERVICE", "port": {"number": 80}}
    compilation = compiled(stack(*external(route(LOCAL, outside)), shop=PLAIN))
    assert [called(compilation, cluster) for cluster in ("eu", "us")] == [{EXTERNAL}, {EXTERNAL}]


class TestBothTogether:
    """Both kinds of federation at once: the host that is called decides, by whether a group or a service backs it."""

    BOTH: Final[tuple[Any, ...]] = (group(), outlier_detection())

    def test_an_ungrouped_route_to_a_local_service(self, compiled: Compile) -> None:
        """The service's own name: pods of this cluster only."""
        compilation = compiled(stack(*self.BOTH, route(LOCAL, to_service("eu")), shop=SHOP))
        assert called(compilation, "eu") == {LOCAL}
        assert objects(compilation, "ServiceEntry", "eu", LOCAL) == []

    def test_an_ungrouped_route_to_a_remote_service(self, compiled: Compile) -> None:
        """The federated host: the gateway of that cluster only, although a group has its pods too."""
        compilation = compiled(stack(*self.BOTH, route(LOCAL, to_service("us")), shop=SHOP))
        assert called(compilation, "eu") == {US_HOST}
        assert backings(compilation, "eu", US_HOST) == {US_GATEWAY}
        assert rules(compilation, "eu", US_HOST) == []

    def test_a_grouped_route_with_a_local_service(self, compiled: Compile) -> None:
        """The group: local pods and the other cluster, with the group's policies."""
        compilation = compiled(stack(*self.BOTH, route(LOCAL, to_group()), shop=SHOP))
        assert called(compilation, "eu") == {GROUP}
        assert backings(compilation, "eu", GROUP) == {"pods", US_GATEWAY}
        assert len(rules(compilation, "eu", GROUP)) == 1

    def test_a_grouped_route_without_a_local_service(self, compiled: Compile) -> None:
        """The group: the other cluster at once, with the group's policies."""
        compilation = compiled(stack(*self.BOTH, route(GROUP, to_group()), shop=SHOP), remove=WITHOUT_EU)
        assert called(compilation, "eu") == {GROUP}
        assert backings(compilation, "eu", GROUP) == {US_GATEWAY}
        assert len(rules(compilation, "eu", GROUP)) == 1

    def test_the_kinds_do_not_change_each_other(self, compiled: Compile) -> None:
        """The objects of federated hosts are the same with and without the group."""
        both, ungrouped = compiled(stack(*self.BOTH, shop=SHOP)), compiled(stack(shop=SHOP))
        for cluster in ("eu", "us"):
            for host in (EU_HOST, US_HOST):
                ours = objects(both, "ServiceEntry", cluster, host)
                assert ours == objects(ungrouped, "ServiceEntry", cluster, host) != []

    def test_a_route_shifts_traffic_between_both_kinds(self, compiled: Compile) -> None:
        """Weights of one route may send requests to a group and to a federated host."""
        table = route(LOCAL, {**to_group(), "weight": 90})
        table["spec"]["http"][0]["forwardTo"]["destinations"].append(to_service("us"))
        compilation = compiled(stack(group(), table, shop=SHOP))
        (service,) = objects(compilation, "VirtualService", "eu")
        weights = {entry["destination"]["host"]: entry["weight"] for entry in service.spec["http"][0]["route"]}
        assert weights == {GROUP: 90, US_HOST: 10}
