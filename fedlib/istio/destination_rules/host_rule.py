"""What must be said about a host in some namespaces of a cluster, before policies add to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.selectors import DestinationKind
from fedlib.declarations.lineage import Lineage
from fedlib.diagnostics import Ref
from fedlib.federation.model.policy import PoliciesByKind


@dataclass(frozen=True, slots=True)
class HostSubset:
    """Pods of a host by labels, under a name; `tls` replaces that of the host by port. No labels mean all pods."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    tls: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostRule:
    """The place and the base of a host's DestinationRule.

    Istio takes the one of the client's namespace, then that of the ServiceEntry's namespace: so it stands beside the
    ServiceEntry, with the same exportTo. Of two for one host it drops the second in silence: so there is one for each
    host and namespace.

    Attributes:
        cluster: the cluster.
        namespaces: where a copy stands.
        export_to: the namespaces that see it; `.` is the copy's own.
        host: the host.
        name: the name of the object.
        kind: what kind of destination the host stands for.
        destination: its identity.
        consumers: the workspaces whose proxies follow the rule, sorted.
        lineage: what it was translated from, and for which workspace.
        tls: the TLS settings by port, with every port of the host; empty ones ask for nothing.
        policies: what the proxies that follow the rule do, by port.
        subsets: the subsets that routes name, sorted by name.
        sni_host: the host in the SNI that `tls` names; a subset needs `outbound_.<port>_.<subset>_.<sni_host>`.
    """

    cluster: str
    namespaces: tuple[str, ...]
    export_to: tuple[str, ...]
    host: str
    name: str
    kind: DestinationKind
    destination: Ref
    consumers: tuple[str, ...]
    lineage: Lineage
    tls: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    sni_host: str = ""
    subsets: tuple[HostSubset, ...] = ()
    policies: Mapping[int, PoliciesByKind] = field(default_factory=dict)


def sni(port: int, host: str, subset: str = "") -> str:
    """The SNI by which an east-west gateway knows the port of a host, as Istio makes it up."""
    return f"outbound_.{port}_.{subset}_.{host}"
