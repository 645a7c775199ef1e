"""A platform, a shop, a neighbour whose input may be anything, and a workspace that both may share something with.

The neighbour's input is a list of seeds, each of which adds one hostile thing: hypothesis takes away those that do not
matter for what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from fedlib.discovery.inventory import (
    Istiod,
    MeshConfig,
    Namespace,
    Node,
    RootCertificate,
    Service,
    ServiceAccount,
    ServicePort,
    Workload,
)
from tests.property.stacks import Plain
from tests.property.world import Discovered, World

CLUSTERS: Final = ("eu", "us")
SHOP, NEIGHBOUR, BOTH, PLATFORM = "shop", "neighbour", "both", "platform"
HOMES: Final = {SHOP: "shop-a", NEIGHBOUR: "neighbour-a", BOTH: "both-a", PLATFORM: "istio-gateways"}
HOSTS: Final = (
    "api.mesh.example", "db.mesh.example", "a-b.mesh.example", "a.b-mesh.example", "api.mesh", "*.example.com",
    "www.example.com", "api.shop-a.svc.eu.global", "api.shop-a.svc.cluster.local", "api.shop-a",
)  # fmt: skip
SUFFIXES: Final = ("global", "mesh.example", "", "a.global")
TIMES: Final = ("", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
PORTS: Final = (
    ServicePort(80, "http", target_port=8080),
    ServicePort(9090, "grpc", target_port="grpc"),
    ServicePort(5432, "tcp-db", target_port=5432),
    ServicePort(53, "dns", protocol="UDP"),
    ServicePort(15443, "tls", target_port=15443),
    ServicePort(443, "https", target_port=8443),
)
NAMES: Final = ("api", "db", "a-b")
LABELS: Final[tuple[dict[str, str], ...]] = ({"app": "api"}, {"app": "db"}, {"app": "a-b", "version": "v1"})
GATEWAY_LABELS: Final[tuple[dict[str, str], ...]] = (
    {"istio": "eastwestgateway"},
    {"istio": "ingressgateway"},
    {"app": "gateway", "istio": "ingressgateway"},
    {"app": "istiod"},
)

Part = tuple[list[Discovered], list[Plain], Plain]
"""Objects, Gloo resources, and options of the settings."""


def _resource(dice: Random, kind: str, name: str, owner: str, spec: Plain, group: str = "networking") -> Plain:
    metadata: Plain = {
        "name": name,
        "namespace": HOMES[owner],
        "labels": dice.choice(LABELS),
        "annotations": {"cluster.solo.io/cluster": dice.choice(CLUSTERS)},
    }
    created = dice.choice(TIMES)
    if created:
        metadata["creationTimestamp"] = created
    return {"apiVersion": f"{group}.gloo.solo.io/v2", "kind": kind, "metadata": metadata, "spec": spec}


def _service(dice: Random, owner: str) -> Part:
    """A Service with pods, like that of anybody."""
    cluster, name = dice.choice(CLUSTERS), dice.choice(NAMES)
    labels = dice.choice(LABELS)
    account = dice.choice(("default", "api"))
    service = Service(
        cluster, HOMES[owner], name, dice.choice(LABELS), dice.choice(TIMES), selector=labels,
        ports=tuple(dice.sample(PORTS, dice.choice((len(PORTS), 1, 3)))),
        ip_families=dice.choice(((), ("IPv4",), ("IPv4", "IPv6"), ("IPv6",))),
        cluster_ip=dice.choice(("", "", "None")),
    )  # fmt: skip
    pods = Workload(cluster, HOMES[owner], "Deployment", name, labels, {}, account, {"grpc": 9090})
    return [service, pods], [], {}


def _gateway_service(dice: Random, owner: str) -> Part:
    """A Service that says of itself that it is a gateway, and what may stand behind it."""
    cluster, labels = dice.choice(CLUSTERS), dice.choice(GATEWAY_LABELS)
    service = Service(
        cluster, HOMES[owner], "gateway", labels, dice.choice(TIMES),
        type=dice.choice(("LoadBalancer", "NodePort", "ExternalName", "ClusterIP")), selector=labels,
        ports=(PORTS[4], PORTS[5], PORTS[0]), ingress=("203.0.113.66",), external_ips=("203.0.113.67",),
    )  # fmt: skip
    pods = Workload(cluster, HOMES[owner], "Deployment", "gateway", labels, {"inject.istio.io/templates": "gateway"})
    gateway = {
        "workloads": dice.choice((None, [{"selector": {"labels": labels}}], [{"selector": {"name": "gateway"}}])),
        "listeners": [
            {"http": {}, "port": {"number": 80}, "httpsRedirect": dice.random() < 0.5},
            {"http": {}, "port": {"number": 443}, "tls": {"mode": "SIMPLE", "secretName": "cert"}},
        ],
    }
    return (
        [service, *([pods] if dice.random() < 0.7 else [])],
        [_resource(dice, "VirtualGateway", "gateway", owner, gateway)],
        {},
    )


def _istiod(dice: Random, owner: str) -> Part:
    """Something that calls itself istiod, with settings that would stop everything."""
    cluster, home = dice.choice(CLUSTERS), HOMES[owner]
    istiod = Istiod(environment={"PILOT_ENABLE_SERVICEENTRY_SELECT_PODS": "false"}, version="1.10")
    pods = Workload(cluster, home, "Deployment", "istiod", {"app": "istiod", "istio": "pilot"}, istiod=istiod)
    config = MeshConfig(
        cluster, home, "istio", frozenset({"trustDomain", "enableAutoMtls"}), dice.choice(("cluster.local", "evil")),
        ("eu", "us"), auto_mtls=False, readable=dice.random() < 0.8,
    )  # fmt: skip
    root = RootCertificate(cluster, home, "istio-ca-root-cert", ("66" * 32,))
    everything: list[Discovered] = [pods, config, root]
    return dice.sample(everything, dice.randint(1, 3)), [], {}


def _account(dice: Random, owner: str) -> Part:
    """A ServiceAccount with labels by which others may select."""
    account = ServiceAccount(dice.choice(CLUSTERS), HOMES[owner], dice.choice(("default", "api")), dice.choice(LABELS))
    return [account], [], {}


def _group(dice: Random, owner: str) -> Part:
    """A VirtualDestination; the neighbour's may have the hosts of the shop."""
    spec: Plain = {
        "hosts": [host for host in dice.sample(HOSTS, dice.randint(1, 2)) if "*" not in host],
        "services": dice.choice(([{}], [{"labels": {"app": "api"}}], [{"workspace": SHOP}], [{"name": "db"}])),
        "ports": dice.choice((
            [{"number": 80, "protocol": "HTTP"}],
            [{"number": 80, "protocol": "HTTP"}, {"number": 9000, "protocol": "TCP", "targetPort": {"number": 80}}],
            [{"number": 5432, "protocol": "TCP"}],
        )),
    }  # fmt: skip
    if dice.random() < 0.4:
        spec["clientMode"] = dice.choice(({"tlsTermination": {}}, {"sniRouting": {}}))
    return [], [_resource(dice, "VirtualDestination", dice.choice(NAMES), owner, spec)], {}


