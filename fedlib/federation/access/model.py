"""Decisions about access: which callers a port admits, and which mTLS mode a port of a workload has."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service


class TlsMode(enum.StrEnum):
    """Modes of a server's mTLS, the weakest first."""

    DISABLE = "DISABLE"
    PERMISSIVE = "PERMISSIVE"
    STRICT = "STRICT"


@dataclass(frozen=True, slots=True)
class ProtectedPort:
    """A port of a Service. `container_ports` are those of its pods, which is what their proxies see."""

    service: Service
    workspace: str
    number: int
    container_ports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IsolatedPort:
    """A port that admits its own workspace and importing ones only.

    `callers` are blocks of principals (`<trust domain>/ns/<namespace>/sa/<account>`), none of them empty: the own
    workspace, each importing one, and the gateways at which TLS of other clusters ends.
    """

    port: ProtectedPort
    callers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TlsRequirement:
    """What one Service or policy asks of the mTLS of the pods that a selector selects.

    Attributes:
        cluster: the pods' cluster.
        namespace: their namespace.
        selector: labels that select them; empty selects all of the namespace.
        stem: the name of the object if this requirement decides it.
        parent: what it was translated from.
        workspace: the workspace of the namespace.
        ports: modes by container port.
        mode: the mode of all other ports; None leaves them as they are.
        age: sorts the oldest first.
    """

    cluster: str
    namespace: str
    selector: Mapping[str, str]
    stem: str
    parent: Ref
    workspace: str
    ports: Mapping[int, TlsMode] = field(default_factory=dict)
    mode: TlsMode | None = None
    age: tuple[str, Ref] = ("", Ref(""))


@dataclass(frozen=True, slots=True)
class AccessDecisions:
    """Everything that was decided about access, each list sorted."""

    isolated: tuple[IsolatedPort, ...] = ()
    mutual_tls: tuple[TlsRequirement, ...] = ()
