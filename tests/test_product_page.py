"""The product's page on federated services, claim by claim, as far as it is about ungrouped federation.

Each test compiles a small stack on the clusters eu and us of golden/base.yaml, and its docstring tells the claim in
our words. Claims about grouped federation are in test_product_page_groups.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fedlib.compilation import Compilation
from fedlib.config.route_table import RouteTableSpec
from tests.golden_case import compile_case
from tests.placed import Placed, placed

Config = dict[str, Any]
Compile = Callable[[Config], Compilation]

FEDERATION: Final = {"enabled": True, "hostSuffix": "global"}
EU_HOST: Final = "catalog.shop-backend.svc.eu.global"
US_HOST: Final = "catalog.shop-backend.svc.us.global"


def workspace(namespaces: str, settings: Config | None = None, clusters: str = "*") -> Config:
    """A workspace of the namespaces with this name in these clusters."""
    selected = [{"name": clusters, "namespaces": [{"name": namespaces}]}]
    return {"workloadClusters": selected, "settings": settings or {}}


def stack(*resources: Config, placement: str = "namespace", **workspaces: Config) -> Config:
    """A stack of both clusters."""
    return {
        "federation:clusters": {"eu": {}, "us": {}},
        "federation:workspaces": workspaces,
        "federation:resources": list(resources),
        "federation:placement": placement,
    }


def gloo(group: str, kind: str, spec: Config) -> Config:
    """A Gloo resource in the namespace of the catalog, in eu."""
    metadata = {"name": "sample", "namespace": "shop-backend", "annotations": {"cluster.solo.io/cluster": "eu"}}
    return {"apiVersion": f"{group}.gloo.solo.io/v2", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture
def compile_stack(tmp_path: Path) -> Compile:
    """Compile a stack the way golden cases are compiled."""

    def run(config: Config) -> Compilation:
        path = tmp_path / "Pulumi.page.yaml"
        path.write_text(yaml.safe_dump({"title": "a claim", "use": ["eu", "us"], "config": config}), encoding="utf-8")
        return compile_case(path)

    return run


def objects(compilation: Compilation, kind: str, cluster: str, host: str = "") -> list[Placed]:
    """The objects of a kind in a cluster, or those of one host."""
    return [
        declaration
        for declaration in placed(compilation.plan)
        if (declaration.kind, declaration.cluster) == (kind, cluster)
        and (not host or host in declaration.spec["hosts"])
    ]


def places(compilation: Compilation, host: str) -> set[tuple[str, str]]:
    """Every (cluster, namespace) in which clients know the host."""
    return {
        (declaration.cluster, namespace if name == "." else name)
        for cluster in ("eu", "us")
        for declaration in objects(compilation, "ServiceEntry", cluster, host)
        for namespace in declaration.namespaces
        for name in declaration.spec["exportTo"]
    }


SHOP: Final = workspace("shop-*", {"options": {"federation": FEDERATION}})


def test_services_of_a_workspace_reach_each_other_across_clusters(compile_stack: Compile) -> None:
    """Federation lets the workspace's services in one cluster talk to those in another."""
    compilation = compile_stack(stack(shop=SHOP))
    assert ("us", "shop-web") in places(compilation, EU_HOST)
    assert ("eu", "shop-web") in places(compilation, US_HOST)


def test_resources_of_each_workspace_are_discovered(compile_stack: Compile) -> None:
    """Services, namespaces and Gloo resources are found and assigned to their workspaces."""
    table = gloo("networking", "RouteTable", route_table(EU_HOST, "eu"))
    compilation = compile_stack(stack(table, shop=SHOP))
    assert compilation.snapshot is not None
    assert [service.name for service in compilation.snapshot.services_by_workspace["shop"]] == ["catalog", "catalog"]
    assert [owned.workspace for owned in compilation.snapshot.of(RouteTableSpec)] == ["shop"]


def test_workspace_settings_decide_what_is_available_where(compile_stack: Compile) -> None:
    """The same Services are available to other clusters and workspaces only as the settings say."""
    without = compile_stack(stack(shop=workspace("shop-*")))
    assert len(without.plan) == 0
    selected = {"options": {"federation": {**FEDERATION, "serviceSelector": [{"cluster": "us"}]}}}
    assert places(compile_stack(stack(shop=workspace("shop-*", selected))), EU_HOST) == set()


def test_resources_are_translated_into_istio_resources(compile_stack: Compile) -> None:
    """Service entries stand for Services, virtual services for route tables, and gateways let the traffic in."""
    compilation = compile_stack(stack(gloo("networking", "RouteTable", route_table(EU_HOST, "us")), shop=SHOP))
    kinds = {(declaration.kind, declaration.lineage.parent.kind) for declaration in placed(compilation.plan)}
    assert kinds == {("ServiceEntry", "Service"), ("VirtualService", "RouteTable"), ("Gateway", "Service")}