def _routes(dice: Random, owner: str) -> Part:
    """A RouteTable for sidecars or for the platform's gateway."""
    destination: Plain = {"ref": {"name": dice.choice(NAMES), "namespace": HOMES[owner]}, "port": {"number": 80}}
    if dice.random() < 0.3:
        destination["ref"]["namespace"] = HOMES[dice.choice((SHOP, BOTH))]
    elif dice.random() < 0.4:  # who follows the routes of others asks others for subsets
        destination["subset"] = {"version": "v1"}
    spec: Plain = {
        "hosts": dice.sample(HOSTS, dice.randint(1, 2)),
        "http": [{"matchers": [{"uri": {"prefix": "/"}}], "forwardTo": {"destinations": [destination]}}],
    }
    if dice.random() < 0.5:
        spec["virtualGateways"] = [{"name": "ingress", "namespace": HOMES[PLATFORM], "cluster": "eu"}]
    return [], [_resource(dice, "RouteTable", dice.choice(NAMES), owner, spec)], {}


def _external(dice: Random, owner: str) -> Part:
    """An ExternalService."""
    spec = {
        "hosts": dice.sample(HOSTS, 1),
        "ports": [{"number": 80, "protocol": dice.choice(("HTTP", "TCP"))}],
        "selector": dice.choice(LABELS),
    }
    endpoint = {"address": dice.choice(("192.0.2.66", "evil.example.com")), "ports": [{"name": "", "number": 80}]}
    found = [_resource(dice, "ExternalService", dice.choice(NAMES), owner, spec)]
    if dice.random() < 0.5:
        found.append(_resource(dice, "ExternalEndpoint", dice.choice(NAMES), owner, endpoint))
    return [], found, {}


