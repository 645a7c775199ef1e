"""Gloo's selectors as predicates: globs, labels, objects."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from fedlib.config.gloo import ObjectSelector, ResourceKind, ResourceSelector
from fedlib.diagnostics import Ref


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))


def glob_matches(pattern: str, name: str) -> bool:
    """Whether `name` matches; `*` stands for any characters, and nothing else is special."""
    return pattern == name or ("*" in pattern and _compiled(pattern).fullmatch(name) is not None)


def labels_match(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether all wanted labels are there."""
    return wanted.items() <= labels.items()


def selects(
    selector: ObjectSelector, *, labels: Mapping[str, str], name: str, namespace: str, cluster: str, workspace: str
) -> bool:
    """Whether an ObjectSelector selects the object; unset fields do not restrict."""
    return (
        (not selector.name or selector.name == name)
        and (not selector.namespace or selector.namespace == namespace)
        and (not selector.cluster or selector.cluster == cluster)
        and (not selector.workspace or selector.workspace == workspace)
        and labels_match(selector.labels, labels)
    )


def shares(selectors: Iterable[ResourceSelector], kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> bool:
    """Whether any entry of an export or an import selects the resource."""
    return any(
        selector.kind in (ResourceKind.ALL, kind)
        and (not selector.name or selector.name == ref.name)
        and (not selector.namespace or selector.namespace == ref.namespace)
        and (not selector.cluster or selector.cluster == ref.cluster)
        and labels_match(selector.labels, labels)
        for selector in selectors
    )
