"""What came back for requests, counted."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .pod import Answer


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """What came back for a number of equal requests."""

    all: tuple[Answer, ...]

    @property
    def statuses(self) -> dict[int, int]:
        """How many answers have which status; 0: none came."""
        return _counted(answer.status for answer in self.all)

    @property
    def clusters(self) -> dict[str, int]:
        """How many good answers came from which cluster."""
        return _counted(json.loads(answer.body)["cluster"] for answer in self.good)

    @property
    def pods(self) -> dict[str, int]:
        """How many good answers came from which pod, as `cluster/pod`."""
        found = (json.loads(answer.body) for answer in self.good)
        return _counted(f"{body['cluster']}/{body['pod']}" for body in found)

    @property
    def good(self) -> list[Answer]:
        """The answers with status 200."""
        return [answer for answer in self.all if answer.status == 200]

    @property
    def bad(self) -> int:
        """How many are not good."""
        return len(self.all) - len(self.good)

    def seen(self) -> dict[str, Any]:
        """What the server saw of the first good request."""
        content: dict[str, Any] = json.loads(self.good[0].body)
        return content

    def __repr__(self) -> str:
        """Short, for assertions that fail."""
        errors = {answer.error or answer.body for answer in self.all if answer.status != 200}
        return f"{self.statuses} from {self.pods} {sorted(errors)[:3]}"


def _counted(values: Iterable[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items()))
