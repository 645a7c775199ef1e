"""Hostnames: every rule about names of hosts is here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.snapshot.model import Cluster

LOCAL_ONLY: Final = "local-only"
"""Ends the hosts under which an east-west gateway knows the pods of groups in its own cluster."""
LOCAL_ONLY_PATTERN: Final = f"*.{LOCAL_ONLY}"

EXTERNAL: Final = "external"
"""Ends the hosts of ExternalServices that have addresses only."""
GROUP: Final = "virtual-destination"
"""Ends the hosts of groups where another destination has theirs."""


def local_only_host(host: str, workspace: str) -> str:
    """The host of a workspace's group as the east-west gateways know it: it stands for the pods of one cluster.

    Gateways serve all workspaces, so the workspace is part of it: two may have groups of one host.
    """
    return f"{host}.{workspace}.{LOCAL_ONLY}"


def federated_host(service: Service, suffix: str) -> str:
    """`<service>.<namespace>.svc.<cluster>.<suffix>`; an unset suffix appends nothing.

    Gloo's field comment lacks the `.svc`, but every host it emitted since 2.0 has it.
    """
    host = f"{service.name}.{service.namespace}.svc.{service.cluster}"
    return f"{host}.{suffix}" if suffix else host


def federated_pattern(cluster: str, suffix: str) -> str:
    """The wildcard that covers the federated hosts of one cluster and nothing else."""
    return f"*.svc.{cluster}.{suffix}" if suffix else f"*.svc.{cluster}"


def local_host(service: Service, clusters: Mapping[str, Cluster]) -> str:
    """The Service's own name in the DNS of its cluster."""
    return f"{service.name}.{service.namespace}.svc.{clusters[service.cluster].cluster_domain}"


def shadowed_cluster(host: str, clusters: Iterable[Cluster]) -> Cluster | None:
    """The cluster whose Kubernetes DNS domain the host falls into, if any."""
    return next((cluster for cluster in clusters if host.endswith(f".svc.{cluster.cluster_domain}")), None)


def is_short(host: str) -> bool:
    """Whether a host has no dot: each caller's DNS completes it by the caller's own namespace."""
    return "." not in host and host != "*"


def first_callable(hosts: Iterable[str]) -> str:
    """The first host that a request can name: one without a wildcard; empty if there is none."""
    return next((host for host in hosts if "*" not in host), "")


def address_host(external: Ref) -> str:
    """The host of an ExternalService that has addresses only: Istio wants one, and no client ever calls it."""
    return f"{external.name}.{external.namespace}.{external.cluster}.{EXTERNAL}"


def is_made_up(host: str) -> bool:
    """Whether a host is that of an ExternalService or a group which has no other."""
    return host.endswith((f".{EXTERNAL}", f".{GROUP}"))


def made_up_host(group: Ref) -> str:
    """The host of a group for those to whom all of its own stand for something else: routes can name it."""
    name = group.name if len(group.name) < 64 else hashlib.sha256(group.name.encode()).hexdigest()[:32]
    return f"{name}.{group.namespace}.{group.cluster}.{GROUP}"
