"""Policies of destinations and workloads."""

from __future__ import annotations

from tests.hostile.documents import EVIL, SHOP, Document, attack, deployment, external, group, policy, service


@attack
def policies_of_everything(n: int) -> list[Document]:
    config = {"consecutiveErrors": 3}
    return [
        policy(
            "resilience", "OutlierDetectionPolicy", f"p{i}", config, applyToDestinations=[{"kind": "EXTERNAL_SERVICE"}]
        )
        for i in range(n // 2)
    ] + [external(f"e{i}") for i in range(n // 2)]


@attack
def policies_of_all_services(n: int) -> list[Document]:
    config = {"tcp": {"maxConnections": 100}}
    return [policy("resilience", "ConnectionPolicy", f"p{i}", config, applyToDestinations=[{}]) for i in range(n)]


@attack
def policy_of_many_selectors(n: int) -> list[Document]:
    config = {"tcp": {"maxConnections": 100}}
    return [policy("resilience", "ConnectionPolicy", "p", config, applyToDestinations=[{}] * n)]


@attack
def policy_of_many_ports(n: int) -> list[Document]:
    config = {"tcp": {"maxConnections": 100}}
    targets = [{"selector": {"namespace": EVIL}, "port": {"number": i + 1}} for i in range(min(n, 60000))]
    ports = [{"name": f"p{i}", "port": i + 1} for i in range(min(n, 60000))]
    return [
        service("s", ports=ports),
        policy("resilience", "ConnectionPolicy", "p", config, applyToDestinations=targets),
    ]


@attack
def failover_mappings(n: int) -> list[Document]:
    mappings = [{"from": {"region": f"r{i}"}, "to": [{"region": f"q{i}"}]} for i in range(n)]
    return [
        group("g"),
        service("s"),
        deployment("s", {"app": "s"}),
        policy(
            "resilience",
            "FailoverPolicy",
            "p",
            {"localityMappings": mappings},
            applyToDestinations=[{"kind": "VIRTUAL_DESTINATION"}],
        ),
    ]


@attack
def failover_weights(n: int) -> list[Document]:
    mappings = [{"from": {"region": f"r{i}"}, "to": [{"region": f"q{i}", "weight": 100}]} for i in range(n)]
    return [
        group("g"),
        service("s"),
        deployment("s", {"app": "s"}),
        policy(
            "resilience",
            "FailoverPolicy",
            "p",
            {"localityMappings": mappings},
            applyToDestinations=[{"kind": "VIRTUAL_DESTINATION"}],
        ),
    ]


@attack
def failover_targets(n: int) -> list[Document]:
    mappings = [{"from": {"region": "r"}, "to": [{"region": f"q{i}", "weight": 1} for i in range(n)]}]
    return [
        group("g"),
        service("s"),
        deployment("s", {"app": "s"}),
        policy(
            "resilience",
            "FailoverPolicy",
            "p",
            {"localityMappings": mappings},
            applyToDestinations=[{"kind": "VIRTUAL_DESTINATION"}],
        ),
    ]


@attack
def failover_labels(n: int) -> list[Document]:
    return [
        group("g"),
        service("s"),
        deployment("s", {"app": "s"}),
        policy(
            "resilience",
            "FailoverPolicy",
            "p",
            {"priorityLabels": {"labels": [f"l{i}" for i in range(n)]}},
            applyToDestinations=[{"kind": "VIRTUAL_DESTINATION"}],
        ),
    ]


@attack
def trimmed_workloads(n: int) -> list[Document]:
    labels = [{f"k{j}": "v" for j in range(i % 20 + 1)} for i in range(n)]
    pods = [deployment(f"d{i}", {**labels[i], "n": str(i)} if i % 2 else labels[i]) for i in range(n)]
    trims = [
        policy(
            "resilience",
            "TrimProxyConfigPolicy",
            f"p{i}",
            {"includedDestinations": [{"selector": {"name": f"service-{i:04}"}}]},
            applyToWorkloads=[{"selector": {"labels": {"n": str(i)}}}],
        )
        for i in range(1, n, 2)
    ]
    return [*pods, *trims]


@attack
def trim_policies_of_all(n: int) -> list[Document]:
    pods = [deployment(f"d{i}", {"n": str(i)}) for i in range(n)]
    trims = [policy("resilience", "TrimProxyConfigPolicy", f"p{i}", {"includedDestinations": [{}]}) for i in range(n)]
    return [*pods, *trims]


@attack
def trim_included(n: int) -> list[Document]:
    pods = [deployment(f"d{i}", {"n": str(i)}) for i in range(n // 2)]
    trims = [policy("resilience", "TrimProxyConfigPolicy", "p", {"includedDestinations": [{}] * n})]
    return [*pods, *trims]


@attack
def policies_of_many_selectors(n: int) -> list[Document]:
    targets = [{"selector": {"namespace": SHOP[k % 6]}} for k in range(200)]
    return [
        policy("resilience", "ConnectionPolicy", f"p{i}", {"tcp": {"maxConnections": 100}}, applyToDestinations=targets)
        for i in range(n)
    ]


@attack
def failovers_of_many_mappings(n: int) -> list[Document]:
    mappings = [
        {"from": {"region": f"r{i}"}, "to": [{"region": f"q{k}", "weight": 2} for k in range(50)]} for i in range(60)
    ]
    return [
        policy("resilience", "FailoverPolicy", f"p{i}", {"localityMappings": mappings}, applyToDestinations=[{}])
        for i in range(n)
    ]


@attack
def health_checks_of_many_gateways(n: int) -> list[Document]:
    refs = [{"name": "ingress", "namespace": "istio-gateways", "cluster": "c0"}] * 200
    check = {"timeout": "1s", "interval": "1s", "unhealthyThreshold": 1, "healthyThreshold": 1, "tcpHealthCheck": {}}
    return [
        policy(
            "resilience",
            "ActiveHealthCheckPolicy",
            f"p{i}",
            {"virtualGateways": refs, "healthCheck": check},
            applyToDestinations=[{}],
        )
        for i in range(n)
    ]
