"""RouteTables that delegate."""

from __future__ import annotations

from typing import Any

from tests.hostile.documents import EVIL, Document, answer, attack, root, table


@attack
def delegation_doubles(n: int) -> list[Document]:
    names = [f"t{i}" for i in range(11)]
    found = []
    for i, name in enumerate(names):
        route = {"delegate": {"routeTables": [{"name": f"t{i + 1}", "namespace": EVIL}]}}
        http = [route, route] if i + 1 < len(names) else [answer(), answer()]
        found.append(table(name, {"http": http}))
    route = {"delegate": {"routeTables": [{"name": "t0", "namespace": EVIL}]}}
    return [*found, *[root(f"r{i}", [route]) for i in range(n)]]


@attack
def delegation_to_all(n: int) -> list[Document]:
    tables = [table(f"t{i}", {"http": [answer(), answer()]}, {"a": "b"}) for i in range(n)]
    route = {"delegate": {"routeTables": [{"labels": {"a": "b"}}]}}
    return [*tables, *[root(f"r{i}", [route]) for i in range(n)]]


@attack
def delegation_to_all_in_one(n: int) -> list[Document]:
    tables = [table(f"t{i}", {"http": [answer()]}, {"a": "b"}) for i in range(n)]
    route = {"delegate": {"routeTables": [{"labels": {"a": "b"}}]}}
    return [*tables, root("r", [route] * n)]


@attack
def delegation_selects_often(n: int) -> list[Document]:
    route = {"delegate": {"routeTables": [{"labels": {"a": "b"}}] * n}}
    return [*[table(f"t{i}", {"http": [answer()]}, {"a": "b"}) for i in range(n)], root("r", [route])]


@attack
def delegation_sorted(n: int) -> list[Document]:
    tables = [table(f"t{i}", {"http": [answer(matchers=[{"uri": {"prefix": f"/{i}"}}])]}, {"a": "b"}) for i in range(n)]
    route = {"delegate": {"routeTables": [{"labels": {"a": "b"}}], "sortMethod": "ROUTE_SPECIFICITY"}}
    return [*tables, root("r", [route])]


@attack
def delegation_deep_names(n: int) -> list[Document]:
    long = ".".join(["x" * 60] * 3)
    found = []
    for i in range(30):
        route = {"delegate": {"routeTables": [{"name": f"{long}.{i + 1}", "namespace": EVIL}]}}
        found.append(table(f"{long}.{i}", {"http": [route]}))
    found.append(table(f"{long}.30", {"http": [answer()] * n}))
    return [*found, root("r", [{"delegate": {"routeTables": [{"name": f"{long}.0", "namespace": EVIL}]}}])]


def _delegating(name: str, **route: Any) -> Document:
    return {**route, "delegate": {"routeTables": [{"name": name, "namespace": EVIL}]}}


@attack
def delegation_of_a_long_body(n: int) -> list[Document]:
    """Half of the bytes in a body, the other half in routes that delegate to it."""
    body = {"http": [{"directResponse": {"status": 200, "body": "x" * (80 * n)}}]}
    return [table("t", body), root("r", [_delegating("t") for _ in range(n)])]


@attack
def delegation_of_a_long_path(n: int) -> list[Document]:
    inner = {"http": [answer(name=f"a{i}") for i in range(n)]}
    return [table("t", inner), root("r", [_delegating("t", matchers=[{"uri": {"prefix": "/" + "x" * (60 * n)}}])])]


@attack
def delegation_of_a_long_name(n: int) -> list[Document]:
    return [table("t", {"http": [answer(name="x" * (80 * n))]}), root("r", [_delegating("t") for _ in range(n)])]
