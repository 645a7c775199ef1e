"""What must exist before what, so that no request meets one half of an edit."""

from __future__ import annotations

import pytest

from fedlib.declarations.order import Copy
from tests.golden_case import GOLDEN, cases, compile_case

CASES = [str(path.relative_to(GOLDEN)) for path in cases()]


def order(case: str) -> list[tuple[Copy, tuple[Copy, ...]]]:
    """The objects of a golden case in order, each with what must come before it."""
    return list(compile_case(GOLDEN / case).plan.order())


def waits(case: str) -> dict[str, set[str]]:
    """Each object of a golden case with all that comes before it, directly or not."""
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for copy, before in order(case):
        direct = {other.identity for other in before}
        found[copy.identity] = direct.union(*(found[one] for one in direct))
    return {"/".join(key): {"/".join(one) for one in before} for key, before in found.items()}


@pytest.mark.parametrize("case", CASES)
def test_what_is_needed_comes_before(case: str) -> None:
    """In one pass over everything, nothing needs what comes later, and few edges say so."""
    seen: set[tuple[str, ...]] = set()
    edges = 0
    for copy, before in order(case):
        needed = {other.identity for other in before}
        assert seen >= needed, copy.identity
        seen.add(copy.identity)
        edges += len(before)
    assert edges <= 5 * len(seen)
    assert len(seen) == len(compile_case(GOLDEN / case).plan)


def test_clients_wait_for_the_home_and_its_gateway() -> None:
    """The ServiceEntry of a client needs those of the Service's cluster, and its Gateway."""
    found = waits("federation/own-workspace.in.yaml")
    name = "vd-catalog-shop-backend-svc-eu-global-shop"
    home, gateway = (
        f"eu/ServiceEntry/shop-backend/{name}",
        "eu/Gateway/istio-gateways/istio-eastwestgateway-istio-gateways",
    )
    assert found[f"us/ServiceEntry/shop-web/{name}"] == {home, gateway}
    assert found[home] == {gateway}


def test_groups_wait_for_the_other_clusters_and_their_own_rule() -> None:
    """The remote half of a group needs the local-only hosts elsewhere, and the DestinationRule with their SNI."""
    found = waits("groups/hosts.in.yaml")
    remote = next(before for name, before in found.items() if name.startswith("eu/ServiceEntry") and "remote" in name)
    assert any(name.startswith("us/ServiceEntry") and "local-only" in name for name in remote)
    assert any(name.startswith("us/Gateway") for name in remote)
    assert any(name.startswith("eu/DestinationRule") for name in remote)


def test_the_order_has_few_levels() -> None:
    """A chain of a thousand would overflow the SDK's recursion."""
    for case in ("groups/hosts.in.yaml", "isolation/groups.in.yaml", "routes/weights.in.yaml"):
        depth: dict[tuple[str, ...], int] = {}
        for copy, before in order(case):
            depth[copy.identity] = 1 + max((depth[other.identity] for other in before), default=0)
        assert max(depth.values()) <= 7


def test_routes_wait_for_the_hosts_that_they_lead_to() -> None:
    """A VirtualService needs the ServiceEntry of its destination in its own cluster."""
    needed = [before for name, before in waits("routes/weights.in.yaml").items() if "VirtualService" in name]
    assert needed
    assert any("ServiceEntry" in name for before in needed for name in before)


def test_routes_do_not_wait_for_what_only_other_workspaces_see() -> None:
    """Each copy in one namespace would otherwise wait for each copy in those of every other workspace."""
    routes = [(one, before) for one, before in order("routes/imported-table.in.yaml") if before]
    routes = [(one, before) for one, before in routes if one.declaration.kind == "VirtualService"]
    assert routes
    for one, before in routes:
        for other in before:
            assert other.declaration.spec["exportTo"] != ["."] or other.namespace == one.namespace


def test_clients_wait_for_the_routes_of_gateways_where_tls_ends() -> None:
    """The gateway's VirtualService to the local pods is a part of what serves."""
    found = waits("groups/tls-termination.in.yaml")
    remote = next(before for name, before in found.items() if name.startswith("eu/ServiceEntry") and "remote" in name)
    assert any(name.startswith("us/VirtualService") for name in remote)


def test_pods_admit_callers_before_these_come() -> None:
    """A ServiceEntry needs the AuthorizationPolicy of the pods that it selects; clients elsewhere need it with that."""
    found = waits("isolation/groups.in.yaml")
    home = next(before for name, before in found.items() if name.endswith("shop-backend/vd-catalog-mesh-shop"))
    assert any("AuthorizationPolicy" in name and name.endswith("settings-catalog-shop") for name in home)


def test_tokens_are_verified_before_others_are_refused() -> None:
    """A rule that refuses requests without a verified token needs what verifies them."""
    found = waits("jwt/on-a-service.in.yaml")
    refusing = [
        before for name, before in found.items() if "AuthorizationPolicy" in name and "jwtpolicy-catalog" in name
    ]
    assert refusing
    assert all(any("RequestAuthentication" in one for one in before) for before in refusing)
