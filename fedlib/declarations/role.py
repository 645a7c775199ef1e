"""What an object does for requests, from which follows what must exist before it.

Whoever translates an object knows this; nobody has to find it out from the object's fields.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Role(enum.IntEnum):
    """What an object does for requests, in the order in which objects must come."""

    VERIFIES = 0
    """It verifies tokens."""
    ADMITS = 1
    """It admits or refuses requests to pods."""
    SERVES = 2
    """It makes a host known where its pods are or to the gateway before them, or says how a host is called."""
    LEADS = 3
    """It leads clients to where the pods of a host are."""
    ROUTES = 4
    """It leads requests to hosts."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an object does for requests.

    Attributes:
        role: see `Role`.
        describes: hosts that it defines, or says how to call.
        home_of: hosts whose pods in its cluster are reached through it, by clients of other clusters too.
        passes: whether it lets requests from other clusters in, so that clients there need it.
        needs: hosts that it leads requests to.
        selects: labels of the pods that it is about, in its own namespaces; empty for all of these, None for no pods.
        private: whether each copy is seen in its own namespace only.
    """

    role: Role = Role.SERVES
    describes: tuple[str, ...] = ()
    home_of: tuple[str, ...] = ()
    passes: bool = False
    needs: tuple[str, ...] = ()
    selects: Mapping[str, str] | None = None
    private: bool = False
