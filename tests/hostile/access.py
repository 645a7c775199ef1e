"""AccessPolicies and JWTPolicies."""

from __future__ import annotations

from tests.hostile.documents import (
    EVIL,
    ISOLATED,
    Document,
    account,
    answer,
    attack,
    deployment,
    policy,
    service,
    settings,
    table,
)


@attack
def access_entries(n: int) -> list[Document]:
    entries = [{"allowedPaths": [f"/{i}"]} for i in range(n)]
    return [
        service("s"),
        deployment("s", {"app": "s"}),
        policy("security", "AccessPolicy", "p", {"authzList": entries}),
    ]


@attack
def access_clients(n: int) -> list[Document]:
    clients = [{"serviceAccountSelector": {"namespace": EVIL}} for i in range(n)]
    entries = [{"allowedClients": clients}]
    found = [
        service("s"),
        deployment("s", {"app": "s"}),
        policy("security", "AccessPolicy", "p", {"authzList": entries}),
    ]
    return [*found, *[account(f"a{i}") for i in range(n)]]


@attack
def access_policies_on_services(n: int) -> list[Document]:
    entries = [{"allowedMethods": ["GET"]}]
    found = [policy("security", "AccessPolicy", f"p{i}", {"authzList": entries}) for i in range(n)]
    return [*found, *[service(f"s{i}") for i in range(n)]]


@attack
def access_policies_on_labels(n: int) -> list[Document]:
    found = [
        policy(
            "security",
            "AccessPolicy",
            f"p{i}",
            {"authn": {"tlsMode": "STRICT"}, "authzList": [{"allowedMethods": ["GET"]}]},
            applyToWorkloads=[{"selector": {"labels": {f"k{i}": "v"}}}],
        )
        for i in range(n)
    ]
    labels = {f"k{i}": "v" for i in range(n)}
    return [*found, deployment("s", labels), service("s")]


@attack
def jwt_providers(n: int) -> list[Document]:
    ref = {"ref": {"name": "s", "namespace": EVIL}}
    providers = {
        f"p{i}": {"issuer": f"i{i}", "remote": {"url": "https://a.example.com/k", "destinationRef": ref}}
        for i in range(n)
    }
    return [service("s"), deployment("s", {"app": "s"}), policy("security", "JWTPolicy", "p", {"providers": providers})]


@attack
def jwt_claims(n: int) -> list[Document]:
    ref = {"ref": {"name": "s", "namespace": EVIL}}
    providers = {"p": {"issuer": "i", "remote": {"url": "https://a.example.com/k", "destinationRef": ref}}}
    claims = [{"key": f"c{i}", "values": ["v"]} for i in range(n)]
    return [
        *[service(f"s{i}") for i in range(n // 10)],
        policy("security", "JWTPolicy", "p", {"providers": providers, "claims": claims}),
    ]


@attack
def jwt_on_gateway_routes(n: int) -> list[Document]:
    ref = {"ref": {"name": "s", "namespace": EVIL}}
    providers = {"p": {"issuer": "i", "remote": {"url": "https://a.example.com/k", "destinationRef": ref}}}
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}]
    http = [answer(labels={"a": str(i % 2)}, matchers=[{"uri": {"prefix": f"/{i}/"}}]) for i in range(n)]
    jwt = policy(
        "security", "JWTPolicy", "p", {"providers": providers}, applyToRoutes=[{"route": {"labels": {"a": "0"}}}]
    )
    return [jwt, table("r", {"hosts": ["x.example.com"], "http": http, "virtualGateways": refs})]


@attack
def jwt_on_gateway_tables(n: int) -> list[Document]:
    ref = {"ref": {"name": "s", "namespace": EVIL}}
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}]
    providers = {"p": {"issuer": "i", "remote": {"url": "https://a.example.com/k", "destinationRef": ref}}}
    found = []
    for i in range(n):
        found.append(
            policy(
                "security",
                "JWTPolicy",
                f"p{i}",
                {"providers": providers},
                applyToRoutes=[{"route": {"labels": {"a": str(i)}}}],
            )
        )
        found.append(
            table(
                f"t{i}",
                {"hosts": [f"x{i}.example.com"], "http": [answer(labels={"a": str(i)})], "virtualGateways": refs},
            )
        )
    return found


@attack
def clients_of_many_accounts(n: int) -> list[Document]:
    clients = [{"serviceAccountSelector": {"namespace": EVIL}} for _ in range(250)]
    found = [
        policy("security", "AccessPolicy", f"p{i}", {"authzList": [{"allowedClients": clients}]})
        for i in range(n // 250 + 1)
    ]
    return [*found, *[account(f"a{i}") for i in range(n)], service("s")]


@attack
def one_client_of_many_accounts(n: int) -> list[Document]:
    clients = [{"serviceAccountSelector": {"namespace": EVIL}}]
    found = [
        policy("security", "AccessPolicy", f"p{i}", {"authzList": [{"allowedClients": clients}]}) for i in range(n)
    ]
    return [*found, *[account(f"a{i}") for i in range(n)], service("s"), deployment("s", {"app": "s"})]


@attack
def rules_on_one_service(n: int) -> list[Document]:
    """Many policies on one Service, each with many rules that differ."""
    found = [
        policy(
            "security", "AccessPolicy", f"p{i}", {"authzList": [{"allowedPaths": [f"/{i}/{k}"]} for k in range(500)]}
        )
        for i in range(n // 500 + 1)
    ]
    return [settings(options=ISOLATED), service("s"), deployment("s", {"app": "s"}), *found]
