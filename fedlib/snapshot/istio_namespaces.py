"""Istio's own namespaces: where gateways, istiod and its settings count, because the administrator says so.

Everything else in a cluster is written by whoever owns its namespace, and labels are the first thing that they write.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedlib.config.load import Configuration
from fedlib.config.stack import StackConfig
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.discovery.inventory import Namespace
from fedlib.discovery.istio_settings import SYSTEM_NAMESPACE
from fedlib.snapshot.membership import Membership, NamespaceKey
from fedlib.snapshot.selection import glob_matches

Path = tuple[Step, ...]

WELL_KNOWN: Final = (
    SYSTEM_NAMESPACE,
    "istio-system-*",
    "istio-*gateway*",
    "istio-ingress*",
    "istio-egress*",
    "istio-eastwest*",
    "istio-east-west*",
    "gloo-mesh",
    "gloo-mesh-*",
    "gloo-system",
    "gloo-*gateway*",
    "aks-istio-*",
    "asm-system",
    "asm-*gateway*",
    "asm-ingress*",
)
"""What the installers of Istio, Gloo and the clouds' add-ons make. Without a word of the administrator they count
whichever workspace owns them: workspaces of platform teams do."""

UNOWNED: Final = ("istio-*", "gloo-*")
"""Names that count as well as long as no workspace wants them: a team may have a namespace `istio-training`."""


def resolve_istio_namespaces(
    configuration: Configuration, namespaces: Iterable[Namespace], membership: Membership, report: Report
) -> frozenset[NamespaceKey]:
    """Istio's own namespaces of all clusters: those that the stack names, or else the usual ones.

    Args:
        configuration: the stack.
        namespaces: those of all clusters.
        membership: who owns them.
        report: learns of what the stack names and no cluster has.
    """
    stated = _stated(configuration.config)
    found: set[NamespaceKey] = set()
    used: set[Path] = set()
    for namespace in namespaces:
        key = (namespace.cluster, namespace.name)
        patterns = stated.get(namespace.cluster)
        matching = [path for path, pattern in patterns or () if glob_matches(pattern, namespace.name)]
        if matching or (patterns is None and _is_usual(key, membership)):
            found.add(key)
            used.update(matching)
    for path, pattern in sorted({one for patterns in stated.values() for one in patterns}, key=str):
        if path not in used:
            report.add(
                catalogue.ISTIO_NAMESPACE_MISS, Ref("Stack", configuration.stack), configuration.at(path),
                pattern=pattern,
            )  # fmt: skip
    return frozenset(found)


def _stated(config: StackConfig) -> dict[str, list[tuple[Path, str]]]:
    """For each cluster for which the stack says it the patterns, with where they stand."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for cluster, declared in config.clusters.items():
        place: Path = ("clusters", cluster, "istioNamespaces")
        patterns = declared.istio_namespaces
        if patterns is None:
            place, patterns = ("istioNamespaces",), config.istio_namespaces
        if patterns is not None:
            found[cluster] = [((*place, index), pattern) for index, pattern in enumerate(patterns)]
    return found


def _is_usual(key: NamespaceKey, membership: Membership) -> bool:
    wanted = key in membership.owners or key in membership.contested
    return any(glob_matches(pattern, key[1]) for pattern in (*WELL_KNOWN, *(() if wanted else UNOWNED)))
