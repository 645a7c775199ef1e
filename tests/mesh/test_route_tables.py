"""RouteTables as requests see them: which route takes a request, through tables below, and what it does with it."""

from collections.abc import Mapping
from typing import Any

import pytest

from .bed import Mesh
from .federation import Federation
from .shop import BOUND, CATALOG, FEDERATED, NORTH_SOUTH, TO_GROUP, client, gloo, workspaces
from .workload import Workload

pytestmark = pytest.mark.mesh

PLAIN, FRONT, OUTSIDE = "catalog.shop.svc.cluster.local", "front.shop.mesh", "shop.example.com"
TO_CATALOG = {"ref": {"name": "catalog", "namespace": "shop", "cluster": "eu"}, "port": {"number": 80}}
NAMES = gloo("networking", "VirtualDestination", "front", hosts=[FRONT], ports=[{"number": 80, "protocol": "HTTP"}])
"""A host without servers: routes alone answer for it."""


def says(name: str, *matchers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A route that answers with its own name."""
    return {"name": name, "matchers": list(matchers), "directResponse": {"status": 200, "body": name}, **more}


def delegates(name: str, label: str, matcher: dict[str, Any], **delegate: Any) -> dict[str, Any]:
    """A route that leaves what it matches to the tables with a label."""
    tables = {"routeTables": [{"labels": {"part": label}}], **delegate}
    return {"name": name, "matchers": [matcher], "delegate": tables}


def part(label: str, name: str, *http: dict[str, Any], namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    """A table to which requests are left."""
    table = gloo("networking", "RouteTable", name, namespace, http=list(http), **spec)
    table["metadata"]["labels"] = {"part": label}
    return table


def prefix(path: str, **more: Any) -> dict[str, Any]:
    """A matcher of paths."""
    return {"uri": {"prefix": path}, **more}


def said(web: Workload, path: str, host: str = PLAIN, **request: Any) -> str:
    """The route that answered."""
    (answer,) = web.get(host, path, **request).all
    return answer.body if answer.status == 200 else str(answer.status)


def ours(mesh_workspaces: dict[str, Any]) -> dict[str, Any]:
    """The workspaces, where the shop also imports what `edge` exports."""
    mesh_workspaces["shop"]["settings"]["importFrom"] = [{"workspaces": [{"name": "edge"}]}]
    mesh_workspaces["edge"]["settings"]["exportTo"] = [{"workspaces": [{"name": "shop"}]}]
    return mesh_workspaces


def test_tables_below_tables(mesh: Mesh, federation: Federation) -> None:
    """By weight or by specificity, with the matchers of all tables above, across workspaces, for several hosts."""
    root = gloo(
        "networking",
        "RouteTable",
        "root",
        hosts=[PLAIN, FRONT],
        http=[
            delegates("weights", "weights", prefix("/weights")),
            delegates("special", "special", prefix("/special"), sortMethod="ROUTE_SPECIFICITY"),
            delegates("posts", "posts", prefix("/posts", method="POST", headers=[{"name": "x-kind", "value": "a"}])),
            delegates("theirs", "theirs", prefix("/theirs")),
            says("rest"),
        ],
    )
    federation.declare(
        ours(workspaces(federation=FEDERATED)),
        NAMES,
        root,
        part("weights", "light", says("light", prefix("/weights/a")), says("all-light", prefix("/weights"))),
        part("weights", "heavy", says("heavy", prefix("/weights/a")), weight=10),
        part("special", "short", says("short", prefix("/special")), says("long", prefix("/special/long")), weight=10),
        part(
            "special",
            "other",
            says("exact", {"uri": {"exact": "/special/long/one"}}),
            says("regex", {"uri": {"regex": "/special/l.*/two"}}),
        ),
        part("posts", "posts", delegates("deep", "deep", prefix("/posts/deep")), says("posts")),
        part("deep", "deep", says("deep", {"queryParameters": [{"name": "q", "value": "1"}]})),
        part("theirs", "theirs", says("theirs"), namespace="edge"),
    )
    web = client(mesh, "eu")
    a = {"x-kind": "a"}
    expected: list[tuple[str, str, Mapping[str, Any]]] = [
        ("/weights/a", "heavy", {}),
        ("/weights/b", "all-light", {}),
        ("/special/x", "short", {}),
        ("/special/long", "long", {}),
        ("/special/long/one", "exact", {}),
        ("/special/long/two", "regex", {}),
        ("/posts", "posts", {"method": "POST", "headers": a}),
        ("/posts/deep?q=1", "deep", {"method": "POST", "headers": a}),
        ("/posts/deep?q=2", "posts", {"method": "POST", "headers": a}),
        ("/posts", "rest", {"method": "POST"}),
        ("/posts/deep?q=1", "rest", {"headers": a}),
        ("/theirs/x", "theirs", {}),
        ("/else", "rest", {}),
    ]
    for path, name, request in expected:
        assert said(web, path, **request) == name, f"{path} {request}"
    for path, name in (("/theirs/x", "theirs"), ("/special/long/two", "regex")):
        assert said(client(mesh, "us", "edge"), path, FRONT) == name, path


def test_matchers(mesh: Mesh, federation: Federation) -> None:
    """Each kind of condition."""

    def header(**condition: Any) -> dict[str, Any]:
        return {"headers": [{"name": "x-kind", **condition}]}

    def query(**condition: Any) -> dict[str, Any]:
        return {"queryParameters": [{"name": "q", **condition}]}

    routes = [
        says("exact", prefix("/header", **header(value="a"))),
        says("regex", prefix("/header", **header(value="b+", regex=True))),
        says("present", prefix("/header", **header())),
        says("absent", prefix("/header", **header(invertMatch=True))),
        says("not-a", prefix("/not", **header(value="a", invertMatch=True))),
        says("query", prefix("/query", **query(value="1"))),
        says("query-regex", prefix("/query", **query(value="[0-9]+", regex=True))),
        says("query-present", prefix("/query", **query())),
        says("any-case", {"uri": {"prefix": "/Case", "ignoreCase": True}}),
        says("admin", prefix("/port", port=81)),
        says("either", prefix("/either"), {"method": "DELETE"}),
    ]
    table = gloo("networking", "RouteTable", "matchers", hosts=[PLAIN], http=[*routes, says("rest")])
    federation.declare(workspaces(), table)
    web = client(mesh, "eu")
    for value, name in {"a": "exact", "bb": "regex", "bc": "present", "": "present"}.items():
        assert said(web, "/header", headers={"x-kind": value}) == name, value
    assert said(web, "/header") == "absent"
    assert said(web, "/not", headers={"x-kind": "a"}) == "rest"
    assert said(web, "/not", headers={"x-kind": "b"}) == "not-a"
    assert said(web, "/not") == "not-a"
    for path, name in {
        "/query?q=1": "query", "/query?q=12": "query-regex", "/query?q=x": "query-present", "/query?p=1": "rest",
        "/case/x": "any-case", "/port": "rest", "/either": "either",
    }.items():  # fmt: skip
        assert said(web, path) == name, path
    assert said(web, "/port", port=81) == "admin"
    assert said(web, "/x", method="DELETE") == "either"


def test_rewrites_and_redirects(mesh: Mesh, federation: Federation) -> None:
    """What the server sees, or where the client is sent."""

    def forwards(name: str, **how: Any) -> dict[str, Any]:
        return {"name": name, "matchers": [prefix(f"/{name}")], "forwardTo": {"destinations": [TO_GROUP], **how}}

    def redirects(name: str, **how: Any) -> dict[str, Any]:
        return {"name": name, "matchers": [prefix(f"/{name}")], "redirect": how}

    regex = {"pattern": {"regex": "/regex/([^/]+)/(.*)"}, "substitution": "/\\2/of/\\1"}
    http = [
        forwards("path", pathRewrite="/new"),
        forwards("regex", regexRewrite=regex),
        forwards("host", hostRewrite="other.example.com"),
        forwards("auto", autoHostRewrite=True),
        redirects("moved", hostRedirect="new.example.com", pathRedirect="/there"),
        redirects("found", pathRedirect="/there", responseCode="FOUND"),
        redirects("elsewhere", hostRedirect="new.example.com", responseCode="PERMANENT_REDIRECT"),
        {"name": "gone", "matchers": [prefix("/gone")], "directResponse": {"status": 410, "body": "gone"}},
    ]
    everywhere: dict[str, Any] = {"virtualGateways": BOUND, "workloadSelectors": [{}]}
    table = gloo("networking", "RouteTable", "actions", hosts=[FRONT, OUTSIDE], http=http, **everywhere)
    federation.declare(workspaces(), NORTH_SOUTH, NAMES, CATALOG, table)
    gateway = mesh["eu"].workloads["istio-gateways/ingressgateway-0"].outside
    outside: Mapping[str, Any] = {"address": gateway, "port": 8080}
    callers: list[tuple[Workload, str, Mapping[str, Any]]] = [
        (client(mesh, "eu"), FRONT, {}),
        (client(mesh, "us", "stranger"), OUTSIDE, outside),
    ]
    for web, host, where in callers:
        for path, (to_host, to_path) in {
            "/path/x?y": (host, "/new/x?y"),
            "/regex/a/b": (host, "/b/of/a"),
            "/host": ("other.example.com", "/host"),
            "/auto": ("catalog.shop.mesh", "/auto"),
        }.items():
            seen = web.get(host, path, **where).seen()
            assert (seen["headers"]["host"].partition(":")[0], seen["path"]) == (to_host, to_path)
        for path, (status, location) in {
            "/moved/x?y": (301, "http://new.example.com/there?y"),
            "/found": (302, f"http://{host}{':8080' if where else ''}/there"),
            "/elsewhere/x": (308, "http://new.example.com/elsewhere/x"),
        }.items():
            (answer,) = web.get(host, path, **where).all
            assert (answer.status, answer.headers["location"]) == (status, location), path
        assert web.get(host, "/gone", **where).statuses == {410: 1}
