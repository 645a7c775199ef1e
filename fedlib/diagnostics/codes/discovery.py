"""1xx: discovery."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, code

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
