"""What live discovery needs to know about a cluster and about its own patience. Imports no client."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fedlib.diagnostics import NOWHERE, Location


@dataclass(frozen=True, slots=True)
class LiveCluster:
    """A cluster that is read through its API server: a kubeconfig file, or the contents of one from a secret.

    `shown` is how findings name the kubeconfig, and `location` where the stack says it.
    """

    name: str
    path: Path | None = None
    context: str | None = None
    contents: str | None = field(default=None, repr=False)
    shown: str = ""
    location: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often discovery tries; times in seconds. `deadline` is for a whole cluster."""

    connect: float = 10
    read: float = 30
    deadline: float = 300
    grace: float = 5
    """What a cluster's thread gets on top before it is given up: a credential plugin may hang."""
    attempts: int = 5
    backoff: float = 0.5
    """The pause before the second attempt; it doubles with each further one, unless the server names a pause."""
    longest_pause: float = 30
    restarts: int = 3
    """How often a list starts again because the server forgot its continue token (410 Gone)."""
    page: int = 500
    objects: int = 1_000_000
    """How many objects of a kind a cluster may have; a list that goes on has no end."""
    largest: int = 1 << 28
    """How many bytes an answer may have."""
    parallel: int = 16
