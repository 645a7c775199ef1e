"""Label selectors, found by the labels that they select: the way from a pod to the Services that stand before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fedlib.snapshot.selection import labels_match

T = TypeVar("T")

_Filed = list[tuple[int, Mapping[str, str], T]]


@dataclass(frozen=True, slots=True)
class LabelSelectors(Generic[T]):
    """Things that select by labels, in a fixed order, each filed by the rarest label that it asks for.

    So a look-up is short also where one label is on everything. `unlabelled` are those that ask for no label.
    """

    by_label: Mapping[tuple[str, str], _Filed[T]]
    unlabelled: _Filed[T]

    def candidates(self, labels: Mapping[str, str]) -> int:
        """How many things `selecting` looks at."""
        return len(self.unlabelled) + sum(len(self.by_label.get(item, ())) for item in labels.items())

    def selecting(self, labels: Mapping[str, str]) -> list[T]:
        """The things that select these labels, in their order."""
        candidates = [*self.unlabelled]
        for item in labels.items():
            candidates += self.by_label.get(item, ())
        found = [(place, thing) for place, wanted, thing in candidates if labels_match(wanted, labels)]
        return [thing for _, thing in sorted(found, key=lambda one: one[0])]


def label_selectors(things: Iterable[tuple[Mapping[str, str], T]]) -> LabelSelectors[T]:
    """Index things by the labels that they ask for."""
    listed = list(things)
    counts = Counter(item for wanted, _ in listed for item in wanted.items())
    by_label: dict[tuple[str, str], _Filed[T]] = defaultdict(list)
    unlabelled: _Filed[T] = []
    for place, (wanted, thing) in enumerate(listed):
        rarest = min(wanted.items(), key=lambda item: counts[item], default=None)
        filed = unlabelled if rarest is None else by_label[rarest]
        filed.append((place, wanted, thing))
    return LabelSelectors(by_label, unlabelled)
