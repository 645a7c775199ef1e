"""The objects of all golden cases, one of each distinct spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fedlib.distribution.plan import canonical
from tests.golden_case import GOLDEN, cases, compile_case
from tests.placed import Placed, placed

NAMESPACE: Final = "goldens"


@dataclass(frozen=True, slots=True)
class GoldenObject:
    """An object, and the case that it comes from. Where it stands does not matter here."""

    case: str
    placed: Placed

    def __str__(self) -> str:
        """What a failing test shows."""
        return f"{self.case}: {self.placed.kind} {self.placed.name}"

    @property
    def spec(self) -> Mapping[str, Any]:
        """Its spec."""
        return self.placed.spec

    def manifest(self) -> dict[str, Any]:
        """The object in the namespace of this module."""
        manifest = next(self.placed.manifests())
        return {**manifest, "metadata": {**manifest["metadata"], "namespace": NAMESPACE}}


def distinct_objects() -> list[GoldenObject]:
    """One object of each distinct body."""
    found: dict[bytes, GoldenObject] = {}
    for path in cases():
        case = path.relative_to(GOLDEN).as_posix()
        for one in placed(compile_case(path).plan):
            manifest = next(one.manifests())
            body = {key: manifest[key] for key in ("apiVersion", "kind", "spec")}
            found.setdefault(canonical(body), GoldenObject(case, one))
    return list(found.values())
