"""VirtualDestinations."""

from __future__ import annotations

from tests.hostile.documents import Document, attack, deployment, group, service


@attack
def many_groups(n: int) -> list[Document]:
    return [service("s"), deployment("s", {"app": "s"}), *[group(f"g{i}") for i in range(n)]]


@attack
def groups_of_all(n: int) -> list[Document]:
    return [group(f"g{i}", services=[{}]) for i in range(n)]


@attack
def groups_of_own(n: int) -> list[Document]:
    return [
        *[group(f"g{i}", services=[{"labels": {"a": "b"}}]) for i in range(n)],
        *[service(f"s{i}", labels={"a": "b"}) for i in range(n)],
    ]


@attack
def group_selectors(n: int) -> list[Document]:
    return [
        group("g", services=[{"labels": {"app": "s"}}] * n),
        *[service(f"s{i}", labels={"app": "s"}) for i in range(n)],
    ]


@attack
def group_selectors_unknown(n: int) -> list[Document]:
    return [group("g", services=[{"name": f"x{i}"} for i in range(n)])]


@attack
def group_hosts(n: int) -> list[Document]:
    return [service("s"), deployment("s", {"app": "s"}), group("g", hosts=[f"h{i}.mesh" for i in range(n)])]


@attack
def group_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "TCP"} for i in range(min(n, 60000))]
    own = [{"name": f"p{i}", "port": i + 1} for i in range(min(n, 60000))]
    return [service("s", ports=own), deployment("s", {"app": "s"}), group("g", ports=ports)]


@attack
def groups_of_one_host(n: int) -> list[Document]:
    return [service("s"), deployment("s", {"app": "s"}), *[group(f"g{i}", hosts=["same.mesh"]) for i in range(n)]]


@attack
def groups_of_many_hosts(n: int) -> list[Document]:
    found = [group(f"g{i}", hosts=[f"h{k}.g{i}.mesh" for k in range(250)]) for i in range(n)]
    return [service("s"), deployment("s", {"app": "s"}), *found]


@attack
def groups_of_many_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "TCP"} for i in range(120)]
    own = [{"name": f"p{i}", "port": i + 1} for i in range(120)]
    return [service("s", ports=own), deployment("s", {"app": "s"}), *[group(f"g{i}", ports=ports) for i in range(n)]]
