"""What one workspace may ask for, in one run that teams share which do not trust each other.

The limits stand beside what they limit, and are far above what people write.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Allowance:
    """So much of one thing for each workspace, whatever the others take."""

    limit: int
    _taken: Counter[str] = field(default_factory=Counter)

    def take(self, workspace: str, count: int = 1) -> bool:
        """Take `count` more of it; False where that would be too much, and then nothing is left."""
        self._taken[workspace] = min(self._taken[workspace] + count, self.limit + 1)
        return self._taken[workspace] <= self.limit

    def left(self, workspace: str) -> int:
        """How much a workspace may still take."""
        return max(self.limit - self._taken[workspace], 0)
