"""What Reach answers with: values that can be compared and written down.

They say what holds, not who said it: copies of an object share them, and objects may change their names and say the
same. `Mesh.sources` tells the objects.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.reach.proxies import ProxyKind


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the pods of a workload, or those that nothing tells apart from them.

    Attributes:
        cluster, namespace: where its pods are.
        workload: the name of the workload; empty for any pod of the namespace.
        labels: the labels of its pods.
        identity: the SPIFFE ID of its pods; empty for callers outside the mesh.
        proxy: the proxy of its pods.
        locality: where its pods are, as `region/zone/subzone`.
    """

    cluster: str
    namespace: str
    workload: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    identity: str = ""
    proxy: ProxyKind = ProxyKind.SIDECAR
    locality: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """Pods that serve: of a workload, or of a selector that selects no known one (`known` is False, `workload` empty).

    `identity` is the SPIFFE ID of the pods; empty where it is not known.
    """

    cluster: str
    namespace: str
    workload: str = ""
    kind: str = ""
    identity: str = ""
    proxy: ProxyKind = ProxyKind.SIDECAR
    known: bool = True
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)


class TlsMode(enum.StrEnum):
    """The TLS that a client's proxy makes; AUTO: mTLS with endpoints that can, plain text with others."""

    AUTO = "AUTO"
    DISABLE = "DISABLE"
    SIMPLE = "SIMPLE"
    MUTUAL = "MUTUAL"
    ISTIO_MUTUAL = "ISTIO_MUTUAL"


@dataclass(frozen=True, slots=True)
class ClientTls:
    """The TLS of a client's proxy.

    Attributes:
        mode: see `TlsMode`.
        sni: the server name that it asks for; empty with SIMPLE and MUTUAL: the authority of the request.
        names: the identities that it accepts; none: any that its authority vouches for.
        rest: other fields of the DestinationRule, as JSON.
    """

    mode: TlsMode
    sni: str = ""
    names: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place that requests go to.

    Attributes:
        port: the port there.
        server: the pods; None for an address.
        address: the IP address, name or socket; empty for pods.
        locality: where it is, as `region/zone/subzone`. Pods stand once for each locality of their cluster's nodes.
        mtls: whether the client makes mTLS with it.
        priority: 0 is preferred; others follow when all before them are unhealthy.
        weight: its share among the endpoints of its priority, or of its locality.
        locality_weight: the share of its locality; 0: localities have none.
        behind: what stands behind an address that is a gateway's.
    """

    port: int
    server: Server | None = None
    address: str = ""
    locality: str = ""
    mtls: bool = False
    priority: int = 0
    weight: int = 1
    locality_weight: int = 0
    behind: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Balancing:
    """How a client's proxy chooses among endpoints and gives them up; fields of the DestinationRule as JSON.

    Attributes:
        algorithm: `loadBalancer` without its locality settings.
        ejection: `outlierDetection`; empty: none is ever given up.
        connections: `connectionPool`.
        by_locality: whether the endpoints' localities count.
    """

    algorithm: str = ""
    ejection: str = ""
    connections: str = ""
    by_locality: bool = False


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a host's port leads for a client, as its proxy has it: an Envoy cluster.

    Attributes:
        host, port, subset: what is called.
        protocol: the port's protocol; empty: found out by looking.
        original: requests go on to the address that the client called (headless Services, resolution NONE).
        external: whether it counts as outside the mesh.
        tls: the TLS of the client's proxy.
        balancing: how endpoints are chosen.
        endpoints: by priority and name.
    """

    host: str
    port: int
    subset: str
    protocol: str
    original: bool
    external: bool
    tls: ClientTls
    balancing: Balancing
    endpoints: tuple[Endpoint, ...]


class Obstacle(enum.StrEnum):
    """Why requests end on their way."""

    NOTHING_LISTENS = "nothing listens"
    """No server of a Gateway object is on the port of the gateway."""
    UNKNOWN_SNI = "unknown SNI"
    """The gateway has servers on the port, but none for the SNI."""
    NOT_MUTUAL_TLS = "not mutual TLS"
    """Plain text comes to a port that takes TLS by its SNI."""
    NO_ROUTE = "no route"
    """TLS ends at the gateway, and no VirtualService leads on."""
    CIRCLE = "circle"
    """The way leads through the same gateway again."""
    WRONG_IDENTITY = "wrong identity"
    """The server has an identity that the client does not accept."""
    UNTRUSTED_DOMAIN = "untrusted domain"
    """The server accepts clients of its own trust domain only."""
    TAKES_NO_MUTUAL_TLS = "takes no mutual TLS"
    """The client makes mTLS with pods that do not: they have no sidecar, or it is told not to."""
    NEEDS_MUTUAL_TLS = "needs mutual TLS"
    """The client speaks plain text to pods that take mTLS only."""
    NO_ENDPOINTS = "no endpoints"
    """There is nowhere to go."""
    NO_SUCH_DESTINATION = "no such destination"
    """A route leads to a host, port or subset that the proxy does not know."""


