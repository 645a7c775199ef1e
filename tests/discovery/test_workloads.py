"""What runs pods: which kinds are read, and which of them stand for the others."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from fedlib.diagnostics import NOWHERE, Report
from fedlib.discovery.assemble import assemble
from fedlib.discovery.inventory import ClusterInventory, Workload
from fedlib.discovery.live import discover_live
from fedlib.discovery.objects import parse_object
from fedlib.discovery.recorded import read_recorded
from fedlib.discovery.snapshot_file import record
from tests.discovery import api_double, samples
from tests.discovery.api_double import PLURALS, ApiDouble, serving
from tests.discovery.conftest import FAST, live
from tests.discovery.samples import Document, made_by


def workloads(*documents: Document) -> list[Workload]:
    """What a cluster with these objects runs, whatever their order."""
    report = Report()
    found = [parse_object(document, "eu", None, report) for document in (samples.namespace("shop"), *documents)]
    pairs = [(one, None) for one in found if one is not None]
    inventory = assemble("eu", pairs, report, live=False)
    assert assemble("eu", random.Random(5).sample(pairs, len(pairs)), report, live=False) == inventory
    assert list(report) == []
    return list(inventory.workloads)


def names(*documents: Document) -> list[str]:
    return [f"{one.kind} {one.name}" for one in workloads(*documents)]


def unknown(kind: str, name: str) -> Document:
    """The owner of pods that no recording holds."""
    return {"apiVersion": "example.com/v1", "kind": kind, "metadata": {"name": name}}


@pytest.mark.parametrize(
    "document",
    [
        samples.deployment("web"),
        {**samples.deployment("web"), "apiVersion": "extensions/v1beta1"},
        samples.rollout("web"),
        samples.replica_set("web", "web"),
        {**samples.deployment("web", kind="ReplicationController"), "apiVersion": "v1"},
        {**samples.deployment("web", kind="DeploymentConfig"), "apiVersion": "apps.openshift.io/v1"},
        samples.job("web"),
        samples.cron_job("web"),
        {**samples.cron_job("web"), "apiVersion": "batch/v1beta1"},
        samples.pod("web", "web"),
    ],
    ids=lambda document: f"{document['apiVersion']}-{document['kind']}",
)
def test_every_kind_says_the_same_of_its_pods(document: Document) -> None:
    (found,) = workloads(document)
    assert (found.kind, found.name, found.api_version) == (document["kind"], "web", document["apiVersion"])
    assert found.labels == {"app": "web", "version": "1e5"}
    assert found.annotations == {"sidecar.istio.io/inject": "true"}
    assert found.service_account == "web-account"
    assert found.container_ports == {"web": 8080, "p": 15001}


@pytest.mark.parametrize(
    "document",
    [
        samples.replica_set("web-1", "web", replicas=0),
        samples.job("web", condition="Complete"),
        samples.job("web", condition="Failed"),
        samples.pod("web", "web", phase="Succeeded"),
        samples.pod("web", "web", phase="Failed"),
        samples.rollout("web", workloadRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}),
        made_by(samples.pod("kube-proxy", "web"), unknown("Node", "node-1")),
    ],
)
def test_what_runs_no_pods_of_its_own_is_no_workload(document: Document) -> None:
    assert names(document) == []


def test_who_is_at_the_top_stands_for_all_below() -> None:
    deployment, replicas = samples.deployment("web"), samples.replica_set("web-7d8f9", "web")
    old = made_by(samples.replica_set("web-1", "web", replicas=0), deployment)
    pods = [made_by(samples.pod(f"web-7d8f9-{letter}", "web"), replicas) for letter in "ab"]
    assert names(deployment, made_by(replicas, deployment), old, *pods) == ["Deployment web"]
    rollout = samples.rollout("web")
    assert names(rollout, made_by(samples.replica_set("web-7d8f9", "web"), rollout), *pods) == ["Rollout web"]
    cron, job = samples.cron_job("web"), samples.job("web-28")
    assert names(cron, made_by(job, cron), made_by(samples.pod("web-28-a", "web"), job)) == ["CronJob web"]
    assert names(samples.deployment("db", kind="StatefulSet"), made_by(samples.pod("db-0", "db"),
                 samples.deployment("db", kind="StatefulSet"))) == ["StatefulSet db"]  # fmt: skip


def test_pods_count_for_what_is_between_them_and_the_top() -> None:
    """Deployments and Pods were recorded, ReplicaSets were not."""
    pods = [made_by(samples.pod(f"web-{letter}", "web"), samples.replica_set("web-7d8f9", "web")) for letter in "ab"]
    assert names(samples.deployment("web"), *pods) == ["Deployment web"]


def test_a_rollout_may_borrow_the_template_of_a_deployment() -> None:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    rollout = samples.rollout("web", workloadRef=reference)
    replicas = made_by(samples.replica_set("web-7d8f9", "web"), rollout)
    pod = made_by(samples.pod("web-7d8f9-a", "web"), replicas)
    assert names(samples.deployment("web"), rollout, replicas, pod) == ["Deployment web"]
    assert names(rollout, replicas, pod) == ["Rollout web"]


def test_pods_of_an_unknown_top_are_one_workload_in_its_name() -> None:
    pods = [made_by(samples.pod(f"kafka-{n}", "kafka"), unknown("StrimziPodSet", "kafka")) for n in range(3)]
    for number, one in enumerate(pods):
        one["metadata"]["labels"]["strimzi.io/pod-name"] = f"kafka-{number}"
    (found,) = workloads(*pods)
    assert (found.kind, found.name, found.api_version) == ("StrimziPodSet", "kafka", "example.com/v1")
    assert found.labels == {"app": "kafka", "version": "1e5"}
    assert found.controller == ("", "", "")
    assert workloads(*pods[:2]) == [found]


def test_pods_of_one_top_that_differ_in_what_counts_stay_apart() -> None:
    pods = [made_by(samples.pod(f"kafka-{n}", "kafka"), unknown("StrimziPodSet", "kafka")) for n in range(3)]
    pods[2]["spec"] = {**pods[2]["spec"], "serviceAccountName": "other"}
    assert [(one.kind, one.name, one.service_account) for one in workloads(*pods)] == [
        ("Pod", "kafka-0", "kafka-account"),
        ("Pod", "kafka-2", "other"),
    ]


def test_a_pod_of_its_own_counts_beside_a_deployment_with_its_labels() -> None:
    """Services select it by its labels, whoever made it."""
    assert names(samples.deployment("web"), samples.pod("debug", "web")) == ["Pod debug", "Deployment web"]


def mixed() -> list[Document]:
    """A cluster in which pods are run in many ways."""
    deployment, rollout = samples.deployment("web"), samples.rollout("cart")
    replicas = made_by(samples.replica_set("web-1", "web"), deployment)
    return [
        samples.namespace("shop"),
        deployment,
        replicas,
        made_by(samples.pod("web-1-a", "web"), replicas),
        rollout,
        made_by(samples.replica_set("cart-1", "cart"), rollout),
        samples.cron_job("report"),
        samples.job("once"),
        samples.pod("alone", "alone"),
        made_by(samples.pod("kafka-0", "kafka"), unknown("StrimziPodSet", "kafka")),
    ]


ALL = ["Pod alone", "Rollout cart", "StrimziPodSet kafka", "Job once", "CronJob report", "Deployment web"]


def discovered(server: ApiDouble) -> tuple[ClusterInventory | None, list[str]]:
    report = Report()
    found = discover_live({"eu": live(server)}, report, limits=FAST)
    return found.get("eu"), [f"{finding.code.id} {finding.message}" for finding in report]


def listed(inventory: ClusterInventory | None) -> list[str]:
    assert inventory is not None
    return [f"{one.kind} {one.name}" for one in inventory.workloads]


def test_live_clusters_are_asked_for_every_kind_that_they_serve() -> None:
    with serving(mixed()) as server:
        inventory, findings = discovered(server)
    assert (listed(inventory), findings) == (ALL, [])


def test_a_group_without_the_kind_is_fine() -> None:
    """Argo's workflows have the group of its rollouts."""
    with serving([one for one in mixed() if one["kind"] != "Rollout"]) as server:
        server.argo = True
        inventory, findings = discovered(server)
    assert findings == []
    assert listed(inventory) == [one if "cart" not in one else "Rollout cart" for one in ALL]
    assert PLURALS["argoproj.io/v1alpha1/Rollout"] not in server.requests


