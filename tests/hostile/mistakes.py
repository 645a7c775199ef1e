"""Input that is wrong in many places."""

from __future__ import annotations

from typing import Any

from tests.bench.mesh import gloo_object
from tests.hostile.documents import EVIL, Document, answer, attack, deployment, group, root, service, table


@attack
def unknown_fields(n: int) -> list[Document]:
    return [root("r", [answer()], **{f"x{i}": 1 for i in range(n)})]


@attack
def unknown_fields_of_routes(n: int) -> list[Document]:
    return [root("r", [{**answer(), "nmae": "x"} for _ in range(n)])]


@attack
def unknown_fields_of_matchers(n: int) -> list[Document]:
    return [root("r", [answer(matchers=[{"prefx": "x"} for _ in range(n)])])]


@attack
def long_unknown_fields(n: int) -> list[Document]:
    return [root("r", [answer()], **{f"x{i}" + "hots" * 250: 1 for i in range(n)})]


@attack
def broken_routes(n: int) -> list[Document]:
    return [root("r", [{"name": f"a{i}"} for i in range(n)])]


@attack
def broken_items_far_apart(n: int) -> list[Document]:
    hosts: list[Any] = [1 if i % 2 else f"a{i}.b" for i in range(n)]
    return [table("r", {"hosts": hosts, "http": [answer()]})]


@attack
def mistakes_behind_mistakes(n: int) -> list[Document]:
    """A round of validation finds one more each: items without their required field inside of others."""
    inner: Any = {"keyx": "a"}
    for _ in range(45):
        inner = {"descriptors": [inner], "value": 1}
    padding = [{"key": "abcdefghijklmnop"}] * n
    return [gloo_object("admin", "RateLimitServerConfig", "x", EVIL, {"raw": {"descriptors": [inner, *padding]}})]


@attack
def labels_of_the_wrong_type(n: int) -> list[Document]:
    found = root("r", [answer()])
    found["metadata"]["labels"] = {f"k{i}": 1 for i in range(n)}
    return [found]


@attack
def selector_labels_of_the_wrong_type(n: int) -> list[Document]:
    return [group("g", services=[{"labels": {f"k{i}": 1 for i in range(n)}}])]


@attack
def service_labels_of_the_wrong_type(n: int) -> list[Document]:
    return [service("s", labels={f"k{i}": 1 for i in range(n)})]


@attack
def many_labels(n: int) -> list[Document]:
    return [service("s", labels={f"k{i}": "v" for i in range(n)}), deployment("d", {f"k{i}": "v" for i in range(n)})]


@attack
def broken_services(n: int) -> list[Document]:
    return [service(f"s{i}", ports=[{"name": "a", "port": 70000}]) for i in range(n)]


@attack
def broken_ports(n: int) -> list[Document]:
    return [service("s", ports=[{"name": f"a{i}", "port": 70000 + i} for i in range(n)])]


@attack
def unknown_kinds(n: int) -> list[Document]:
    return [
        {
            "apiVersion": "networking.gloo.solo.io/v2",
            "kind": f"RoteTable{i}",
            "metadata": {"name": "x", "namespace": EVIL},
        }
        for i in range(n)
    ]


@attack
def unknown_kinds_of_kubernetes(n: int) -> list[Document]:
    return [{"apiVersion": "v1", "kind": f"Sevrice{i}", "metadata": {"name": "x", "namespace": EVIL}} for i in range(n)]


@attack
def unknown_namespaces(n: int) -> list[Document]:
    found = [root(f"r{i}", [answer()]) for i in range(n)]
    for i, one in enumerate(found):
        one["metadata"]["namespace"] = f"evil-{i}"
    return found


@attack
def duplicates(n: int) -> list[Document]:
    return [root("same", [answer(name=f"a{i}")]) for i in range(n)]


@attack
def deep_mistakes(n: int) -> list[Document]:
    """Mistakes on each of many levels, in many places."""
    inner: Any = {"keyx": "a"}
    for _ in range(45):
        inner = {"descriptors": [inner], "value": 1}
    config = {"raw": {"descriptors": [inner]}}
    return [gloo_object("admin", "RateLimitServerConfig", f"x{i}", EVIL, config) for i in range(n)]
