"""Objects that ObjectSelectors choose from. Thousands of selectors ask, so none looks at all objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from fedlib.config.gloo import ObjectSelector
from fedlib.diagnostics import Ref
from fedlib.snapshot.selection import selects


class Selectable(Protocol):
    """What selectors ask an object for."""

    @property
    def ref(self) -> Ref:
        """Its identity."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""

    @property
    def workspace(self) -> str:
        """The workspace that owns it."""


Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Owned(Generic[Thing]):
    """An object that does not know its workspace, with what selectors ask for."""

    object: Thing
    ref: Ref
    labels: Mapping[str, str]
    workspace: str


T = TypeVar("T", bound=Selectable)

_Features = dict[tuple[str, str], list[T]]
"""Objects by label, name and namespace. The keys of the last two cannot be keys of labels."""
_NAME: Final = " name"
_NAMESPACE: Final = " namespace"


@dataclass(slots=True)
class SelectorIndex(Generic[T]):
    """Objects in a fixed order, with an index that is made when a selector first needs it: it is a finder, not data."""

    objects: tuple[T, ...] = ()
    _features: _Features[T] = field(default_factory=dict, compare=False, repr=False)

    def select(self, selector: ObjectSelector) -> Iterator[T]:
        """The objects that a selector selects, in their order."""
        for one in self._candidates(selector):
            if selects(
                selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
                cluster=one.ref.cluster, workspace=one.workspace,
            ):  # fmt: skip
                yield one

    def _candidates(self, selector: ObjectSelector) -> Sequence[T]:
        """Few objects with all selected ones among them."""
        wanted = [*selector.labels.items()]
        wanted += [(_NAME, selector.name)] if selector.name else []
        wanted += [(_NAMESPACE, selector.namespace)] if selector.namespace else []
        if not wanted:
            return self.objects
        if not self._features:
            self._features.update(_by_feature(self.objects))
        return min((self._features.get(item, []) for item in wanted), key=len)


def _by_feature(objects: Iterable[T]) -> _Features[T]:
    found: _Features[T] = {}
    for one in objects:
        for item in (*one.labels.items(), (_NAME, one.ref.name), (_NAMESPACE, one.ref.namespace)):
            found.setdefault(item, []).append(one)
    return found