def test_istio_resources_are_copied_to_each_cluster_and_namespace(compile_stack: Compile) -> None:
    """What a resource was translated to is written to every cluster and namespace that it belongs to."""
    compilation = compile_stack(stack(gloo("networking", "RouteTable", route_table(EU_HOST, "us")), shop=SHOP))
    assert [d.namespaces for d in objects(compilation, "ServiceEntry", "eu", US_HOST)] == [("shop-backend", "shop-web")]
    for cluster in ("eu", "us"):
        assert [d.namespaces for d in objects(compilation, "VirtualService", cluster)] == [("shop-backend", "shop-web")]


def test_a_workspace_spans_clusters(compile_stack: Compile) -> None:
    """A workspace of one cluster needs no crossing; one that spans two makes its services available in both."""
    alone = workspace("shop-*", {"options": {"federation": FEDERATION}}, clusters="eu")
    assert {cluster for cluster, _ in places(compile_stack(stack(shop=alone)), EU_HOST)} == {"eu"}
    assert {cluster for cluster, _ in places(compile_stack(stack(shop=SHOP)), EU_HOST)} == {"eu", "us"}


def test_federation_is_enabled_in_the_workspace_settings(compile_stack: Compile) -> None:
    """One switch in the settings of a workspace turns it on and off."""
    off = workspace("shop-*", {"options": {"federation": {**FEDERATION, "enabled": False}}})
    assert len(compile_stack(stack(shop=SHOP)).plan) > 0
    assert len(compile_stack(stack(shop=off)).plan) == 0


def test_the_east_west_gateway_is_configured_in_the_workspace_settings(compile_stack: Compile) -> None:
    """The settings choose the gateway that traffic between clusters takes; a wrong choice is an error."""
    chosen = [{"selector": {"name": "istio-eastwestgateway"}, "hostInfoOverrides": [{"addr": "192.0.2.7"}]}]
    settings = {"options": {"federation": FEDERATION, "eastWestGateways": chosen}}
    compilation = compile_stack(stack(shop=workspace("shop-*", settings)))
    (entry,) = objects(compilation, "ServiceEntry", "eu", US_HOST)
    assert [endpoint["address"] for endpoint in entry.spec["endpoints"]] == ["192.0.2.7"]
    chosen[0]["selector"] = {"name": "missing"}
    assert "FED301" in {finding.code.id for finding in compile_stack(stack(shop=workspace("shop-*", settings))).report}


def test_there_are_separate_service_entries_in_each_cluster(compile_stack: Compile) -> None:
    """Each cluster has a service entry for the Services of every cluster of the workspace."""
    compilation = compile_stack(stack(shop=SHOP))
    for cluster in ("eu", "us"):
        hosts = sorted(host for d in objects(compilation, "ServiceEntry", cluster) for host in d.spec["hosts"])
        assert hosts == [EU_HOST, US_HOST]


def test_hostnames_are_unique_and_have_the_stated_format(compile_stack: Compile) -> None:
    """A host is made of the Service's name, its namespace, the cluster and the suffix of the settings."""
    settings = {"options": {"federation": {"enabled": True, "hostSuffix": "mesh.example.com"}}}
    compilation = compile_stack(stack(shop=workspace("shop-*", settings)))
    hosts = {host for d in objects(compilation, "ServiceEntry", "eu") for host in d.spec["hosts"]}
    assert hosts == {f"catalog.shop-backend.svc.{cluster}.mesh.example.com" for cluster in ("eu", "us")}


def test_each_service_goes_to_every_namespace_of_the_workspace(compile_stack: Compile) -> None:
    """All namespaces of the workspace know the host, and no others but the gateway's, which passes traffic on."""
    compilation = compile_stack(stack(shop=SHOP))
    everywhere = {(cluster, name) for cluster in ("eu", "us") for name in ("shop-backend", "shop-web")}
    assert places(compilation, EU_HOST) == everywhere | {("eu", "istio-gateways")}


def test_each_service_goes_to_every_workspace_that_imports_it(compile_stack: Compile) -> None:
    """An importing workspace knows the host in all of its namespaces; one that does not import it never does."""
    exporting = {"exportTo": [{"workspaces": [{"name": "*"}]}], "options": {"federation": FEDERATION}}
    compilation = compile_stack(
        stack(
            backend=workspace("shop-backend", exporting),
            web=workspace("shop-web", {"importFrom": [{"workspaces": [{"name": "backend"}]}]}),
            other=workspace("other"),
        )
    )
    assert {("eu", "shop-web"), ("us", "shop-web")} <= places(compilation, US_HOST)
    assert ("eu", "other") not in places(compilation, US_HOST)


