"""Whose each thing of the input is, for findings: a workspace's, or the platform's.

The namespace in which a thing stands decides, as it does for everything else. The stack, its files, clusters and
Workspaces are the platform's, and so is what stands in a namespace of no workspace: only the platform can say whose
that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.config.gloo import KubernetesClusterSpec, WorkspaceSettingsSpec, WorkspaceSpec
from fedlib.config.load import ADMIN_NAMESPACE, GLOBAL_SETTINGS
from fedlib.config.resource import Resource, kind_of
from fedlib.diagnostics import PLATFORM, Ref
from fedlib.snapshot.membership import Membership, NamespaceKey

_PLATFORMS: Final = frozenset({kind_of(WorkspaceSpec), kind_of(KubernetesClusterSpec)})
_SETTINGS: Final = kind_of(WorkspaceSettingsSpec)


@dataclass(slots=True)
class Owners:
    """Knows whose things are. Answers for a namespace are kept.

    `settings` are the WorkspaceSettings that the stack gives to a workspace.
    """

    membership: Membership
    settings: Mapping[Ref, str]
    _answers: dict[NamespaceKey, str] = field(default_factory=dict)

    def of(self, ref: Ref) -> str:
        """The workspace that owns a thing, or the PLATFORM."""
        if ref in self.settings:
            return self.settings[ref]
        namespace = ref.name if ref.kind == "Namespace" else ref.namespace
        if not namespace or ref.kind in _PLATFORMS or (ref.kind == _SETTINGS and _is_global(ref)):
            return PLATFORM
        key = (ref.cluster, namespace)
        if key not in self._answers:
            self._answers[key] = self.membership.owner_of(*key) or PLATFORM
        return self._answers[key]


def find_owners(resources: Iterable[Resource[Any]], membership: Membership) -> Owners:
    """The owners of everything, once it is known who owns the namespaces."""
    return Owners(membership, {one.ref: one.workspace for one in resources if one.workspace})


def _is_global(ref: Ref) -> bool:
    return (ref.namespace, ref.name) == (ADMIN_NAMESPACE, GLOBAL_SETTINGS)
