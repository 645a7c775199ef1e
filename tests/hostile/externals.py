"""ExternalServices and ExternalEndpoints."""

from __future__ import annotations

from tests.bench.mesh import gloo_object
from tests.hostile.documents import EVIL, Document, attack, endpoint, external, group, labelled


@attack
def many_externals(n: int) -> list[Document]:
    return [external(f"e{i}") for i in range(n)]


@attack
def external_hosts(n: int) -> list[Document]:
    return [external("e", hosts=[f"h{i}.example.com" for i in range(n)])]


@attack
def external_addresses(n: int) -> list[Document]:
    return [external("e", hosts=[], addresses=[f"203.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(n)])]


@attack
def external_hosts_and_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "HTTPS", "clientsideTls": {}} for i in range(min(n, 60000))]
    return [external("e", hosts=[f"*.h{i}.example.com" for i in range(n)], ports=ports)]


@attack
def endpoints_times_externals(n: int) -> list[Document]:
    return [
        *[external(f"e{i}", selector={"a": "b"}) for i in range(n)],
        *[endpoint(f"p{i}", f"203.0.{i >> 8}.{i & 255}", {"a": "b"}) for i in range(n)],
    ]


@attack
def endpoints_unselected(n: int) -> list[Document]:
    return [
        *[external(f"e{i}", selector={"a": str(i)}) for i in range(n)],
        *[endpoint(f"p{i}", f"203.0.{i >> 8}.{i & 255}", {"a": f"x{i}"}) for i in range(n)],
    ]


@attack
def endpoints_times_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "TCP"} for i in range(min(n, 60000))]
    own = [{"name": f"x{i}", "number": i + 1} for i in range(min(n, 60000))]
    return [external("e", selector={"a": "b"}, ports=ports), endpoint("p", "203.0.113.1", {"a": "b"}, ports=own)]


@attack
def endpoints_lacking_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "TCP"} for i in range(min(n, 60000))]
    ends = [endpoint(f"p{i}", "203.0.113.1", {"a": "b"}, ports=[{"name": "q", "number": 65000}]) for i in range(n)]
    return [external("e", selector={"a": "b"}, ports=ports), *ends]


@attack
def sockets(n: int) -> list[Document]:
    return [
        external("e", selector={"a": "b"}),
        *[endpoint(f"p{i}", "unix:///a", {"a": "b"}) for i in range(n)],
        endpoint("named", "a.example.com", {"a": "b"}),
    ]


@attack
def egress_routes(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}] * n
    ports = [{"number": 443, "protocol": "HTTPS", "egressGatewayRoutes": {"virtualGatewayRefs": refs}}]
    return [external("e", hosts=[f"h{i}.example.com" for i in range(n)], ports=ports)]


@attack
def groups_of_externals(n: int) -> list[Document]:
    found = [external(f"e{i}") for i in range(n)]
    groups = [group(f"g{i}", services=[], externalServices=[{"namespace": EVIL}]) for i in range(n)]
    return [*found, *groups]


@attack
def externals_of_many_hosts(n: int) -> list[Document]:
    return [external(f"e{i}", hosts=[f"h{k}.e{i}.example.com" for k in range(250)]) for i in range(n)]


@attack
def externals_of_many_names(n: int) -> list[Document]:
    names = [f"{'x' * 200}{k}" for k in range(120)]
    ports = [{"number": 443, "protocol": "HTTPS", "clientsideTls": {"sni": "a.example.com"}}]
    return [
        external(f"e{i}", hosts=[f"h{k}.e{i}.example.com" for k in range(250)], ports=ports, subjectAltNames=names)
        for i in range(n)
    ]


@attack
def externals_of_many_ports(n: int) -> list[Document]:
    ports = [{"number": i + 1, "protocol": "HTTPS", "clientsideTls": {}} for i in range(120)]
    return [external(f"e{i}", hosts=[f"*.h{k}.e{i}.example.com" for k in range(120)], ports=ports) for i in range(n)]


@attack
def externals_through_gateways(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}]
    ports = [
        {
            "number": i + 1,
            "protocol": "HTTPS",
            "egressGatewayRoutes": {"virtualGatewayRefs": refs, "portMatch": i + 1000},
        }
        for i in range(60)
    ]
    return [external(f"e{i}", hosts=[f"h{k}.e{i}.example.com" for k in range(120)], ports=ports) for i in range(n)]


@attack
def endpoints_of_many_hosts(n: int) -> list[Document]:
    endpoints = [
        labelled(
            gloo_object("networking", "ExternalEndpoint", f"p{i}", EVIL, {"address": f"203.0.113.{i % 250}"}),
            {"a": "b"},
        )
        for i in range(min(n, 1000))
    ]
    return [
        *endpoints,
        *[
            external(f"e{i}", selector={"a": "b"}, hosts=[f"h{k}.e{i}.example.com" for k in range(250)])
            for i in range(n // 50 + 1)
        ],
    ]
