"""Parts of documents that were refused, and where what stands behind them in a list stood before."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Paths in a document, as it is written. What stands behind a refused item of a list has a smaller index now."""

    paths: frozenset[Path] = frozenset()
    _shifts: dict[Path, list[int]] = field(default_factory=dict, compare=False, repr=False)
    """For each list the indexes that its refused items would have if the ones before were gone; made when needed."""

    def original(self, path: Path) -> Path:
        """Where a part stood before the others were taken out of the lists above it."""
        if not self.paths:
            return path
        if not self._shifts:
            self._index()
        found: Path = ()
        for step in path:
            if isinstance(step, int):
                step += bisect.bisect_right(self._shifts.get(found, ()), step)
            found = (*found, step)
        return found

    def joined(self, paths: Iterable[Path]) -> LeftOut:
        """These and others."""
        more = frozenset(paths)
        return LeftOut(self.paths | more) if more else self

    def _index(self) -> None:
        gone: dict[Path, list[int]] = {}
        for path in self.paths:
            if path and isinstance(path[-1], int):
                gone.setdefault(path[:-1], []).append(path[-1])
        for parent, indexes in gone.items():
            self._shifts[parent] = [index - before for before, index in enumerate(sorted(indexes))]
        self._shifts.setdefault((), [])
