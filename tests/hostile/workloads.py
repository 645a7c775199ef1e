"""Services, pods and accounts."""

from __future__ import annotations

from tests.hostile.documents import (
    FEDERATED,
    ISOLATED,
    Document,
    account,
    attack,
    deployment,
    group,
    policy,
    service,
    settings,
)


@attack
def services_over_the_same_pods(n: int) -> list[Document]:
    return [
        settings(options=FEDERATED),
        *[service(f"s{i}", {"a": "b"}) for i in range(n)],
        *[deployment(f"d{i}", {"a": "b", "n": str(i)}) for i in range(n)],
    ]


@attack
def isolated_services_over_the_same_pods(n: int) -> list[Document]:
    return [
        settings(options=ISOLATED),
        *[service(f"s{i}", {"a": "b"}) for i in range(n)],
        *[deployment(f"d{i}", {"a": "b", "n": str(i)}) for i in range(n)],
    ]


@attack
def isolated_overlaps(n: int) -> list[Document]:
    labels = {f"k{i}": "v" for i in range(n)}
    return [settings(options=ISOLATED), *[service(f"s{i}", {f"k{i}": "v"}) for i in range(n)], deployment("d", labels)]


@attack
def isolated_accounts(n: int) -> list[Document]:
    return [settings(options=ISOLATED), *[service(f"s{i}") for i in range(n)], *[account(f"a{i}") for i in range(n)]]


@attack
def isolated_ports(n: int) -> list[Document]:
    ports = [{"name": f"p{i}", "port": i + 1} for i in range(min(n, 60000))]
    return [settings(options=ISOLATED), service("s", ports=ports), deployment("s", {"app": "s"})]


@attack
def isolated_named_ports(n: int) -> list[Document]:
    ports = [{"name": f"p{i}", "port": i + 1, "targetPort": "web"} for i in range(min(n, 60000))]
    pods = [deployment(f"d{i}", {"app": "s"}, [{"name": "web", "containerPort": i % 60000 + 1}]) for i in range(n)]
    return [settings(options=ISOLATED), service("s", ports=ports), *pods]


@attack
def federated_ports(n: int) -> list[Document]:
    ports = [{"name": f"p{i}", "port": i + 1} for i in range(min(n, 60000))]
    return [settings(options=FEDERATED), service("s", ports=ports), deployment("s", {"app": "s"})]


@attack
def federated_services(n: int) -> list[Document]:
    return [settings(options=FEDERATED), *[service(f"s{i}") for i in range(n)], account("default")]


@attack
def federated_services_of_many_accounts(n: int) -> list[Document]:
    return [settings(options=FEDERATED), *[service(f"s{i}") for i in range(n)], *[account(f"a{i}") for i in range(n)]]


@attack
def closed_ports(n: int) -> list[Document]:
    found = [service(f"s{i}", {"a": "b"}, ports=[{"name": "http", "port": i + 1}]) for i in range(n)]
    pods = [deployment(f"d{i}", {"a": "b", "n": str(i)}) for i in range(n)]
    access = policy(
        "security",
        "AccessPolicy",
        "p",
        {"authzList": [{"allowedMethods": ["GET"]}]},
        applyToDestinations=[{"selector": {"name": "s0"}}],
    )
    return [*found, *pods, access]


@attack
def east_west_by_label(n: int) -> list[Document]:
    gateway = {
        "type": "LoadBalancer",
        "ports": [{"name": "tls", "port": 15443}],
        "labels": {"istio": "eastwestgateway"},
    }
    found = [service(f"g{i}", {"istio": "eastwestgateway"}, **gateway) for i in range(n)]
    for i, one in enumerate(found):
        one["status"] = {"loadBalancer": {"ingress": [{"ip": f"203.0.{i >> 8}.{i & 255}"}]}}
    return found


@attack
def many_services_of_many_ports(n: int) -> list[Document]:
    ports = [{"name": f"http-{i}", "port": i + 1} for i in range(120)]
    return [settings(options=ISOLATED), *[service(f"s{i}", ports=ports) for i in range(n)], account("default")]


@attack
def many_accounts_in_pods(n: int) -> list[Document]:
    return [
        settings(options=ISOLATED),
        service("s", {"a": "b"}),
        *[deployment(f"d{i}", {"a": "b", "n": str(i)}) for i in range(n)],
    ]


@attack
def workload_labels(n: int) -> list[Document]:
    labels = {f"k{i}": "v" for i in range(n)}
    return [settings(options=ISOLATED), service("s", {"k0": "v"}), deployment("s", labels), group("g")]
