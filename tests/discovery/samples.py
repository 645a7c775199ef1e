"""Kubernetes objects as an API server returns them."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

CREATED = "2026-01-02T03:04:05Z"


def metadata(name: str, namespace: str = "", **labels: str) -> Document:
    found: Document = {
        "name": name,
        "uid": f"uid-{name}",
        "resourceVersion": "123",
        "creationTimestamp": CREATED,
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "anything-private"},
    }
    if namespace:
        found["namespace"] = namespace
    if labels:
        found["labels"] = dict(labels)
    return found


def namespace(name: str, **labels: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": metadata(name, **labels),
        "status": {"phase": "Active"},
    }


def service(name: str, in_namespace: str = "shop", **spec: Any) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name, in_namespace, app=name),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "10.0.0.1",
            "clusterIPs": ["10.0.0.1"],
            "ipFamilies": ["IPv4"],
            "selector": {"app": name},
            "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "web", "appProtocol": "http"}],
            "sessionAffinity": "None",
            **spec,
        },
        "status": {"loadBalancer": {}},
    }


def gateway(name: str = "eastwest") -> Document:
    found = service(name, type="LoadBalancer", externalTrafficPolicy="Cluster")
    found["spec"]["ports"] = [{"name": "tls", "port": 15443, "targetPort": 15443, "nodePort": 31000}]
    found["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.7", "ipMode": "VIP"}, {"hostname": "lb.test"}]}}
    return found


def deployment(name: str, in_namespace: str = "shop", kind: str = "Deployment") -> Document:
    container = {
        "name": "main",
        "image": "shop/web",
        "env": [{"name": "PASSWORD", "value": "hunter2-in-the-clear"}],
        "ports": [{"name": "web", "containerPort": 8080}, {"containerPort": 9090}],
    }
    annotations = {"sidecar.istio.io/inject": "true", "vault.example.com/secret": "hunter3"}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata(name, in_namespace),
        "spec": {
            "replicas": 2,
            "template": {
                "metadata": {"labels": {"app": name, "version": "1e5"}, "annotations": annotations},
                "spec": {
                    "serviceAccountName": f"{name}-account",
                    "containers": [container],
                    "initContainers": [
                        {"name": "proxy", "restartPolicy": "Always", "ports": [{"name": "p", "containerPort": 15001}]},
                        {"name": "once", "ports": [{"name": "gone", "containerPort": 1}]},
                    ],
                },
            },
        },
        "status": {"replicas": 2},
    }


def made_by(document: Document, owner: Document) -> Document:
    """The object as a controller made it for its owner."""
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
    document["metadata"]["ownerReferences"] = [{**reference, "controller": True, "uid": "uid-1"}]
    return document


def replica_set(name: str, app: str, in_namespace: str = "shop", replicas: int = 2) -> Document:
    found = deployment(app, in_namespace, "ReplicaSet")
    found["metadata"]["name"] = name
    found["spec"]["replicas"] = replicas
    found["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = name
    return found


def pod(name: str, app: str, in_namespace: str = "shop", phase: str = "Running") -> Document:
    template = deployment(app)["spec"]["template"]
    labels = {**template["metadata"]["labels"], "pod-template-hash": "7d8f9"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **metadata(name, in_namespace),
            "labels": labels,
            "annotations": template["metadata"]["annotations"],
        },
        "spec": {
            **template["spec"],
            "nodeName": "node-1",
            "volumes": [{"name": "token", "secret": {"secretName": "s"}}],
        },
        "status": {"phase": phase, "podIP": "10.0.0.9"},
    }


def rollout(name: str, in_namespace: str = "shop", **spec: Any) -> Document:
    found = deployment(name, in_namespace, "Rollout")
    found["apiVersion"] = "argoproj.io/v1alpha1"
    found["spec"] = spec or found["spec"]
    return found


def job(name: str, in_namespace: str = "shop", condition: str = "Suspended") -> Document:
    found = deployment(name, in_namespace, "Job")
    found["apiVersion"] = "batch/v1"
    found["status"] = {"conditions": [{"type": condition, "status": "True"}]}
    return found


def cron_job(name: str, in_namespace: str = "shop") -> Document:
    found = deployment(name, in_namespace, "CronJob")
    found["apiVersion"] = "batch/v1"
    found["spec"] = {"schedule": "0 * * * *", "jobTemplate": {"spec": found["spec"]}}
    return found


def istiod(revision: str = "default", **environment: str) -> Document:
    found = deployment("istiod" if revision == "default" else f"istiod-{revision}", "istio-system")
    template = found["spec"]["template"]
    template["metadata"]["labels"] = {"app": "istiod", "istio.io/rev": revision}
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    variables.append({"name": "TOKEN", "value": "hunter4"})
    template["spec"]["containers"] = [{"name": "discovery", "image": "istio/pilot:1.27.1-debug", "env": variables}]
    return found


def config_map(name: str, in_namespace: str = "istio-system", **data: str) -> Document:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name, in_namespace), "data": data}


def service_account(name: str, in_namespace: str = "shop") -> Document:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(name, in_namespace),
        "secrets": [{"name": f"{name}-token-abc"}],
    }


def node(name: str, **labels: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            **metadata(name),
            "labels": {"topology.kubernetes.io/region": "eu-1", "topology.kubernetes.io/zone": "eu-1a", **labels},
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": "10.1.0.1"},
                {"type": "ExternalIP", "address": "192.0.2.1"},
                {"type": "Hostname", "address": name},
            ],
            "conditions": [
                {"type": "MemoryPressure", "status": "False", "lastHeartbeatTime": CREATED},
                {"type": "Ready", "status": "True", "lastHeartbeatTime": CREATED},
            ],
        },
    }


def workspace(name: str, in_namespace: str = "gloo-mesh") -> Document:
    return {
        "apiVersion": "admin.gloo.solo.io/v2",
        "kind": "Workspace",
        "metadata": {**metadata(name, in_namespace), "generation": 3},
        "spec": {"workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}], "0o17": "1e5"},
        "status": {"common": {"state": {"approval": "ACCEPTED"}}},
    }


def cluster() -> list[Document]:
    """Everything that a small cluster holds."""
    return [
        namespace("shop", team="a"),
        namespace("gloo-mesh"),
        service("web"),
        gateway(),
        deployment("web"),
        deployment("db", kind="StatefulSet"),
        deployment("agent", kind="DaemonSet"),
        service_account("default"),
        service_account("web-account"),
        node("node-1"),
        node("node-2", **{"node.kubernetes.io/exclude-from-external-load-balancers": ""}),
        workspace("shop"),
    ]
