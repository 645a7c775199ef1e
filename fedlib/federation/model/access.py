"""Decisions about access: who is admitted to pods, and which mTLS mode their ports have."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.discovery.inventory import Service

Age = tuple[int, str, Ref]
"""Of several parts of an object, the first by this order names it."""


class TlsMode(enum.StrEnum):
    """Modes of a server's mTLS, the weakest first."""

    DISABLE = "DISABLE"
    PERMISSIVE = "PERMISSIVE"
    STRICT = "STRICT"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from; all that is set must hold, and of each list any entry.

    `principals` are `<trust domain>/ns/<namespace>/sa/<account>`; None asks for none. An empty tuple does not exist: it
    would admit everybody.
    """

    principals: tuple[str, ...] | None = None
    request_principals: tuple[str, ...] = ()
    not_request_principals: tuple[str, ...] = ()
    ip_blocks: tuple[str, ...] = ()
    remote_ip_blocks: tuple[str, ...] = ()


ANYBODY = Source()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on an attribute of a request, such as `request.headers[x-team]`."""

    key: str
    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Requests that are admitted, or refused. Without a source from anywhere; without ports, hosts and so on, any."""

    sources: tuple[Source, ...] = ()
    ports: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def needs_http(self) -> bool:
        """Whether it asks for something that TCP connections do not have."""
        tokens = any(source.request_principals or source.not_request_principals for source in self.sources)
        return bool(tokens or self.paths or self.methods or self.conditions)


class Action(enum.StrEnum):
    """What happens to requests that a rule of an AuthorizationPolicy matches."""

    ALLOW = "ALLOW"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Rules for the pods that a selector selects: a part of an AuthorizationPolicy, or a whole one.

    Attributes:
        cluster: the pods' cluster.
        namespace: their namespace.
        selector: labels that select them; empty selects all of the namespace.
        stem: the name of the object if this part decides it.
        parent: what it was translated from.
        workspace: the workspace of the namespace.
        rules: any of them must match. Pods that have rules which allow refuse what none allows.
        action: whether matching requests are admitted or refused.
        dry_run: whether the result is only logged.
        age: sorts parts of isolation before those of policies, and each by age: adding a policy renames nothing.
    """

    cluster: str
    namespace: str
    selector: Mapping[str, str]
    stem: str
    parent: Ref
    workspace: str
    rules: tuple[Rule, ...]
    action: Action = Action.ALLOW
    dry_run: bool = False
    age: Age = (0, "", Ref(""))
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)
    shared_with: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ProtectedPort:
    """A port of a Service. `container_ports` are those of its pods, which is what their proxies see."""

    service: Service
    workspace: str
    number: int
    container_ports: tuple[int, ...]

    @property
    def key(self) -> tuple[Ref, int]:
        """Its identity: the Service and the number of the port."""
        return self.service.ref, self.number


@dataclass(frozen=True, slots=True)
class IsolatedPort:
    """A port that admits its own workspace and importing ones only.

    `callers` are blocks of principals, none of them empty: the own workspace, each importing one, and the gateways at
    which TLS of other clusters ends. `consumers` are the importing ones, `causes` the settings and the groups.
    """

    port: ProtectedPort
    callers: tuple[tuple[str, ...], ...]
    consumers: tuple[str, ...] = ()
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TlsRequirement:
    """What one Service or policy asks of the mTLS of the pods that a selector selects.

    Attributes:
        cluster: the pods' cluster.
        namespace: their namespace.
        selector: labels that select them; empty selects all of the namespace, and then there are no `ports`.
        stem: the name of the object if this requirement decides it.
        parent: what it was translated from.
        workspace: the workspace of the namespace.
        ports: modes by container port.
        mode: the mode of all other ports; None leaves them as they are.
        age: as that of `AccessRules`.
    """

    cluster: str
    namespace: str
    selector: Mapping[str, str]
    stem: str
    parent: Ref
    workspace: str
    ports: Mapping[int, TlsMode] = field(default_factory=dict)
    mode: TlsMode | None = None
    age: Age = (0, "", Ref(""))
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TokenRule:
    """How tokens of one issuer are found and verified, and what goes on of them.

    Attributes:
        issuer: the claim `iss`; empty for any.
        audiences: the claim `aud` must be one of these; empty for any.
        key_set: a JSON Web Key Set, or empty.
        key_set_url: where it is, or empty.
        timeout: how long fetching may take, as Istio writes it, or empty.
        headers: names of headers with a token, each with what stands before it.
        parameters: query parameters with a token. Without headers and parameters Istio's usual places count.
        keep: whether the token goes on.
        payload_header: a header for the payload, or empty.
        claim_headers: (header, claim) pairs.
    """

    issuer: str
    audiences: tuple[str, ...] = ()
    key_set: str = ""
    key_set_url: str = ""
    timeout: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    parameters: tuple[str, ...] = ()
    keep: bool = False
    payload_header: str = ""
    claim_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Rules for the tokens that the pods of a selector get: a RequestAuthentication. See `AccessRules`."""

    cluster: str
    namespace: str
    selector: Mapping[str, str]
    stem: str
    parent: Ref
    workspace: str
    rules: tuple[TokenRule, ...]
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AccessDecisions:
    """Everything that was decided about access, each list sorted."""

    rules: tuple[AccessRules, ...] = ()
    mutual_tls: tuple[TlsRequirement, ...] = ()
    tokens: tuple[TokenRules, ...] = ()
