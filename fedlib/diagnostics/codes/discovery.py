"""1xx: discovery."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

CLUSTER_UNREADABLE = code(
    "FED101",
    "ClusterUnreadable",
    ERROR,
    "cluster '{cluster}' could not be read: {reason}",
    "{advice}",
    "Discovery of a cluster failed. The run fails, because a cluster that could not be read is never taken for empty.",
)
NO_KUBECONFIG = code(
    "FED102",
    "NoKubeconfig",
    ERROR,
    "cluster '{cluster}' has neither a kubeconfig nor a recorded inventory",
    "give it `kubeconfig: {{path: ..., context: ...}}`, or `inventory:` with what `python -m fedlib snapshot` recorded",
    "Without one of them nothing is known about the cluster.",
)
KUBECONFIG_UNUSABLE = code(
    "FED103",
    "KubeconfigUnusable",
    ERROR,
    "the kubeconfig of cluster '{cluster}' cannot be used: {reason}",
    "check the path and the context; `kubectl config get-contexts` lists the contexts of a file",
    "The kubeconfig is missing, broken, or has no such context.",
    cause="{kubeconfig} {reason}",
)
NO_DEPLOY_TARGET = code(
    "FED104",
    "NoDeployTarget",
    ERROR,
    "cluster '{cluster}' has no kubeconfig, so Pulumi cannot declare objects on it",
    "give it a kubeconfig; `make demo` and `python -m fedlib` work with the recorded inventory alone",
    "A recorded inventory says what is in a cluster, but not how to reach it.",
)
BROKEN_OBJECT = code(
    "FED105",
    "BrokenObject",
    ERROR,
    "the object cannot be understood: {problem}",
    "record it again with `kubectl get -o yaml`, or mend the field",
    "An object of an inventory is not what a Kubernetes API server would have returned. It is left out.",
)
EMPTY_INVENTORY = code(
    "FED106",
    "EmptyInventory",
    ERROR,
    "the inventory of cluster '{cluster}' holds no Namespace",
    "record Namespaces too: `kubectl get namespaces,services,... -A -o yaml`, or `python -m fedlib snapshot`",
    "Every cluster has namespaces, so an inventory without one is a failed recording, not an empty cluster.",
)
UNKNOWN_NAMESPACE = code(
    "FED107",
    "UnknownNamespace",
    ERROR,
    "namespace '{namespace}' is not in the inventory of cluster '{cluster}'",
    "record the Namespace as well; its labels decide which workspace it belongs to",
    "A namespaced object was recorded without its Namespace.",
)
NOT_RECORDED = code(
    "FED108",
    "NotRecorded",
    ERROR,
    "cluster '{cluster}' was not recorded: {reason}",
    "the old recording stays as it was; mend this and run snapshot again",
    "A recording is written as a whole or not at all, and never over files that snapshot did not write.",
)
OTHER_OBJECTS = code(
    "FED120",
    "OtherObjects",
    INFO,
    "the recording of cluster '{cluster}' holds objects that say nothing about federation: {kinds}",
    "nothing to do",
    "Objects of CustomResourceDefinitions that federation has no use for are passed over.",
)
OLD_GENERATION_IN_CLUSTER = code(
    "FED121",
    "OldGenerationInCluster",
    WARNING,
    "cluster '{cluster}' holds resources of Gloo Mesh 1.x, which nothing reads any more: {kinds}",
    "remove them; if they are still wanted, write the kinds of Gloo Mesh 2.x: {instead}",
    "Gloo Mesh 2.x ignores what the generation before it left in a cluster, AccessPolicies included, and so does this.",
)
WORKLOADS_UNKNOWN = code(
    "FED122",
    "WorkloadsUnknown",
    WARNING,
    "what runs pods in cluster '{cluster}' is not known as a whole: {reasons}",
    "grant `list` on these (docs/prerequisites.md has the ClusterRole); until then only Deployments, StatefulSets and "
    "DaemonSets count there",
    "Pods whose workload is not known have no known identity, and named ports of them no number. What could not be "
    "looked at is not taken for absent.",
)