def test_a_list_that_is_forbidden_is_not_an_empty_one() -> None:
    with serving(mixed()) as server:
        for kind in ("v1/Pod", "argoproj.io/v1alpha1/Rollout"):
            server.troubles[PLURALS[kind]] = api_double.status(403)
        inventory, findings = discovered(server)
    assert [finding.count("may not list") for finding in findings] == [2]
    assert findings[0].startswith("FED122 what runs pods in cluster 'eu' is not known as a whole: the user of its kube")
    assert "Deployment web" in listed(inventory)


def test_a_list_that_breaks_fails_the_cluster() -> None:
    with serving(mixed()) as server:
        server.troubles[PLURALS["v1/Pod"]] = api_double.status(500)
        inventory, findings = discovered(server)
    assert inventory is None
    assert findings[0].startswith("FED101 ")


def test_a_recording_holds_those_that_stand_for_the_others(tmp_path: Path) -> None:
    report = Report()
    with serving(mixed()) as server:
        assert record({"eu": live(server)}, {"eu": tmp_path / "eu"}, report, limits=FAST) == {"eu": 8}
        inventory, _ = discovered(server)
    recorded = read_recorded("eu", tmp_path / "eu", "inventory/eu", NOWHERE, report)
    assert list(report) == []
    assert recorded == inventory
    assert listed(recorded) == ALL
    text = (tmp_path / "eu" / "namespaces" / "shop.yaml").read_text(encoding="utf-8")
    assert not any(word in text for word in ("hunter", "secretName", "podIP", "web-1"))


def test_broken_owners_and_templates_are_findings() -> None:
    def findings(**changes: Any) -> list[str]:
        report = Report()
        document = samples.pod("web", "web")
        document["metadata"].update(changes)
        assert parse_object(document, "eu", None, report) is None
        return [finding.message for finding in report]

    assert findings(ownerReferences={}) == [
        "the object cannot be understood: metadata.ownerReferences must be a list, not a mapping"
    ]
    assert findings(ownerReferences=[{"controller": True, "kind": 1}]) == [
        "the object cannot be understood: metadata.ownerReferences[0].kind must be a string, not the number 1"
    ]
