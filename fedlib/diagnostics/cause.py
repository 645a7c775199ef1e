"""Causes: what of the input an object is made of, and why."""

from __future__ import annotations

import enum
from typing import NamedTuple

from fedlib.diagnostics.finding import Ref
from fedlib.diagnostics.source import Step


class Why(enum.StrEnum):
    """What a resource does for an object."""

    OWNS = "owns the namespaces"
    TRANSLATES = "translates to it"
    APPLIES = "applies"
    INHERITED = "applies to importers too"
    FEDERATES = "federates"
    EXPORTS = "exports"
    IMPORTS = "imports"
    ROUTES = "routes"
    DELEGATES = "delegates"
    LEADS_TO = "is where requests go"
    ANSWERS = "answers for the host"
    CARRIES = "carries the requests"
    SELECTS = "selects the gateway"
    DEMANDS = "names the subset"
    ISOLATES = "isolates"
    TRIMS = "trims proxies"
    CONFIGURES = "is what a policy refers to"


class Cause(NamedTuple):
    """A resource, the place in its spec (empty for all of it), and what it does for an object."""

    ref: Ref
    why: Why
    path: tuple[Step, ...] = ()


Causes = tuple[Cause, ...]
NO_CAUSES: Causes = ()
