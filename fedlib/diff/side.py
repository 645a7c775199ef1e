"""The two sides of a comparison: a plan, or a folder of Istio objects that stand where the plan is to go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fedlib.compilation import Compilation
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.discovery.inventory import Inventory
from fedlib.discovery.pending import PendingFindings
from fedlib.discovery.recorded import read_documents
from fedlib.federation.decisions import Decisions
from fedlib.reach.addresses import GatewayAddress
from fedlib.reach.cluster import ClusterObjects
from fedlib.reach.mesh import Mesh
from fedlib.reach.objects import IstioObject, declared_objects, read_objects
from fedlib.reach.settings import mesh_settings
from fedlib.snapshot.model import Snapshot

_WORKSPACE: Final = "context.mesh.gloo.solo.io/workspace"
_OF_OTHERS: Final = ("kubectl.kubernetes.io/last-applied-configuration", "pulumi.com/")
"""Annotations that say who applied an object, and nothing about it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an object says, and the workspace that it is for; empty for objects of others."""

    spec: Mapping[str, Any]
    annotations: Mapping[str, str]
    workspace: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side.

    Attributes:
        mesh: what its objects mean.
        contents: its objects.
        owners: the workspace of each (cluster, namespace) that has one, as far as the plan or the objects tell.
    """

    mesh: Mesh
    contents: Mapping[Ref, Content]
    owners: Mapping[tuple[str, str], str]


def planned_side(compilation: Compilation, inventory: Inventory) -> Side:
    """The mesh when a plan has been applied, and nothing else of Istio's is there.

    Args:
        compilation: the plan, of which every cluster could be read.
        inventory: what it was compiled from.
    """
    declarations = compilation.plan.declarations
    objects = {name: tuple(declared_objects(name, declarations)) for name in inventory.clusters}
    contents = {
        Ref(one.kind, one.name, namespace, cluster): Content(one.spec, one.annotations, one.lineage.workspace)
        for one in declarations
        for cluster, namespaces in one.places.items()
        for namespace in namespaces
    }
    return _side(compilation, inventory, objects, contents)


def recorded_side(
    compilation: Compilation, inventory: Inventory, folder: Path, shown: str, report: Report
) -> Side | None:
    """The mesh of the same clusters with the Istio objects of a folder, and nothing else of Istio's.

    Args:
        compilation: the plan of the stack, which says what the clusters are.
        inventory: what it was compiled from.
        folder: a folder for each cluster, as `render` writes them; other objects than Istio's are passed over.
        shown: how findings name it.
        report: takes the findings.

    Returns:
        None when a file could not be read, or the folder has none of the clusters: it is not taken for empty.
    """
    chosen = [name for name in inventory.clusters if (folder / name).is_dir()]
    if not chosen:
        reason = f"it has no folder with the name of a cluster of the stack ({', '.join(sorted(inventory.clusters))})"
        report.add(catalogue.FILE_UNREADABLE, Ref("File", shown), Location(shown), reason=reason)
        return None
    trouble, specs = PendingFindings(), dict[str, Mapping[str, Any]]()
    objects: dict[str, tuple[IstioObject, ...]] = {}
    for name in chosen:
        documents = (one for one, _ in read_documents(name, folder / name, f"{shown}/{name}", trouble))
        objects[name] = tuple(read_objects(name, (one for one in documents if isinstance(one, dict)), specs))
    trouble.hand_over(report)
    if trouble.has_errors:
        return None
    contents = {
        one.ref: Content(one.spec, _said(one.annotations), one.labels.get(_WORKSPACE, ""))
        for listed in objects.values()
        for one in listed
    }
    return _side(compilation, inventory, objects, contents, _owners(contents))


def _said(annotations: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in annotations.items() if not key.startswith(_OF_OTHERS)}


def _owners(contents: Mapping[Ref, Content]) -> dict[tuple[str, str], str]:
    """The workspace of namespaces whose objects are all for one."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ref, content in contents.items():
        if content.workspace:
            found[ref.cluster, ref.namespace].add(content.workspace)
    return {place: next(iter(names)) for place, names in found.items() if len(names) == 1}


def _side(
    compilation: Compilation,
    inventory: Inventory,
    objects: Mapping[str, tuple[IstioObject, ...]],
    contents: Mapping[Ref, Content],
    owners: Mapping[tuple[str, str], str] | None = None,
) -> Side:
    snapshot, decisions = compilation.snapshot, compilation.decisions
    assert snapshot is not None
    assert decisions is not None
    mesh = Mesh(_clusters(snapshot, inventory, objects), _known_addresses(decisions))
    return Side(mesh, contents, {**(owners or {}), **snapshot.owners})


def _clusters(
    snapshot: Snapshot, inventory: Inventory, objects: Mapping[str, tuple[IstioObject, ...]]
) -> Iterator[ClusterObjects]:
    for name, declared in snapshot.clusters.items():
        settings = mesh_settings(
            snapshot.meshes[name],
            trust_domain=declared.trust_domain,
            cluster_domain=declared.cluster_domain,
            checks_trust_domain=False,  # docs/prerequisites.md asks for that where trust domains differ
        )
        yield ClusterObjects(inventory.clusters[name], objects.get(name, ()), settings, declared.network)


def _known_addresses(decisions: Decisions) -> Iterator[GatewayAddress]:
    """The addresses of east-west gateways as they were decided, those that people wrote down among them."""
    gateways = [gateway for one in decisions.services for gateway in one.gateways]
    gateways += [gateway for one in decisions.groups for side in one.backings.values() for gateway in side.gateways]
    for gateway in gateways:
        service = gateway.service
        for endpoint in gateway.endpoints:
            yield GatewayAddress(
                endpoint.address, endpoint.port, service.cluster, service.namespace, service.name, gateway.listener_port
            )