_SELECTING: Final[tuple[Plain, ...]] = ({}, {"selector": {"labels": {"app": "api"}}}, {"selector": {"workspace": SHOP}})
_ANYBODY: Final[list[Plain]] = [{"serviceAccountSelector": {}}]
_KINDS: Final = ("SERVICE", "VIRTUAL_DESTINATION")
_POLICIES: Final[tuple[tuple[str, str, Plain], ...]] = (
    ("resilience.policy", "OutlierDetectionPolicy", {"config": {"consecutiveErrors": 2}}),
    ("resilience.policy", "FailoverPolicy", {"config": {"priorityLabels": {"labels": ["version"]}}}),
    ("resilience.policy", "ConnectionPolicy", {"config": {"tcp": {"maxConnections": 7}}}),
    ("trafficcontrol.policy", "LoadBalancerPolicy", {"config": {"simple": "RANDOM"}}),
    ("security.policy", "AccessPolicy", {"config": {"authzList": [{"allowedClients": _ANYBODY}]}}),
    ("security.policy", "ClientTLSPolicy", {"disable": {}}),
)  # fmt: skip


def _policy(dice: Random, owner: str) -> Part:
    """A policy for whatever its selectors find."""
    group, kind, spec = dice.choice(_POLICIES)
    kinds = _KINDS[1:] if kind == "OutlierDetectionPolicy" else _KINDS
    applied = {**dice.choice(_SELECTING), "kind": dice.choice(kinds)}
    return [], [_resource(dice, kind, dice.choice(NAMES), owner, {**spec, "applyToDestinations": [applied]}, group)], {}


def _options(dice: Random, owner: str) -> Part:
    """Settings: suffixes, selectors, gateways, addresses that stand for them."""
    federation: Plain = {
        "enabled": dice.random() < 0.8,
        "hostSuffix": dice.choice(SUFFIXES),
        "serviceSelector": dice.choice(([], [{}], [{"workspace": BOTH}], [{"labels": {"app": "api"}}])),
        "ports": dice.choice(([], [{"number": 80}])),
    }
    selections: tuple[list[Plain], ...] = (
        [],
        [{"selector": {"labels": dice.choice(GATEWAY_LABELS)}}],
        [{"selector": {"namespace": HOMES[dice.choice((NEIGHBOUR, PLATFORM))]}, "port": {"number": 80}}],
        [{"hostInfoOverrides": [{"addr": "203.0.113.66"}, {"addr": "evil.example.com", "port": 1}]}],
        [{"port": {"name": dice.choice(("tls", "https", "none"))}, "tlsTerminationPort": {"number": 443}}],
    )
    found: Plain = {"federation": federation, "eastWestGateways": dice.choice(selections)}
    if dice.random() < 0.4:
        found["serviceIsolation"] = {"enabled": True, "trimProxyConfig": dice.random() < 0.5}
    if dice.random() < 0.3:
        found["virtualDestClientMode"] = {"tlsTermination": {}}
    return [], [], found


