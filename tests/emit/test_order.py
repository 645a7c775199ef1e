"""What must exist before what, so that no request meets one half of an edit."""

from __future__ import annotations

from fedlib.declarations.declaration import Declaration
from fedlib.emit.order import Order
from tests.golden_case import GOLDEN, compile_case


def order(case: str) -> list[tuple[str, list[str]]]:
    """The declarations of a golden case in order, each with what comes before it."""
    return [
        (_id(one), [_id(other) for other in before])
        for one, before in Order(compile_case(GOLDEN / case).plan.declarations)
    ]


def _id(declaration: Declaration) -> str:
    return f"{declaration.cluster}/{declaration.kind}/{declaration.name}"


def test_what_is_needed_comes_before() -> None:
    """In one pass over everything, nothing needs what comes later."""
    for case in ("federation/own-workspace.in.yaml", "groups/hosts.in.yaml", "routes/weights.in.yaml"):
        seen: set[str] = set()
        for name, before in order(case):
            assert seen >= set(before), name
            seen.add(name)


def test_clients_wait_for_the_home_and_its_gateway() -> None:
    """The ServiceEntry of a client needs those of the Service's cluster, and its Gateway."""
    found = dict(order("federation/own-workspace.in.yaml"))
    name = "ServiceEntry/vd-catalog-shop-backend-svc-eu-global-shop"
    assert found[f"us/{name}"] == [f"eu/{name}", "eu/Gateway/istio-eastwestgateway-istio-gateways"]
    assert found[f"eu/{name}"] == []


def test_groups_wait_for_the_other_clusters_and_their_own_rule() -> None:
    """The remote half of a group needs the local-only hosts elsewhere, and the DestinationRule with their SNI."""
    found = dict(order("groups/hosts.in.yaml"))
    remote = next(before for name, before in found.items() if name.startswith("eu/ServiceEntry") and "remote" in name)
    assert any(name.startswith("us/ServiceEntry") and "local-only" in name for name in remote)
    assert any(name.startswith("us/Gateway") for name in remote)
    assert any(name.startswith("eu/DestinationRule") for name in remote)
    assert not any(name.startswith("eu/ServiceEntry") for name in remote)


def test_routes_wait_for_the_hosts_that_they_lead_to() -> None:
    """A VirtualService needs the ServiceEntry of its destination in its own cluster."""
    needed = [before for name, before in order("routes/weights.in.yaml") if "VirtualService" in name]
    assert needed
    assert any("ServiceEntry" in name for before in needed for name in before)


def test_routes_do_not_wait_for_what_only_other_workspaces_see() -> None:
    """Each copy in one namespace would otherwise wait for each copy in those of every other workspace."""
    plan = compile_case(GOLDEN / "routes/imported-table.in.yaml").plan
    routes = [(one, before) for one, before in Order(plan.declarations) if one.kind == "VirtualService" and before]
    assert routes
    for one, before in routes:
        for other in before:
            assert other.spec["exportTo"] != ["."] or set(other.namespaces) & set(one.namespaces)


def test_clients_wait_for_the_routes_of_gateways_where_tls_ends() -> None:
    """The gateway's VirtualService to the local pods is a part of what serves."""
    found = dict(order("groups/tls-termination.in.yaml"))
    remote = next(before for name, before in found.items() if name.startswith("eu/ServiceEntry") and "remote" in name)
    assert any(name.startswith("us/VirtualService") for name in remote)


def test_pods_admit_callers_before_these_come() -> None:
    """A ServiceEntry needs the AuthorizationPolicy of the pods that it selects; clients elsewhere need it with that."""
    found = dict(order("isolation/groups.in.yaml"))
    homes = [before for name, before in found.items() if name == "eu/ServiceEntry/vd-catalog-mesh-shop"]
    assert homes == [["eu/AuthorizationPolicy/settings-catalog-shop"]]


def test_tokens_are_verified_before_others_are_refused() -> None:
    """A rule that refuses requests without a verified token needs what verifies them."""
    found = dict(order("jwt/on-a-service.in.yaml"))
    refusing = [before for name, before in found.items() if "AuthorizationPolicy/jwtpolicy-catalog" in name]
    assert refusing
    assert all(any("RequestAuthentication" in one for one in before) for before in refusing)
