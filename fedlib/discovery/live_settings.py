"""Istio's settings in a live cluster, read object by object: a cluster may have thousands of ConfigMaps.

Whoever may not read them gets to know less, and everything else goes on: "could not look" is not "is not there".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import as_mapping
from fedlib.discovery.api_server import ApiServer, ForbiddenError
from fedlib.discovery.inventory import Istiod
from fedlib.discovery.istio_settings import (
    ISTIO_GROUP,
    ROOT_CERTIFICATE,
    SYSTEM_NAMESPACE,
    config_name,
    is_config_name,
)
from fedlib.discovery.live_cluster import LiveCluster


def read_settings(
    server: ApiServer,
    groups: Iterable[Mapping[str, Any]],
    istiods: Iterable[tuple[str, Istiod]],
    cluster: LiveCluster,
    report: Report,
) -> Iterator[Mapping[str, Any]]:
    """The objects that hold Istio's settings.

    Args:
        server: the API server.
        groups: the API groups that it serves.
        istiods: the istiods that were found, with their namespaces.
        cluster: the cluster.
        report: learns of what could not be looked at.

    Raises:
        UnreadableError: the server failed, which is not the same as a refusal.
    """
    group: Mapping[str, Any] = next((one for one in groups if one.get("name") == ISTIO_GROUP), {"versions": []})
    yield {"apiVersion": "v1", "kind": "APIGroup", "metadata": {"name": ISTIO_GROUP}, "versions": group["versions"]}
    if group["versions"]:
        # An istiod elsewhere leaves its root certificate here too, in every namespace; and what calls itself istiod in
        # a namespace that is not Istio's must not hide it.
        found = {(namespace, config_name(istiod.revision)) for namespace, istiod in istiods}
        namespaces = {namespace for namespace, _ in found} | {SYSTEM_NAMESPACE}
        named = {(namespace, name) for namespace, name in found if is_config_name(name)}  # it becomes a part of a path
        for namespace, name in sorted(named | {(namespace, ROOT_CERTIFICATE) for namespace in namespaces}):
            yield from _read(server, namespace, name, cluster, report)


def _read(
    server: ApiServer, namespace: str, name: str, cluster: LiveCluster, report: Report
) -> Iterator[Mapping[str, Any]]:
    what = f"ConfigMap {namespace}/{name}"
    try:
        document = server.read(f"api/v1/namespaces/{namespace}/configmaps/{name}", what)
    except ForbiddenError as error:
        report.add(
            catalogue.MESH_SETTINGS_UNKNOWN, Ref("Cluster", cluster.name), cluster.location,
            cluster=cluster.name, reason=error.reason, advice=f"grant `get` on configmaps in namespace {namespace}",
        )  # fmt: skip
        return
    if as_mapping(document).get("kind") == "ConfigMap" and document is not None:
        yield document