PARTS: Final[tuple[Callable[[Random, str], Part], ...]] = (
    _service, _service, _gateway_service, _istiod, _account, _group, _group, _routes, _external, _policy, _options,
)  # fmt: skip
ORDINARY: Final = (_service, _service, _service, _account, _group, _group, _routes, _external, _policy, _options)
"""What the others have: Services, groups, routes and policies, but no gateways of their own."""


def written_by(owner: str, seeds: Sequence[int], parts: Sequence[Callable[[Random, str], Part]] = PARTS) -> Part:
    """What a workspace writes: one part for each seed. Of two things with one identity the first one counts."""
    objects: dict[object, Discovered] = {}
    resources: dict[object, Plain] = {}
    options: Plain = {}
    for seed in seeds:
        dice = Random(seed)
        found, listed, settings = dice.choice(parts)(dice, owner)
        for one in found:
            objects.setdefault((type(one), one.cluster, one.name, getattr(one, "kind", "")), one)
        for resource in listed:
            metadata = resource["metadata"]
            home = metadata["annotations"]["cluster.solo.io/cluster"]
            resources.setdefault((resource["kind"], metadata["name"], home), resource)
        options.update(settings)
    return list(objects.values()), list(resources.values()), options


def _entry(*partners: str) -> list[Plain]:
    return [{"workspaces": [{"name": name} for name in partners]}] if partners else []


