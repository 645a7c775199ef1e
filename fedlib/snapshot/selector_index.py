"""Objects that ObjectSelectors choose from. Thousands of selectors ask, so none looks at all objects."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping
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

_Feature = tuple[str, str]
_NAME: Final = " name"
_NAMESPACE: Final = " namespace"
_CLUSTER: Final = " cluster"
_WORKSPACE: Final = " workspace"
"""Features are labels and these four, whose keys cannot be keys of labels."""

_FEW: Final = 32
"""So many objects are looked at one by one; of more, the sets of those with each feature are intersected."""


@dataclass(slots=True)
class SelectorIndex(Generic[T]):
    """Objects in a fixed order, with an index that is made when a selector first needs it.

    A set of objects is a number with a bit for each: so an intersection that is empty costs next to nothing, however
    many objects have each of the features.
    """

    objects: tuple[T, ...] = ()
    _places: dict[_Feature, list[int]] = field(default_factory=dict, compare=False, repr=False)
    _sets: dict[_Feature, int] = field(default_factory=dict, compare=False, repr=False)

    def select(self, selector: ObjectSelector) -> Iterator[T]:
        """The objects that a selector selects, in their order."""
        wanted = list(_wanted(selector))
        if not wanted:
            yield from self.objects
            return
        if not self._places:
            self._places.update(_by_feature(self.objects))
        rarest = min((self._places.get(feature, []) for feature in wanted), key=len)
        if len(wanted) == 1 or len(rarest) > _FEW:
            chosen = rarest if len(wanted) == 1 else _bits(functools.reduce(operator.and_, map(self._set, wanted)))
            yield from (self.objects[place] for place in chosen)
            return
        for one in (self.objects[place] for place in rarest):
            if selects(
                selector, labels=one.labels, name=one.ref.name, namespace=one.ref.namespace,
                cluster=one.ref.cluster, workspace=one.workspace,
            ):  # fmt: skip
                yield one

    def _set(self, feature: _Feature) -> int:
        if feature not in self._sets:
            bits = bytearray(len(self.objects) // 8 + 1)
            for place in self._places[feature]:
                bits[place >> 3] |= 1 << (place & 7)
            self._sets[feature] = int.from_bytes(bits, "little")
        return self._sets[feature]


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    for place, byte in enumerate(number.to_bytes(number.bit_length() // 8 + 1, "little")):
        while byte:
            lowest = byte & -byte
            yield place * 8 + lowest.bit_length() - 1
            byte ^= lowest


def _wanted(selector: ObjectSelector) -> Iterator[_Feature]:
    yield from selector.labels.items()
    fields = {
        _NAME: selector.name, _NAMESPACE: selector.namespace, _CLUSTER: selector.cluster,
        _WORKSPACE: selector.workspace,
    }  # fmt: skip
    yield from ((key, value) for key, value in fields.items() if value)


def _by_feature(objects: Iterable[Selectable]) -> dict[_Feature, list[int]]:
    found: dict[_Feature, list[int]] = {}
    for place, one in enumerate(objects):
        named = ((_NAME, one.ref.name), (_NAMESPACE, one.ref.namespace), (_CLUSTER, one.ref.cluster))
        for feature in (*one.labels.items(), *named, (_WORKSPACE, one.workspace)):
            found.setdefault(feature, []).append(place)
    return found
