"""What policies share: which kinds of destinations they take, and their place among the filters of a proxy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import model_validator

from fedlib.config.model import Model
from fedlib.config.selectors import DestinationKind, DestinationSelector


def require_kinds(selectors: Iterable[DestinationSelector], *kinds: DestinationKind) -> None:
    """Refuse selectors of destinations of other kinds.

    Raises:
        ValueError: a selector has another kind.
    """
    for selector in selectors:
        if selector.kind not in kinds:
            allowed = " or ".join(kinds)
            raise ValueError(f"applyToDestinations takes the kind {allowed}, not {selector.kind}; set kind")


class Phase(Model):
    """A place in a phase."""

    priority: int | None = None
    """Lower ones run first; 0 by default."""


class PrioritizedPhase(Model):
    """Whether a filter runs before or after authorization."""

    pre_authz: Phase | None = None
    """Before it."""
    post_authz: Phase | None = None
    """After it."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.pre_authz is not None and self.post_authz is not None:
            raise ValueError("set only one of preAuthz and postAuthz")
        return self
