"""Hostnames: every rule about names of hosts is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.snapshot.model import Cluster

LOCAL_ONLY: Final = "local-only"
"""Ends the hosts under which an east-west gateway knows the pods of groups in its own cluster."""
LOCAL_ONLY_PATTERN: Final = f"*.{LOCAL_ONLY}"


def local_only_host(host: str) -> str:
    """The host of a group as the east-west gateways know it: it stands for the pods of one cluster."""
    return f"{host}.{LOCAL_ONLY}"


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


def named_services(host: str, clusters: Iterable[Cluster], services: Mapping[Ref, Service]) -> Iterator[Service]:
    """The Services whose own name the host is, of all clusters."""
    for cluster in clusters:
        name, dot, namespace = host.removesuffix(f".svc.{cluster.cluster_domain}").partition(".")
        service = services.get(Ref("Service", name, namespace, cluster.name)) if dot else None
        if service is not None:
            yield service


def first_callable(hosts: Iterable[str]) -> str:
    """The first host that a request can name: one without a wildcard; empty if there is none."""
    return next((host for host in hosts if "*" not in host), "")


def address_host(external: Ref) -> str:
    """The host of an ExternalService that has addresses only: Istio wants one, and no client ever calls it."""
    return f"{external.name}.{external.namespace}.{external.cluster}.external"
