"""What must be said about a host to those who call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.discovery.inventory import Service
from fedlib.federation.model.destination import External, FederatedService, Group
from fedlib.federation.model.place import Place
from fedlib.federation.model.policy import PoliciesByKind

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HostRule:
    """What the proxies of some namespaces follow when they call a host.

    Istio takes the DestinationRule of the client's namespace, then that of the ServiceEntry's namespace: so a rule
    stands beside the ServiceEntry, with the same exportTo. Of two for one host it drops the second in silence: so there
    is one for each host and namespace.

    Attributes:
        place: where it stands, and who sees it.
        host: the host.
        kind: what kind of destination the host stands for.
        destination: its identity.
        decision: what stands behind it.
        own: whether a workspace has it because its policies are not those of the others.
        local_only: whether the host is the local-only one of `decision`, for gateways alone.
        remote: whether calls may go through gateways that know the pods by the local-only host.
        leaves: whether calls may leave the cluster, so that a gateway that vanished must not hold them for long.
        local_first: whether the mesh config of a cluster there turns locality load balancing off, which failover needs.
        ports: the ports that policies apply to.
        policies: what the proxies do, by port.
        subsets: the labels of the subsets that routes name.
        egress: for the Service of egress gateways the hosts that are called through a port of it in mTLS.
        shared_with: the workspaces whose proxies see it where it stands.
        demanded_by: the RouteTables that name the subsets, and the VirtualGateways of `egress`.
    """

    place: Place
    host: str
    kind: DestinationKind
    destination: Ref
    decision: Group | External | FederatedService | Service
    own: bool = False
    local_only: bool = False
    remote: bool = False
    leaves: bool = False
    local_first: bool = False
    ports: tuple[int, ...] = ()
    policies: Mapping[int, PoliciesByKind] = field(default_factory=dict)
    subsets: tuple[Labels, ...] = ()
    egress: tuple[tuple[str, int], ...] = ()
    shared_with: tuple[str, ...] = ()
    demanded_by: Causes = NO_CAUSES
