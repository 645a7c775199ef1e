"""Providers: one for each cluster, and none that Pulumi could choose by itself.

Each has a kubeconfig and a context of its own, as the provider's strict mode demands (Pulumi.yaml turns that on), and
a `clusterIdentifier`, so that new credentials update the provider instead of replacing every object behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from fedlib.config.stack import Cluster
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.discover import live_cluster
from fedlib.discovery.kubeconfig import UnusableKubeconfigError, chosen_context


@dataclass(frozen=True, slots=True)
class Target:
    """How the provider of a cluster reaches it: a path or a secret, and the context in it."""

    kubeconfig: str | pulumi.Output[str]
    context: str


def find_targets(
    clusters: Mapping[str, Cluster], stack: StackFile, config: pulumi.Config, report: Report
) -> dict[str, Target]:
    """The targets of all clusters; a cluster that cannot be deployed to is reported."""
    targets: dict[str, Target] = {}
    for name, cluster in sorted(clusters.items()):
        subject = Ref("Cluster", name)
        if cluster.kubeconfig is None:
            report.add(catalogue.NO_DEPLOY_TARGET, subject, stack.at(("clusters", name)), cluster=name)
            continue
        source = live_cluster(name, cluster, stack, report, config.get)
        if source is None:
            continue
        try:
            context = chosen_context(source)
        except UnusableKubeconfigError as error:
            report.add(
                catalogue.KUBECONFIG_UNUSABLE, subject, source.location,
                cluster=name, kubeconfig=source.shown, reason=str(error),
            )  # fmt: skip
            continue
        secret = cluster.kubeconfig.secret
        targets[name] = Target(config.require_secret(secret) if secret else str(source.path), context)
    return targets


def declare_provider(cluster: str, target: Target, parent: pulumi.Resource) -> kubernetes.Provider:
    """The provider of one cluster."""
    return kubernetes.Provider(
        cluster,
        kubeconfig=target.kubeconfig,
        context=target.context,
        cluster_identifier=cluster,
        opts=pulumi.ResourceOptions(parent=parent),
    )