@dataclass(frozen=True, slots=True)
class Way:
    """A destination of a route. `weight` is its share; `upstream` is None where the proxy does not know it."""

    host: str
    port: int
    subset: str = ""
    weight: int = 1
    upstream: Upstream | None = None
    headers: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a request must have.

    Attributes:
        part: `uri`, `method`, `authority`, `scheme`, `header` or `query`.
        name: the name of the header or parameter.
        operator: `exact`, `prefix`, `regex` or `present`.
        value: what it is compared with.
        inverted: whether it must not hold.
    """

    part: str
    name: str = ""
    operator: str = "present"
    value: str = ""
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Conditions that must all hold; none: every request. `ignore_case` is about the path."""

    conditions: tuple[Condition, ...] = ()
    ignore_case: bool = False

    @property
    def takes_all(self) -> bool:
        """Whether every request matches."""
        return not self.conditions or self.conditions in (_SLASH, _ANYTHING)


_SLASH = (Condition("uri", operator="prefix", value="/"),)
_ANYTHING = (Condition("uri", operator="regex", value=".*"),)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often requests are tried again. `attempts` 0: never; `per_try_timeout` empty: no limit for one try."""

    attempts: int = 2
    retry_on: str = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
    per_try_timeout: str = ""
    other_localities: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to the requests that match: the first rule counts.

    Attributes:
        match: which requests.
        ways: where they go; none for a redirect or a direct response.
        redirect, response: fields of the VirtualService as JSON; empty for none.
        rewrite, fault, headers, cors: the same.
        timeout: how long a request may take as a whole; empty: no limit.
        retries: how often it is tried.
        mirrors: where copies of the requests go, with the share of those that are copied, in percent.
        name: the name of the route.
    """

    match: Match = field(default_factory=Match)
    ways: tuple[Way, ...] = ()
    redirect: str = ""
    response: str = ""
    rewrite: str = ""
    fault: str = ""
    headers: str = ""
    cors: str = ""
    timeout: str = ""
    retries: Retries = field(default_factory=Retries)
    mirrors: tuple[tuple[Way, float], ...] = ()
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ConnectionRule:
    """What happens to connections, where proxies do not route single requests: the first rule counts.

    `snis` are the server names, and `subnets` the addresses, for which it holds; none: all.
    """

    ways: tuple[Way, ...]
    snis: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()


class Knowledge(enum.StrEnum):
    """What a caller's proxy knows of a host and port."""

    KNOWN = "known"
    PASSED_ON = "passed on"
    """Nothing: requests go where DNS says, as they are."""
    REFUSED = "refused"
    """Nothing, and it lets nothing through that it does not know."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a caller reaches under a host and port.

    Attributes:
        knowledge: what its proxy knows.
        addresses: what the host resolves to for applications; empty where its proxy knows none.
        allocated: whether Istio gives the host an address.
        rules: what happens to requests, where proxies route them.
        connections: what happens to connections, where the protocol is not HTTP, or not known.
    """

    knowledge: Knowledge
    addresses: tuple[str, ...] = ()
    allocated: bool = False
    rules: tuple[Rule, ...] = ()
    connections: tuple[ConnectionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The way through a gateway.

    Attributes:
        gateway: the gateway's pods.
        port: the port on which they listen.
        mode: the TLS mode of the server; empty for a plain one.
        sni: the server name by which it is chosen.
        upstream: where connections go on, unopened.
        rules: where requests go on, if TLS ends at the gateway.
        connections: where connections go on, if TLS ends at the gateway and proxies do not route single requests.
        obstacle: why it ends here.
        sources: the Gateway objects.
    """

    gateway: Server
    port: int
    mode: str = ""
    sni: str = ""
    upstream: Upstream | None = None
    rules: tuple[Rule, ...] = ()
    connections: tuple[ConnectionRule, ...] = ()
    obstacle: Obstacle | None = None
    sources: tuple[Ref, ...] = field(default=(), compare=False)
