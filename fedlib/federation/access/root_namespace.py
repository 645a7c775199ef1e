"""Istio's root namespace: what stands there is for the pods of all namespaces with the labels that it selects.

Source: `rootNamespace` of MeshConfig. AuthorizationPolicies, PeerAuthentications and RequestAuthentications of this
namespace apply to the whole mesh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from fedlib.diagnostics import Report, catalogue
from fedlib.federation.model.access import AccessRules, TlsRequirement, TokenRules
from fedlib.federation.workloads.labelled_pods import LabelledPods
from fedlib.snapshot.mesh import Mesh
from fedlib.snapshot.model import Snapshot

_SHOWN: Final = 5

T = TypeVar("T", AccessRules, TlsRequirement, TokenRules)


@dataclass(frozen=True, slots=True)
class RootNamespace:
    """Keeps what is meant for one workspace from being for everybody."""

    snapshot: Snapshot
    pods: LabelledPods
    report: Report

    def keep_out(self, found: Iterable[T]) -> Iterator[T]:
        """All but what would be for every pod of a cluster; that is reported.

        Pods of other workspaces that are selected by their labels are reported, too, and the object stays: whoever
        owns such pods could otherwise take it away.
        """
        for one in found:
            mesh = self.snapshot.meshes.get(one.cluster, Mesh())
            if one.namespace not in mesh.root_namespaces:
                yield one
            elif one.selector:
                self._report_strays(one)
                yield one
            else:
                parent = one.parent
                self.report.add(
                    catalogue.ROOT_NAMESPACE_POLICY, parent, self.snapshot.place(parent),
                    namespace=one.namespace, cluster=one.cluster,
                )  # fmt: skip

    def _report_strays(self, one: AccessRules | TlsRequirement | TokenRules) -> None:
        names = [str(pod.ref) for pod in self.pods.of_others(one.cluster, one.selector, one.workspace)]
        if names:
            self.report.add(
                catalogue.ROOT_NAMESPACE_REACHES_OTHERS, one.parent, self.snapshot.place(one.parent),
                labels=", ".join(f"{key}={value}" for key, value in sorted(one.selector.items())),
                namespace=one.namespace, pods=", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else ""),
            )  # fmt: skip
