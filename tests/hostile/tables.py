"""Hosts, selectors and destinations of RouteTables."""

from __future__ import annotations

from tests.hostile.documents import EVIL, SHOP, Document, answer, attack, deployment, root, service, table, to_service


@attack
def many_unknown_hosts(n: int) -> list[Document]:
    hosts = [f"servcie-{i % 300:04}.shop-{i % 6}.svc.cluster.lcal{i}" for i in range(n)]
    return [table("r", {"hosts": hosts, "http": [answer()]})]


@attack
def unknown_names_beside_hosts(n: int) -> list[Document]:
    hosts = [f"servcie-{i:04}.shop-0.svc.cluster.local" for i in range(n)]
    return [table("r", {"hosts": hosts, "http": [answer()]})]


@attack
def many_wildcard_hosts(n: int) -> list[Document]:
    return [table("r", {"hosts": [f"*.a{i}.example.com" for i in range(n)], "http": [answer()]})]


@attack
def roots_of_one_host(n: int) -> list[Document]:
    def own(i: int) -> Document:
        return {"workloadSelectors": [{"selector": {"labels": {"app": str(i)}}}]}

    return [table(f"t{i}", {"hosts": ["x.example.com"], "http": [answer()], **own(i)}) for i in range(n)]


@attack
def many_workload_selectors(n: int) -> list[Document]:
    selectors = [{"selector": {"labels": {f"a{i}": "b"}}} for i in range(n)]
    inner = [{"selector": {"labels": {f"c{i}": "b"}}} for i in range(n)]
    route = {"delegate": {"routeTables": [{"name": "t", "namespace": EVIL}]}}
    return [
        root("r", [route], workloadSelectors=selectors),
        table("t", {"http": [answer()], "workloadSelectors": inner}),
    ]


@attack
def selectors_and_matchers(n: int) -> list[Document]:
    selectors = [{"selector": {"labels": {f"a{i}": "b"}}} for i in range(n)]
    matchers = [{"headers": [{"name": "a", "value": str(i)}]} for i in range(n)]
    return [root("r", [answer(matchers=matchers)], workloadSelectors=selectors)]


@attack
def selectors_and_routes(n: int) -> list[Document]:
    selectors = [{"selector": {"labels": {f"a{i}": "b"}}} for i in range(n)]
    http = [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]
    return [root("r", http, workloadSelectors=selectors)]


@attack
def tables_with_selectors(n: int) -> list[Document]:
    selectors = [{"selector": {"labels": {f"a{i}": "b"}}} for i in range(20)]
    return [
        table(
            f"t{i}",
            {
                "hosts": ["x.example.com"],
                "http": [answer()],
                "workloadSelectors": [
                    {"selector": {"labels": {"x": str(i), **one["selector"]["labels"]}}} for one in selectors
                ],
            },
        )
        for i in range(n)
    ]


@attack
def many_destinations(n: int) -> list[Document]:
    ref = {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}
    destinations = [{"ref": ref, "port": {"number": 8080}, "weight": 1} for _ in range(100)]
    return [root("r", [{"forwardTo": {"destinations": destinations}}] * n)]


@attack
def many_subsets(n: int) -> list[Document]:
    ref = {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}
    http = [
        {"forwardTo": {"destinations": [{"ref": ref, "port": {"number": 8080}, "subset": {"version": f"v{i}"}}]}}
        for i in range(n)
    ]
    return [root("r", http)]


@attack
def subsets_of_many_pods(n: int) -> list[Document]:
    ref = {"name": "s", "namespace": EVIL, "cluster": "c0"}
    http = [{"forwardTo": {"destinations": [{"ref": ref, "subset": {"version": f"w{i}"}}]}} for i in range(n)]
    pods = [deployment(f"d{i}", {"app": "s", "version": f"v{i}"}) for i in range(n)]
    return [root("r", http), service("s"), *pods]


@attack
def many_unknown_destinations(n: int) -> list[Document]:
    return [root("r", [to_service(f"servcie-{i:04}", f"shop-{i % 6}") for i in range(n)])]


@attack
def unknown_destinations_beside_own(n: int) -> list[Document]:
    services = [service(f"service-of-evil-{i}") for i in range(n)]
    return [root("r", [to_service(f"servcie-of-evil-{i}", EVIL) for i in range(n)]), *services]


@attack
def tables_with_many_labels(n: int) -> list[Document]:
    labels = {f"k{i}": "v" for i in range(n)}
    found = root("r", [answer(matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)])
    found["metadata"]["labels"] = labels
    return [found]


@attack
def routes_with_many_labels(n: int) -> list[Document]:
    labels = {f"k{i}": "v" for i in range(60)}
    return [root("r", [answer(labels=labels, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)])]


@attack
def tables_of_the_same_hosts(n: int) -> list[Document]:
    hosts = [f"h{i}.example.com" for i in range(500)]

    def own(i: int) -> Document:
        return {"workloadSelectors": [{"selector": {"labels": {"app": str(i)}}}]}

    return [table(f"t{i}", {"hosts": hosts, "http": [answer()], **own(i)}) for i in range(n)]


@attack
def tables_of_many_wildcards(n: int) -> list[Document]:
    return [
        table(f"t{i}", {"hosts": [f"*{k}.{i}.svc.cluster.local" for k in range(500)], "http": [answer()]})
        for i in range(n)
    ]


@attack
def tables_of_many_unknown_hosts(n: int) -> list[Document]:
    hosts = [f"servcie-{k:04}.shop-0.svc.cluster.local" for k in range(500)]
    return [table(f"t{i}", {"hosts": hosts, "http": [answer()]}) for i in range(n)]


@attack
def names_of_tls_routes(n: int) -> list[Document]:
    ref = {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}
    to = {"destinations": [{"ref": ref, "port": {"number": 8080}}]}
    hosts = [f"h{i}.example.com" for i in range(500)]
    routes = [
        {"matchers": [{"sniHosts": [f"x{i}.h{k}.example.com" for k in range(200)]}], "forwardTo": to} for i in range(n)
    ]
    return [table("r", {"hosts": hosts, "tls": routes})]


@attack
def tcp_routes(n: int) -> list[Document]:
    ref = {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}
    to = {"destinations": [{"ref": ref, "port": {"number": 8080}}]}
    routes = [{"matchers": [{"port": i % 60000 + 1}], "forwardTo": to} for i in range(n)]
    return [table("r", {"hosts": ["h.example.com"], "tcp": routes})]


@attack
def names_of_tls_routes_on_many_hosts(n: int) -> list[Document]:
    hosts = [f"h{i}.example.com" for i in range(min(n, 250))]
    names = [f"h{i % 250}.example.com" for i in range(250)]
    tls = [
        {
            "matchers": [{"sniHosts": names}],
            "forwardTo": {
                "destinations": [
                    {"ref": {"name": "service-0000", "namespace": SHOP[0], "cluster": "c0"}, "port": {"number": 9090}}
                ]
            },
        }
        for _ in range(n // 250 + 1)
    ]
    return [table("r", {"hosts": hosts, "tls": tls})]
