"""Objects of one cluster to its inventory: unique, in known namespaces, sorted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from fedlib.config.api_groups import group_of
from fedlib.diagnostics import NOWHERE, Ref, Report, catalogue
from fedlib.diagnostics.differences import difference_text
from fedlib.diagnostics.source import Origin, as_mapping
from fedlib.discovery.inventory import (
    ApiGroup,
    ClusterInventory,
    GlooObject,
    MeshConfig,
    Namespace,
    Node,
    RootCertificate,
    Service,
    ServiceAccount,
    Workload,
)
from fedlib.discovery.objects import Discovered
from fedlib.discovery.standing_workloads import standing, summarized

T = TypeVar("T", Namespace, Node, Service, Workload, ServiceAccount, GlooObject, MeshConfig, RootCertificate, ApiGroup)

Found = tuple[Discovered, Origin | None]


def assemble(cluster: str, found: Iterable[Found], report: Report, *, live: bool) -> ClusterInventory:
    """Build the inventory of a cluster.

    Objects that are given twice and differ are reported and none of them is used. Objects in a namespace that has no
    Namespace are left out; in a recording that is reported, once for each namespace. In a `live` cluster it is not:
    Namespaces are listed last there, so that such a namespace was deleted a moment ago.
    """
    known, unknown = _split(_unique(found, report))
    for namespace, origin in unknown.items() if not live else ():
        subject, location = Ref("Namespace", namespace, cluster=cluster), origin.at() if origin else NOWHERE
        report.add(catalogue.UNKNOWN_NAMESPACE, subject, location, namespace=namespace, cluster=cluster)
    objects: list[Discovered] = [one for one, _ in known if not isinstance(one, Workload)]
    objects += summarized(standing(one for one, _ in known if isinstance(one, Workload)))
    return ClusterInventory(
        cluster=cluster,
        namespaces=_sorted(objects, Namespace),
        services=_sorted(objects, Service),
        workloads=_sorted(objects, Workload),
        service_accounts=_sorted(objects, ServiceAccount),
        nodes=_sorted(objects, Node),
        gloo_objects=_sorted(objects, GlooObject),
        mesh_configs=_sorted(objects, MeshConfig),
        root_certificates=_sorted(objects, RootCertificate),
        api_groups=_sorted(objects, ApiGroup),
    )


def identity(found: Discovered) -> tuple[str, Ref]:
    """The API group (of a Gloo object, else empty) and the identity of an object."""
    if isinstance(found, GlooObject):
        metadata = as_mapping(found.document.get("metadata"))
        ref = Ref(str(found.document["kind"]), metadata["name"], metadata.get("namespace") or "", found.cluster)
        return group_of(str(found.document["apiVersion"])), ref
    if isinstance(found, Service | Workload):
        return "", found.ref
    if isinstance(found, MeshConfig | RootCertificate):
        return "", Ref("ConfigMap", found.name, found.namespace, found.cluster)
    namespace = found.namespace if isinstance(found, ServiceAccount) else ""
    return "", Ref(type(found).__name__, found.name, namespace, found.cluster)


def _unique(found: Iterable[Found], report: Report) -> list[Found]:
    first: dict[tuple[str, Ref], Found] = {}
    clashes: set[tuple[str, Ref]] = set()
    for one, origin in found:
        key = identity(one)
        known, place = first.setdefault(key, (one, origin))
        if known is one or _meaning(known) == _meaning(one):
            first[key] = min((known, place), (one, origin), key=_created)
            continue
        clashes.add(key)
        location, other = (where.at() if where else NOWHERE for where in (origin, place))
        fields = difference_text(_meaning(known), _meaning(one))
        report.add(catalogue.DUPLICATE_RESOURCE, key[1], location, thing=key[1], other=other, fields=fields)
    return [pair for key, pair in first.items() if key not in clashes]


def _meaning(found: Discovered) -> Mapping[str, Any]:
    """What an object says, without its age, its versions and where it stands."""
    if isinstance(found, GlooObject):
        metadata = as_mapping(found.document.get("metadata"))
        return {"metadata": {"labels": metadata.get("labels") or {}}, "spec": found.document.get("spec") or {}}
    fields = (one.name for one in dataclasses.fields(found) if one.compare and one.name != "created")
    return {name: getattr(found, name) for name in fields}


def _created(found: Found) -> tuple[bool, str]:
    """Sorts what has an age before what has none."""
    one = found[0]
    created = (
        as_mapping(one.document.get("metadata")).get("creationTimestamp")
        if isinstance(one, GlooObject)
        else (getattr(one, "created", ""))
    )
    return (not created, str(created))


def _split(found: list[Found]) -> tuple[list[Found], dict[str, Origin | None]]:
    """The objects whose namespace is known, and the unknown namespaces with where each stands first."""
    names = {one.name for one, _ in found if isinstance(one, Namespace)} | {""}
    kept, unknown = [], dict[str, Origin | None]()
    for one, origin in found:
        namespace = identity(one)[1].namespace
        if namespace in names:
            kept.append((one, origin))
        else:
            unknown.setdefault(namespace, origin)
    return kept, unknown


def _sorted(objects: list[Discovered], kind: type[T]) -> tuple[T, ...]:
    return tuple(sorted((one for one in objects if isinstance(one, kind)), key=_order))


def _order(found: Discovered) -> tuple[str, str, str, str]:
    group, ref = identity(found)
    return ref.namespace, ref.name, ref.kind, group
