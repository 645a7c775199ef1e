"""Entries of exports and imports, found by what they ask for: thousands may be held against thousands of resources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fedlib.config.gloo import ResourceKind, ResourceSelector
from fedlib.diagnostics import Ref
from fedlib.snapshot.selection import labels_match

_Feature = tuple[str, str]
_NAME: Final = " name"
_NAMESPACE: Final = " namespace"
_CLUSTER: Final = " cluster"
"""The keys of these cannot be keys of labels."""


@dataclass(frozen=True, slots=True)
class SharedResources:
    """ResourceSelectors, each filed by the rarest thing that it asks for; those that ask for nothing are apart."""

    selectors: tuple[ResourceSelector, ...]
    _filed: Mapping[_Feature, list[ResourceSelector]]
    _open: tuple[ResourceSelector, ...]

    def selects(self, kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> bool:
        """Whether any of them selects the resource `ref`."""
        features = ((_NAME, ref.name), (_NAMESPACE, ref.namespace), (_CLUSTER, ref.cluster), *labels.items())
        return any(selector.kind in (ResourceKind.ALL, kind) for selector in self._open) or any(
            _selects(selector, kind, labels, ref)
            for feature in features
            if feature in self._filed
            for selector in self._filed[feature]
        )


def shared_resources(selectors: Iterable[ResourceSelector]) -> SharedResources:
    """File the selectors of one direction between two workspaces; equal ones count once."""
    distinct = {(s.kind, frozenset(_features(s))): s for s in selectors}
    counts = Counter(feature for _, features in distinct for feature in features)
    filed: dict[_Feature, list[ResourceSelector]] = defaultdict(list)
    unrestricted: list[ResourceSelector] = []
    for (_, features), selector in distinct.items():
        rarest = min(features, key=lambda one: (counts[one], one), default=None)
        (unrestricted if rarest is None else filed[rarest]).append(selector)
    return SharedResources(tuple(distinct.values()), dict(filed), tuple(unrestricted))


def _features(selector: ResourceSelector) -> Iterator[_Feature]:
    yield from selector.labels.items()
    named = ((_NAME, selector.name), (_NAMESPACE, selector.namespace), (_CLUSTER, selector.cluster))
    yield from (feature for feature in named if feature[1])


def _selects(selector: ResourceSelector, kind: ResourceKind, labels: Mapping[str, str], ref: Ref) -> bool:
    return (
        selector.kind in (ResourceKind.ALL, kind)
        and (not selector.name or selector.name == ref.name)
        and (not selector.namespace or selector.namespace == ref.namespace)
        and (not selector.cluster or selector.cluster == ref.cluster)
        and labels_match(selector.labels, labels)
    )
