"""VirtualGateways, and RouteTables on them."""

from __future__ import annotations

from tests.bench.mesh import gloo_object
from tests.hostile.documents import EVIL, Document, answer, attack, root, service, table


@attack
def many_virtual_gateway_refs(n: int) -> list[Document]:
    refs = [{"name": f"ingess{i}", "namespace": "istio-gateways", "cluster": "c0"} for i in range(n)]
    return [root("r", [answer()], virtualGateways=refs)]


@attack
def same_virtual_gateway_often(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}] * n
    return [root("r", [answer()], virtualGateways=refs)]


@attack
def hosts_on_a_gateway(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}]
    hosts = [f"h{i}.example.com" for i in range(n)]
    return [table("r", {"hosts": hosts, "http": [answer()], "virtualGateways": refs})]


@attack
def tables_on_a_gateway(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}]
    return [
        table(f"t{i}", {"hosts": [f"h{i}.example.com"], "http": [answer()], "virtualGateways": refs}) for i in range(n)
    ]


@attack
def listeners_times_hosts(n: int) -> list[Document]:
    listeners = [
        {"port": {"number": 80}, "http": {}, "allowedRouteTables": [{"host": f"a{i}.example.com"}]} for i in range(n)
    ]
    hosts = [f"h{i}.example.com" for i in range(n)]
    gateway = gloo_object(
        "networking",
        "VirtualGateway",
        "g",
        EVIL,
        {"workloads": [{"selector": {"labels": {"istio": "ingressgateway"}}}], "listeners": listeners},
    )
    refs = [{"name": "g", "namespace": EVIL, "cluster": "c0"}]
    return [
        gateway, service("gw", {"istio": "ingressgateway"}),
        table("r", {"hosts": hosts, "http": [answer()], "virtualGateways": refs}),
    ]  # fmt: skip


@attack
def filters_times_hosts(n: int) -> list[Document]:
    filters = [{"host": f"a{i}.example.com"} for i in range(n)]
    hosts = [f"h{i}.example.com" for i in range(n)]
    gateway = gloo_object(
        "networking",
        "VirtualGateway",
        "g",
        EVIL,
        {
            "workloads": [{"selector": {"labels": {"istio": "ingressgateway"}}}],
            "listeners": [{"port": {"number": 80}, "http": {}, "allowedRouteTables": filters}],
        },
    )
    refs = [{"name": "g", "namespace": EVIL, "cluster": "c0"}]
    return [
        gateway, service("gw", {"istio": "ingressgateway"}),
        table("r", {"hosts": hosts, "http": [answer()], "virtualGateways": refs}),
    ]  # fmt: skip


@attack
def gateways_times_tables(n: int) -> list[Document]:
    def gateway(i: int) -> Document:
        return gloo_object(
            "networking",
            "VirtualGateway",
            f"g{i}",
            EVIL,
            {
                "workloads": [{"selector": {"labels": {"istio": f"ingress{i}"}}}],
                "listeners": [{"port": {"number": 80}, "http": {}}],
            },
        )

    gateways = [gateway(i) for i in range(n)]
    refs = [{"name": f"g{i}", "namespace": EVIL, "cluster": "c0"} for i in range(n)]
    services = [service(f"gw{i}", {"istio": f"ingress{i}"}) for i in range(n)]
    return [*gateways, *services, table("r", {"hosts": ["x.example.com"], "http": [answer()], "virtualGateways": refs})]


@attack
def virtual_gateways_on_services(n: int) -> list[Document]:
    gateways = [
        gloo_object(
            "networking",
            "VirtualGateway",
            f"g{i}",
            EVIL,
            {
                "listeners": [
                    {"port": {"number": 80}, "http": {}, "allowedRouteTables": [{"host": f"a{i}.example.com"}]}
                ]
            },
        )
        for i in range(n)
    ]
    return [*gateways, *[service(f"gw{i}", {"istio": f"ingress{i}"}) for i in range(n)]]


@attack
def gateways_of_many_filters(n: int) -> list[Document]:
    def listener(i: int) -> Document:
        filters = [{"host": f"h{k}.l{i}.example.com"} for k in range(50)]
        return {"port": {"number": 80}, "http": {}, "allowedRouteTables": filters}

    gateway = gloo_object(
        "networking",
        "VirtualGateway",
        "g",
        EVIL,
        {
            "workloads": [{"selector": {"labels": {"istio": "ingressgateway"}}}],
            "listeners": [listener(i) for i in range(100)],
        },
    )
    refs = [{"name": "g", "namespace": EVIL, "cluster": "c0"}]
    tables = [
        table(
            f"t{i}",
            {"hosts": [f"h{k}.t{i}.example.com" for k in range(50)], "http": [answer()], "virtualGateways": refs},
        )
        for i in range(n)
    ]
    return [gateway, service("gw", {"istio": "ingressgateway"}), *tables]


@attack
def conflicting_gateways(n: int) -> list[Document]:
    found = [
        gloo_object(
            "networking", "VirtualGateway", f"g{i}", EVIL, {"listeners": [{"port": {"number": 80}, "http": {}}]}
        )
        for i in range(n)
    ]
    return [*found, service("gw", {"istio": "ingressgateway"})]


@attack
def routes_times_gateways(n: int) -> list[Document]:
    """A table of many routes on many gateways of one Service."""
    gateways = [
        gloo_object(
            "networking",
            "VirtualGateway",
            f"g{i}",
            EVIL,
            {
                "workloads": [{"selector": {"name": "gw", "namespace": EVIL}}],
                "listeners": [{"port": {"number": i + 1}, "http": {}}],
            },
        )
        for i in range(n // 10 + 1)
    ]
    refs = [{"name": f"g{i}", "namespace": EVIL, "cluster": "c0"} for i in range(min(n // 10 + 1, 250))]
    http = [answer(matchers=[{"uri": {"prefix": f"/{i}/{k}"}} for k in range(250)]) for i in range(n // 250 + 1)]
    ports = [{"name": f"p{i}", "port": i + 1} for i in range(n // 10 + 1)]
    return [
        service("gw", {"istio": "gw"}, ports=ports),
        *gateways,
        table("r", {"hosts": ["x.example.com"], "http": http, "virtualGateways": refs}),
    ]