def test_the_federated_host_can_be_called_directly(compile_stack: Compile) -> None:
    """Nothing but the service entry is needed: it has an address to resolve to, endpoints and identities."""
    compilation = compile_stack(stack(shop=SHOP))
    (entry,) = objects(compilation, "ServiceEntry", "eu", US_HOST)
    assert objects(compilation, "VirtualService", "eu") == []
    assert entry.spec["addresses"]
    assert entry.spec["location"] == "MESH_INTERNAL"
    (endpoint,) = entry.spec["endpoints"]
    assert (endpoint["address"], endpoint["ports"]) == ("203.0.113.9", {"http-8080": 15443})
    assert entry.spec["subjectAltNames"] == ["spiffe://us/ns/shop-backend/sa/catalog"]


def route_table(host: str, cluster: str) -> Config:
    """A RouteTable that takes a host to the catalog of a cluster."""
    destination = {"ref": {"name": "catalog", "cluster": cluster}, "port": {"number": 8080}}
    return {"hosts": [host], "http": [{"forwardTo": {"destinations": [destination]}}]}


def test_a_route_table_for_the_host_routes_to_it(compile_stack: Compile) -> None:
    """A route table may take the federated host, or a plain Service name that leads to it."""
    for host in (US_HOST, "catalog.shop-backend.svc.cluster.local"):
        compilation = compile_stack(stack(gloo("networking", "RouteTable", route_table(host, "us")), shop=SHOP))
        (virtual_service,) = objects(compilation, "VirtualService", "eu")
        assert virtual_service.spec["hosts"] == [host]
        (route,) = virtual_service.spec["http"][0]["route"]
        assert route["destination"] == {"host": US_HOST, "port": {"number": 8080}}
        assert not compilation.report.has_errors


def test_destinations_are_not_grouped(compile_stack: Compile) -> None:
    """The Service of the same name in another cluster has a host of its own; no host leads to both."""
    compilation = compile_stack(stack(shop=SHOP))
    for cluster in ("eu", "us"):
        for declaration in objects(compilation, "ServiceEntry", cluster):
            assert len(declaration.spec["hosts"]) == 1
            assert ("workloadSelector" in declaration.spec) != ("endpoints" in declaration.spec)


def test_there_is_no_failover(compile_stack: Compile) -> None:
    """A host leads to its own cluster only: at home to the pods, elsewhere to that cluster's gateway."""
    compilation = compile_stack(stack(shop=SHOP))
    (home,) = objects(compilation, "ServiceEntry", "us", US_HOST)
    assert "endpoints" not in home.spec
    (remote,) = objects(compilation, "ServiceEntry", "eu", US_HOST)
    assert {endpoint["locality"].split("/")[0] for endpoint in remote.spec["endpoints"]} == {"us-east"}
    assert all("network" not in endpoint for endpoint in remote.spec["endpoints"])
    assert {kind for counts in compilation.plan.counts().values() for kind in counts} == {"Gateway", "ServiceEntry"}


def test_objects_multiply_with_services_clusters_and_namespaces(compile_stack: Compile) -> None:
    """The page warns of scale: a copy for each Service, other cluster and namespace. Shared placement has one less."""
    counts = compile_stack(stack(shop=SHOP)).plan.counts()
    assert [counts[cluster]["ServiceEntry"] for cluster in ("eu", "us")] == [1 + 2, 1 + 2]
    shared = compile_stack(stack(shop=SHOP, placement="shared")).plan.counts()
    assert [shared[cluster]["ServiceEntry"] for cluster in ("eu", "us")] == [1 + 1, 1 + 1]


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("resilience.policy", "FailoverPolicy"),
        ("resilience.policy", "OutlierDetectionPolicy"),
        ("resilience.policy", "RetryTimeoutPolicy"),
        ("trafficcontrol.policy", "RateLimitPolicy"),
        ("security.policy", "AccessPolicy"),
        ("observability.policy", "AccessLogPolicy"),
    ],
)
def test_policies_cannot_be_attached(compile_stack: Compile, group: str, kind: str) -> None:
    """A policy that selects a federated Service changes nothing about its federated hosts."""
    spec = {"applyToDestinations": [{"kind": "SERVICE", "selector": {"name": "catalog"}}], "config": {}}
    with_policy, without = compile_stack(stack(gloo(group, kind, spec), shop=SHOP)), compile_stack(stack(shop=SHOP))
    assert about_hosts(with_policy) == about_hosts(without) != []


def about_hosts(compilation: Compilation) -> list[Placed]:
    """The objects that name a federated host."""
    hosts = {EU_HOST, US_HOST}
    return [d for d in placed(compilation.plan) if hosts & {d.spec.get("host"), *d.spec.get("hosts", ())}]
