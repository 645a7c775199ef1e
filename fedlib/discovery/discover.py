"""The discovery stage: recorded clusters from files, the others live.

Importing this module imports no Kubernetes client: a stack of recorded clusters renders without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fedlib.config.stack import Cluster
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import PLATFORM, Ref, Report, catalogue
from fedlib.diagnostics.source import as_mapping
from fedlib.discovery.inventory import ClusterInventory, Inventory
from fedlib.discovery.live_cluster import LiveCluster
from fedlib.discovery.progress import Progress, silent
from fedlib.discovery.recorded import read_recorded
from fedlib.discovery.unrecorded import report_unrecorded

Secrets = Callable[[str], str | None]
"""Answers the value of a Pulumi secret; None where it cannot be read."""


def no_secrets(_key: str) -> str | None:
    """Without Pulumi's engine no secret can be decrypted."""
    return None


def discover(
    clusters: Mapping[str, Cluster],
    stack: StackFile,
    report: Report,
    secrets: Secrets = no_secrets,
    progress: Progress = silent,
) -> Inventory:
    """Find out what exists in each cluster.

    Args:
        clusters: the clusters of the stack config by name.
        stack: the stack file, which paths are relative to and findings point at.
        report: takes the findings.
        secrets: answers Pulumi secrets.
        progress: learns how live discovery goes.

    Returns:
        The inventories. A cluster that could not be read is reported, and is not in it.
    """
    report = report.owned_by(PLATFORM)  # how clusters are looked at, whoever's the objects are
    found: dict[str, ClusterInventory] = {}
    live: dict[str, LiveCluster] = {}
    for name, cluster in sorted(clusters.items()):
        if cluster.inventory is not None:
            path = stack.resolve(cluster.inventory)
            shown, location = stack.show(path, cluster.inventory), stack.at(("clusters", name, "inventory"))
            inventory = read_recorded(name, path, shown, location, report, stack.root)
            if inventory:
                found[name] = inventory
        else:
            source = live_cluster(name, cluster, stack, report, secrets)
            if source:
                live[name] = source
    if live:
        # imported here because most commands read recorded clusters only, and the client takes half a second
        from fedlib.discovery.live import discover_live

        found |= discover_live(live, report, progress)
    report_unrecorded(clusters, found, stack, report)
    return Inventory(dict(sorted(found.items())))


def live_cluster(name: str, cluster: Cluster, stack: StackFile, report: Report, secrets: Secrets) -> LiveCluster | None:
    """How to reach a cluster; None (and reported) when it has no kubeconfig or its secret cannot be read."""
    kubeconfig = cluster.kubeconfig
    if kubeconfig is None and _is_misspelled(name, stack):
        return None
    if kubeconfig is None:
        report.add(catalogue.NO_KUBECONFIG, Ref("Cluster", name), stack.at(("clusters", name)), cluster=name)
        return None
    location = stack.at(("clusters", name, "kubeconfig"))
    if kubeconfig.path is not None:
        path = stack.resolve(kubeconfig.path)
        return LiveCluster(name, path, kubeconfig.context, shown=kubeconfig.path, location=location)
    key = kubeconfig.secret or ""
    contents = secrets(key)
    if contents is None:
        report.add(catalogue.SECRET_UNREADABLE, Ref("Cluster", name), location, key=key)
        return None
    shown = f"the secret '{key}'"
    return LiveCluster(name, context=kubeconfig.context, contents=contents, shown=shown, location=location)


def _is_misspelled(name: str, stack: StackFile) -> bool:
    """Whether a cluster without a source has a field that was refused: that may have been the source."""
    written = as_mapping(as_mapping(stack.values.get("clusters")).get(name))
    others = {field.alias or key for key, field in Cluster.model_fields.items()} - {"kubeconfig", "inventory"}
    return any(key not in others and value is not None for key, value in written.items())
