"""JWTPolicies, as requests with and without tokens see them."""

from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import BOUND, CATALOG, FEDERATED, NORTH_SOUTH, client, eventually, gloo, workspaces
from .tokens import Issuer

pytestmark = pytest.mark.mesh

PLAIN = "catalog.shop.svc.cluster.local"
HOST = "shop.example.com"
TO_EU, TO_US = (
    {"destinations": [{"ref": {"name": "catalog", "namespace": "shop", "cluster": cluster}, "port": {"number": 80}}]}
    for cluster in ("eu", "us")
)


@pytest.fixture(scope="module")
def issuer(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs the tokens that are accepted."""
    return Issuer(mesh.root.openssl, tmp_path_factory.mktemp("issuer"), "https://id.example.com")


@pytest.fixture(scope="module")
def headers(mesh: Mesh, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Headers by what their token is."""
    forger = Issuer(mesh.root.openssl, tmp_path_factory.mktemp("forger"), issuer.name)
    good: dict[str, Any] = {"aud": "shop", "role": "admin", "scope": "read write"}
    tokens = {
        "good": issuer.token(**good),
        "of a guest": issuer.token(**{**good, "role": "guest"}),
        "without a role": issuer.token(aud="shop", scope="read"),
        "without a scope": issuer.token(aud="shop", role="admin"),
        "for others": issuer.token(**{**good, "aud": "others"}),
        "old": issuer.token(**good, lives=-600),
        "forged": forger.token(**good),
    }
    return {what: {"authorization": f"Bearer {token}"} for what, token in tokens.items()}


EXPECTED = {
    "good": 200,
    "of a guest": 403,
    "without a role": 403,
    "without a scope": 403,
    "for others": 403,
    "old": 401,
    "forged": 401,
    "none": 403,
}


def policy(issuer: Issuer, name: str = "admins", **attached: Any) -> dict[str, Any]:
    """The policy: an admin who may read."""
    provider = {
        "issuer": issuer.name,
        "audiences": ["shop"],
        "local": {"inline": issuer.public_key},
        "claimsToHeaders": [{"claim": "sub", "header": "x-user"}],
    }
    claims = [{"key": "role", "values": ["admin", "owner"]}]
    config = {"providers": {"own": provider}, "claims": claims, "requiredScopes": ["read"]}
    return gloo("security.policy", "JWTPolicy", name, config=config, **attached)


def test_pods_of_a_service(
    mesh: Mesh, federation: Federation, issuer: Issuer, headers: dict[str, dict[str, str]]
) -> None:
    """Pods check tokens whoever calls, by whatever host; other ports and Services do not."""
    only = [{"selector": {"name": "catalog", "cluster": "eu"}, "port": {"number": 80}}]
    federation.declare(workspaces(federation=FEDERATED), CATALOG, policy(issuer, applyToDestinations=only))
    here, there = client(mesh, "eu"), client(mesh, "us", "edge")

    def statuses(web: Any, host: str) -> dict[str, int]:
        return {what: _status(web.get(host, headers=headers.get(what), count=2)) for what in EXPECTED}

    eventually(lambda: statuses(here, PLAIN) == EXPECTED)
    eventually(lambda: statuses(there, "catalog.shop.svc.eu.global") == EXPECTED)
    seen = here.get(PLAIN, headers=headers["good"]).seen()["headers"]
    assert seen["x-user"] == "somebody"
    assert "authorization" not in seen
    assert here.get(PLAIN, port=81).bad == 0, "another port"
    assert there.get(PLAIN).bad == 0, "another Service"
    in_group = here.get("catalog.shop.mesh", count=40, parallel=4)
    assert in_group.clusters.keys() == {"us"}
    assert set(in_group.statuses) == {200, 403}


def test_routes_of_a_gateway(
    mesh: Mesh, federation: Federation, issuer: Issuer, headers: dict[str, dict[str, str]]
) -> None:
    """The gateway checks the route's requests, however their path is written, and no others."""
    table = gloo(
        "networking",
        "RouteTable",
        "shop",
        hosts=[HOST],
        virtualGateways=BOUND,
        http=[
            {"name": "open", "matchers": [{"uri": {"prefix": "/private/open"}}], "forwardTo": TO_EU},
            {
                "name": "private",
                "labels": {"auth": "jwt"},
                "matchers": [{"uri": {"prefix": "/private"}}],
                "forwardTo": TO_US,
            },
            {"name": "rest", "forwardTo": TO_EU},
        ],
    )
    routes = [{"route": {"labels": {"auth": "jwt"}}}]
    federation.declare(
        workspaces(federation=FEDERATED), NORTH_SOUTH, table, policy(issuer, applyToRoutes=routes)
    )  # fmt: skip
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")

    def ask(path: str, what: str = "none", host: str = HOST) -> Any:
        return stranger.get(host, path, address=gateway, port=8080, headers=headers.get(what))

    eventually(lambda: {what: _status(ask("/private", what)) for what in EXPECTED} == EXPECTED)
    assert ask("/private", "good").clusters == {"us": 1}
    for path in ("/", "/private/open/x", "/other?path=/private"):
        assert ask(path).clusters == {"eu": 1}, path
    for path in (
        "/private/x",
        "/privateer",
        "/private?x",
        "//private",
        "/x/../private",
        "/./private",
        "/private%2Fx",
        "/private/open/../x",
        "/private;x",
        "/PRIVATE",
        "/%70rivate",
        "/private/%6fpen",
        "/private\\open",
    ):
        assert ask(path).clusters.keys() <= {"eu"}, f"{path} reaches what tokens protect"
    assert ask("/private", host=HOST.upper()).statuses == {403: 1}


def test_a_token_for_one_route_opens_no_other(
    mesh: Mesh,
    federation: Federation,
    issuer: Issuer,
    headers: dict[str, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A gateway checks tokens of all issuers on all requests; each route asks for those of its own policy."""
    other = Issuer(mesh.root.openssl, tmp_path_factory.mktemp("other"), "https://other.example.com")
    token = other.token(aud="shop", role="admin", scope="read write")
    known = {"ours": headers["good"], "theirs": {"authorization": f"Bearer {token}"}}
    table = gloo(
        "networking",
        "RouteTable",
        "shop",
        hosts=[HOST],
        virtualGateways=BOUND,
        http=[
            {"name": name, "labels": {"auth": name}, "matchers": [{"uri": {"prefix": f"/{name}"}}], "forwardTo": TO_EU}
            for name in known
        ],
    )
    policies = [
        policy(who, name, applyToRoutes=[{"route": {"labels": {"auth": name}}}])
        for name, who in (("ours", issuer), ("theirs", other))
    ]
    federation.declare(workspaces(federation=FEDERATED), NORTH_SOUTH, table, *policies)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    stranger = client(mesh, "us", "stranger")

    def statuses() -> dict[tuple[str, str], int]:
        return {
            (path, whose): _status(stranger.get(HOST, f"/{path}", address=gateway, port=8080, headers=known[whose]))
            for path in known
            for whose in known
        }

    expected = {(path, whose): 200 if path == whose else 403 for path in known for whose in known}
    eventually(lambda: statuses() == expected)


def _status(answers: Any) -> int:
    """The one status that all answers have, or 0."""
    return int(next(iter(answers.statuses))) if len(answers.statuses) == 1 else 0