def _platform(dice: Random) -> list[Discovered]:
    found: list[Discovered] = []
    for number, cluster in enumerate(CLUSTERS):
        region = f"region-{cluster}"
        found.append(Node(cluster, "node", region, f"{region}-1", "", (f"192.0.2.{number}",)))
        for name in ("istio-system", *HOMES.values()):
            found.append(Namespace(cluster, name, {"istio-injection": "enabled"}, "2026-01-01T00:00:00Z"))
        for name, labels in (("east-west", GATEWAY_LABELS[0]), ("ingress", GATEWAY_LABELS[2])):
            ports = (PORTS[4], replace(PORTS[5], target_port=8443), PORTS[0])
            found.append(
                Service(
                    cluster,
                    HOMES[PLATFORM],
                    name,
                    labels,
                    type="LoadBalancer",
                    selector=labels,
                    ports=ports,
                    ingress=(f"198.51.100.{number}",),
                    ip_families=("IPv4",),
                )
            )
            found.append(Workload(cluster, HOMES[PLATFORM], "Deployment", name, labels, {}, name))
        if dice.random() < 0.5:
            istiod = Istiod(environment={"PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "true"})
            found.append(Workload(cluster, "istio-system", "Deployment", "istiod", GATEWAY_LABELS[3], istiod=istiod))
            stated = frozenset({"trustDomain", "defaultConfig"})
            found.append(MeshConfig(cluster, "istio-system", "istio", stated, cluster, dns_capture=True))
    return found


def _gateways_apart(part: Part) -> None:
    """Takes what makes two groups of one host one thing for a gateway, which knows them by the host alone then.

    What goes on in that case is up to the administrator (``federation:hosts``).
    """
    _, resources, options = part
    options.pop("virtualDestClientMode", None)
    for resource in resources:
        if resource["kind"] == "VirtualDestination":
            resource["spec"].pop("clientMode", None)


def _groups_apart(part: Part, owner: str) -> None:
    """Takes also what makes them one thing for Istio: a namespace with pods of both."""
    _gateways_apart(part)
    for resource in part[1]:
        if resource["kind"] == "VirtualDestination":
            resource["spec"]["services"] = [{**one, "workspace": owner} for one in resource["spec"]["services"]]


def _groups_of_one(part: Part, dice: Random) -> None:
    """Makes each group one of pods of the shop, or else of the neighbour.

    What one of them lacks is missing in a group of both, which is what its owner decided.
    """
    for resource in part[1]:
        if resource["kind"] == "VirtualDestination":
            owner = dice.choice((SHOP, NEIGHBOUR))
            resource["spec"]["services"] = [{**one, "workspace": owner} for one in resource["spec"]["services"]]


def neighbours(
    shop: Sequence[int],
    both: Sequence[int],
    neighbour: Sequence[int],
    platform: int,
    *,
    imports: bool = False,
    exports: bool = False,
) -> World:
    """The world in which everybody writes what their seeds say.

    Args:
        shop: seeds of the shop.
        both: seeds of the workspace that imports from the shop and from the neighbour, or exports to them; not both,
            because what it makes of the things of one could concern the other.
        neighbour: seeds of the neighbour, which wants to share with everybody.
        platform: the seed of the platform, of who shares with whom, and of the stack's own keys.
        imports: whether the shop imports all that the neighbour has. Its groups are of its own Services then.
        exports: whether the neighbour may import all that the shop has.
    """
    dice = Random(platform)
    objects = _platform(dice)
    gateway = {
        "listeners": [
            {"http": {}, "port": {"number": 80}},
            {"http": {}, "port": {"number": 443}, "tls": {"mode": "SIMPLE", "secretName": "cert"}},
        ]
    }
    metadata = {"name": "ingress", "namespace": HOMES[PLATFORM], "annotations": {"cluster.solo.io/cluster": "eu"}}
    resources: list[Plain] = [
        {"apiVersion": "networking.gloo.solo.io/v2", "kind": "VirtualGateway", "metadata": metadata, "spec": gateway}
    ]
    partners = [BOTH, PLATFORM] if dice.random() < 0.8 else []
    consumes = dice.random() < 0.6
    sharing: dict[str, tuple[list[Plain], list[Plain]]] = {
        SHOP: (
            _entry(*partners, *([NEIGHBOUR] if exports else [])),
            _entry(*partners, *([NEIGHBOUR] if imports else [])),
        ),
        BOTH: ([], _entry(SHOP) + _entry(NEIGHBOUR)) if consumes else (_entry(SHOP, NEIGHBOUR), []),
        NEIGHBOUR: (_entry("*"), _entry("*")),
        PLATFORM: ([], _entry(SHOP, BOTH) + _entry(NEIGHBOUR)),
    }
    workspaces: Plain = {}
    written: dict[str, Part] = {
        SHOP: written_by(SHOP, shop, ORDINARY),
        BOTH: written_by(BOTH, both, ORDINARY),
        NEIGHBOUR: written_by(NEIGHBOUR, neighbour),
        PLATFORM: ([], [], {}),
    }
    for name, (found, listed, options) in written.items():
        objects += found
        resources += listed
        to, from_ = sharing[name]
        workspaces[name] = {
            "workloadClusters": [{"name": "*", "namespaces": [{"name": HOMES[name]}]}],
            "settings": {"exportTo": to, "importFrom": from_, "options": options},
        }
    given = dice.random() < 0.5
    if consumes:
        _groups_of_one(written[BOTH], dice)
    if imports:
        _groups_apart(written[SHOP], SHOP)
    if not given:
        _groups_apart(written[NEIGHBOUR], NEIGHBOUR)
        _gateways_apart(written[BOTH])
    config: dict[str, Any] = {
        "clusters": {name: {} for name in CLUSTERS},
        "workspaces": workspaces,
        "placement": dice.choice(("namespace", "shared")),
        "groupShape": dice.choice(("localOnlyHost", "workloadEntry")) if given else "localOnlyHost",
        "hosts": {SHOP: ["mesh.example", "b-mesh.example", "mesh", "example.com"]} if given else {},
        "policyInheritance": dice.choice(("override", "source", "none")),
        "resources": resources,
    }
    return World(config, tuple(objects))
