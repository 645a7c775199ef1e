"""One object at a time: what is read, what is refused and what is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from fedlib.diagnostics import Report
from fedlib.diagnostics.lists import flatten
from fedlib.diagnostics.source import Origin, Source
from fedlib.discovery.inventory import GlooObject, Namespace, Node, Service, ServiceAccount, ServicePort, Workload
from fedlib.discovery.objects import Discovered, parse_object
from tests.discovery import samples


def parse(document: Any) -> Discovered | None:
    report = Report()
    found = parse_object(document, "eu", None, report)
    assert [str(finding.message) for finding in report] == []
    return found


def refused(document: Any) -> list[str]:
    report = Report()
    assert parse_object(document, "eu", None, report) is None
    return [f"{finding.code.id} {finding.subject}: {finding.message}" for finding in report]


def test_namespace() -> None:
    assert parse(samples.namespace("shop", team="a")) == Namespace("eu", "shop", {"team": "a"}, samples.CREATED)


def test_service() -> None:
    assert parse(samples.service("web")) == Service(
        cluster="eu",
        namespace="shop",
        name="web",
        labels={"app": "web"},
        created=samples.CREATED,
        selector={"app": "web"},
        ports=(ServicePort(80, "http", "TCP", "http", "web"),),
        cluster_ip="10.0.0.1",
        cluster_ips=("10.0.0.1",),
        ip_families=("IPv4",),
    )


def test_istios_annotations_of_namespaces_and_services() -> None:
    annotations = {"networking.istio.io/exportTo": ".", "example.com/note": "anything-private"}
    namespace = _with(samples.namespace("shop"), "metadata.annotations", annotations)
    service = _with(samples.service("web", trafficDistribution="PreferClose"), "metadata.annotations", annotations)
    for found in (parse(namespace), parse(service)):
        assert isinstance(found, Namespace | Service)
        assert found.annotations == {"networking.istio.io/exportTo": "."}
    assert isinstance(found, Service)
    assert found.traffic_distribution == "PreferClose"


def test_gateway_addresses_keep_their_order() -> None:
    found = parse(samples.gateway())
    assert isinstance(found, Service)
    assert found.ingress == ("192.0.2.7", "lb.test")
    assert found.ports == (ServicePort(15443, "tls", target_port=15443, node_port=31000),)
    assert found.external_traffic_policy == "Cluster"


def test_target_port_defaults_to_the_port() -> None:
    found = parse(samples.service("web", ports=[{"port": 8080}]))
    assert isinstance(found, Service)
    assert found.ports[0].target_port == 8080


def test_null_reads_as_absent() -> None:
    found = parse(samples.service("web", selector=None, ports=None, externalIPs=None))
    assert isinstance(found, Service)
    assert (found.selector, found.ports, found.external_ips) == ({}, (), ())


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_workload(kind: str) -> None:
    assert parse(samples.deployment("web", kind=kind)) == Workload(
        cluster="eu",
        namespace="shop",
        kind=kind,
        name="web",
        labels={"app": "web", "version": "1e5"},
        annotations={"sidecar.istio.io/inject": "true"},
        service_account="web-account",
        container_ports={"web": 8080, "p": 15001},
    )


def test_workload_without_service_account_uses_default() -> None:
    document = samples.deployment("web")
    del document["spec"]["template"]["spec"]["serviceAccountName"]
    found = parse(document)
    assert isinstance(found, Workload)
    assert found.service_account == "default"


def test_service_account_keeps_its_identity_and_labels_only() -> None:
    document = samples.service_account("web")
    document["metadata"]["labels"] = {"team": "web"}
    assert parse(document) == ServiceAccount("eu", "shop", "web", {"team": "web"})


def test_node() -> None:
    assert parse(samples.node("n", **{"topology.istio.io/subzone": "rack-1"})) == Node(
        "eu", "n", "eu-1", "eu-1a", "rack-1", ("192.0.2.1",), own_addresses=("192.0.2.1", "10.1.0.1")
    )


def test_addresses_of_a_service_and_of_pods() -> None:
    """In the order in which they are written, each once; `None` of a headless Service is none."""
    service = parse(samples.service("web", clusterIP="10.0.0.1", clusterIPs=["10.0.0.1", "fd00::1"]))
    assert isinstance(service, Service)
    assert service.cluster_ips == ("10.0.0.1", "fd00::1")
    headless = parse(samples.service("web", clusterIP="None", clusterIPs=["None"]))
    assert isinstance(headless, Service)
    assert headless.cluster_ips == ()
    node = parse(
        {**samples.node("n"), "spec": {"podCIDR": "10.244.1.0/24", "podCIDRs": ["10.244.1.0/24", "fd00:1::/64"]}}
    )
    assert isinstance(node, Node)
    assert node.pod_blocks == ("10.244.1.0/24", "fd00:1::/64")


def test_node_falls_back_to_old_labels_and_internal_addresses() -> None:
    document = samples.node("n")
    document["metadata"]["labels"] = {
        "failure-domain.beta.kubernetes.io/region": "r",
        "failure-domain.beta.kubernetes.io/zone": "z",
    }
    document["status"] = {"addresses": [{"type": "InternalIP", "address": "10.1.0.1"}]}
    assert parse(document) == Node("eu", "n", "r", "z", "", ("10.1.0.1",), own_addresses=("10.1.0.1",))


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_node_that_is_not_ready(status: str) -> None:
    document = samples.node("n")
    document["status"]["conditions"] = [{"type": "Ready", "status": status}]
    found = parse(document)
    assert isinstance(found, Node)
    assert not found.ready


def test_node_excluded_from_load_balancers_has_no_addresses() -> None:
    found = parse(samples.node("n", **{"node.kubernetes.io/exclude-from-external-load-balancers": ""}))
    assert isinstance(found, Node)
    assert found.addresses == ()


def test_gloo_object_keeps_what_its_author_wrote() -> None:
    found = parse(samples.workspace("shop"))
    assert found == GlooObject(
        "eu",
        {
            "apiVersion": "admin.gloo.solo.io/v2",
            "kind": "Workspace",
            "metadata": {"name": "shop", "namespace": "gloo-mesh", "creationTimestamp": samples.CREATED},
            "spec": samples.workspace("shop")["spec"],
        },
    )


@pytest.mark.parametrize("group", ["admin", "networking", "trafficcontrol.policy", "apimanagement"])
def test_groups_of_gloo(group: str) -> None:
    assert isinstance(parse({**samples.workspace("x"), "apiVersion": f"{group}.gloo.solo.io/v2"}), GlooObject)


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("v1", "Endpoints"),
        ("apps/v1", "ControllerRevision"),
        ("extensions/v1beta1", "Ingress"),
        ("discovery.k8s.io/v1", "EndpointSlice"),
        ("networking.istio.io/v1", "VirtualService"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("internal.gloo.solo.io/v2", "DiscoveredGateway"),
        ("certificates.mesh.gloo.solo.io/v1", "IssuedCertificate"),
    ],
)
def test_kinds_that_are_passed_over(api_version: str, kind: str) -> None:
    assert parse({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "data": {"k": "v"}}) is None


def test_unknown_kinds_are_reported_with_a_suggestion() -> None:
    assert refused({"apiVersion": "v1", "kind": "Servise", "metadata": {"name": "x"}}) == [
        "FED017 Servise x (eu): v1 Servise is not a kind that this tool reads; did you mean 'Service'?"
    ]
    assert refused({"apiVersion": "v1", "kind": "Deployment", "metadata": {"name": "x"}}) == [
        "FED017 Deployment x (eu): v1 Deployment is not a kind that this tool reads; did you mean apps/v1 Deployment?"
    ]
    assert refused({"apiVersion": "example.com/v1", "kind": "Xyz"}) == [
        "FED017 Xyz (eu): example.com/v1 Xyz is not a kind that this tool reads"
    ]


def _with(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *parents, last = path.split(".")
    place: Any = document
    for step in parents:
        place = place[int(step) if step.isdecimal() else step]
    place[last] = value
    return document


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        ("text", ["FED014 Object (eu): this document is not a Kubernetes object: it is a string"]),
        ([], ["FED014 Object (eu): this document is not a Kubernetes object: it is a list"]),
        ({"kind": "Service"}, ["FED014 Object (eu): this document is not a Kubernetes object: it has no apiVersion"]),
        (
            {"apiVersion": "v1", "kind": "Service", "metadata": {}},
            ["FED014 Service (eu): this document is not a Kubernetes object: it has no metadata.name"],
        ),
        (
            {"apiVersion": "v1", "kind": "ServiceList", "items": "none"},
            ["FED014 ServiceList (eu): this document is not a Kubernetes object: it is a List without a list of items"],
        ),
        (
            _with(samples.service("web"), "metadata.labels", {"on": True, "n": 1}),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "metadata.labels.n must be a string, not the number 1"),
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "metadata.labels.on must be a string, not the boolean true"),
            ],
        ),
        (
            _with(samples.service("web"), "spec.ports", "80"),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.ports must be a list, not a string")
            ],
        ),
        (
            _with(samples.service("web"), "spec.ports", [{"name": "http"}]),
            ["FED105 Service shop/web (eu): the object cannot be understood: spec.ports[0].port is missing"],
        ),
        (
            _with(samples.service("web"), "spec.ports.0.port", 70000),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.ports[0].port must be a port number, not 70000")
            ],
        ),
        (
            _with(samples.service("web"), "spec.ports.0.port", True),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.ports[0].port must be a number, not the boolean true")
            ],
        ),
        (
            _with(samples.service("web"), "spec.ports.0.targetPort", "8080"),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.ports[0].targetPort must be a number or a port's name, not a number in quotes")
            ],
        ),
        (
            _with(samples.service("web"), "spec.ports", [{"port": 1}, {"port": 2}]),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.ports must each have a name of their own")
            ],
        ),
        (
            _with(samples.service("web"), "spec.type", "Loadbalancer"),
            [
                ("FED105 Service shop/web (eu): the object cannot be understood: "
                "spec.type must be one of ClusterIP, NodePort, LoadBalancer, ExternalName")
            ],
        ),
        (
            _with(samples.service("web"), "metadata.name", True),
            [
                ("FED105 Service shop (eu): the object cannot be understood: "
                "metadata.name must be a string, not the boolean true")
            ],
        ),
        (
            _with(samples.service("web"), "metadata.name", "../../etc"),
            [
                ("FED105 Service shop/../../etc (eu): the object cannot be understood: "
                "metadata.name is not a DNS name as Kubernetes requires it")
            ],
        ),
        (
            _with(samples.service("web"), "metadata.namespace", None),
            ["FED105 Service web (eu): the object cannot be understood: metadata.namespace is missing"],
        ),
    ],
)  # fmt: skip
def test_what_no_api_server_returns_is_refused(document: Any, messages: list[str]) -> None:
    assert refused(document) == messages


def test_unknown_fields_are_fine() -> None:
    assert parse(_with(samples.service("web"), "spec.internalTrafficPolicy", {"new": ["field"]})) is not None


def test_secrets_of_an_object_reach_no_finding() -> None:
    document = samples.deployment("web")
    document["spec"]["template"]["spec"]["containers"][0]["ports"] = "hunter2-in-the-clear"
    assert "hunter" not in "".join(refused(document))


def test_lists_are_flattened_and_typed_items_get_their_kind() -> None:
    origin = Origin(Source("x.yaml"))
    item = samples.service("web")
    del item["apiVersion"], item["kind"]
    typed = {"apiVersion": "v1", "kind": "ServiceList", "items": [item]}
    nested = {"apiVersion": "v1", "kind": "List", "items": [typed, samples.namespace("shop")]}
    found = list(flatten(nested, origin))
    assert [document["kind"] for document, _ in found] == ["Service", "Namespace"]
    assert found[0][1].path == ("items", 0, "items", 0)
    assert found[0][0]["apiVersion"] == "v1"
    single = samples.namespace("shop")
    assert list(flatten(single, origin)) == [(single, origin)]
