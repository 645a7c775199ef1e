"""What stands before pods: mTLS, trust domains, AuthorizationPolicies, RequestAuthentications.

Source: `ListAuthorizationPolicies` in `pilot/pkg/model/authorization.go`, `ShouldAttachPolicy` in
`pilot/pkg/model/policyattachment.go`, `pilot/pkg/security/authz/builder` of istio/istio.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.reach.access_rules import AccessRule, Peer, left, read_rules
from fedlib.reach.cluster import Cluster
from fedlib.reach.fields import as_mapping, canonical, labels, mappings, text
from fedlib.reach.model import Server
from fedlib.reach.objects import IstioObject
from fedlib.reach.peer_authentication import MutualTls, PeerAuthentications
from fedlib.reach.requests import Request, holds
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors

_DRY_RUN = "istio.io/dry-run"
_GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"


class Verdict(enum.StrEnum):
    """Whether a server takes requests."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    DEPENDS = "depends on the request"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a server takes the requests of a peer.

    Attributes:
        verdict: for all of its requests.
        denied: requests that it refuses; tests of the peer are done already.
        allowed: requests that it takes; None: all that are not denied.
        asked: servers that are asked about requests (action CUSTOM).
        sources: the objects that decide.
    """

    verdict: Verdict
    denied: tuple[AccessRule, ...] = ()
    allowed: tuple[AccessRule, ...] | None = None
    asked: tuple[tuple[str, AccessRule], ...] = ()
    sources: tuple[Ref, ...] = field(default=(), compare=False)

    def admits(self, request: Request) -> bool:
        """Whether it takes a request, as far as no other server is asked."""
        if any(holds(rule, request) for rule in self.denied):
            return False
        return self.allowed is None or any(holds(rule, request) for rule in self.allowed)


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands before a port of pods.

    Attributes:
        port: the port.
        mutual_tls: what they take.
        domains: the trust domains whose clients they take; None: all.
        deny: rules that refuse.
        allow: rules that let in; None: without any policy that allows, everybody comes in.
        custom: rules by the server that is asked about what matches.
        tokens: the tokens that are verified, as JSON. Requests with a wrong one are refused, those without are not.
        sources: the objects.
    """

    port: int
    mutual_tls: MutualTls = MutualTls.PERMISSIVE
    domains: tuple[str, ...] | None = None
    deny: tuple[AccessRule, ...] = ()
    allow: tuple[AccessRule, ...] | None = None
    custom: tuple[tuple[str, AccessRule], ...] = ()
    tokens: tuple[str, ...] = ()
    sources: tuple[Ref, ...] = field(default=(), compare=False)

    def admission(self, identity: str, *, http: bool) -> Admission:
        """Whether they take the requests of a peer with an identity; empty: it comes without mTLS."""
        peer = Peer(identity, self.port)
        denied = [one for rule in self.deny if (one := left(rule, peer, http=http, allows=False))]
        asked = tuple((name, one) for name, rule in self.custom if (one := left(rule, peer, http=http, allows=False)))
        final = [rule for rule in denied if _is_final(rule)]
        if final:
            return Admission(Verdict.REFUSED, tuple(denied), sources=_sources(final))
        allowed: tuple[AccessRule, ...] | None = None
        if self.allow is not None:
            allowed = tuple(one for rule in self.allow if (one := left(rule, peer, http=http, allows=True)))
            if not allowed:
                return Admission(Verdict.REFUSED, tuple(denied), (), asked, _sources(self.allow) or self.sources)
        sure = [rule for rule in allowed or () if _is_final(rule)]
        plain = not denied and not asked and (allowed is None or sure)
        verdict = Verdict.ADMITTED if plain else Verdict.DEPENDS
        deciding = _sources(sure or (*denied, *(allowed or ()), *(rule for _, rule in asked)))
        return Admission(verdict, tuple(denied), None if sure else allowed, asked, deciding)


def _is_final(rule: AccessRule) -> bool:
    """Whether it holds for all requests."""
    return not rule.peers and not rule.operations


def _sources(rules: Iterable[AccessRule]) -> tuple[Ref, ...]:
    return tuple(sorted({rule.source for rule in rules}))


class _Selecting:
    """Objects of a kind by namespace and by the pods that they select."""

    def __init__(self, things: Iterable[IstioObject]) -> None:
        listed: dict[str, list[tuple[Mapping[str, str], IstioObject]]] = defaultdict(list)
        for thing in things:
            listed[thing.namespace].append((labels(as_mapping(thing.spec.get("selector")).get("matchLabels")), thing))
        self._by: dict[str, LabelSelectors[IstioObject]] = {key: label_selectors(some) for key, some in listed.items()}

    def of(self, namespaces: Iterable[str], pods: Mapping[str, str]) -> Iterator[IstioObject]:
        """Those that hold for pods."""
        for namespace in dict.fromkeys(namespaces):
            found = self._by.get(namespace)
            for thing in found.selecting(pods) if found else ():
                if _attached(thing, pods):
                    yield thing


def _attached(thing: IstioObject, pods: Mapping[str, str]) -> bool:
    """Whether an object without a target holds, or its target is the gateway that the pods are of."""
    targets = mappings(thing.spec.get("targetRefs"))
    if isinstance(thing.spec.get("targetRef"), dict):
        targets = targets or [thing.spec["targetRef"]]
    own = pods.get(_GATEWAY_NAME)
    return not targets or any(one.get("kind") == "Gateway" and one.get("name") == own for one in targets)


class Gates:
    """What stands before the pods of a cluster."""

    def __init__(self, cluster: Cluster, peers: PeerAuthentications) -> None:
        self._settings, self._peers = cluster.settings, peers
        policies = cluster.of_kind("AuthorizationPolicy")
        self._enforced = [one for one in policies if one.annotations.get(_DRY_RUN) != "true"]
        self._policies = _Selecting(self._enforced)
        self._tokens = _Selecting(cluster.of_kind("RequestAuthentication"))
        self._rules: dict[Ref, tuple[AccessRule, ...]] = {}
        self._known: dict[tuple[int, int], Gate] = {}

    def of(self, pods: Server, port: int) -> Gate:
        """What stands before a port of pods."""
        key = (id(pods), port)
        if key not in self._known:
            self._known[key] = self._make(pods, port)
        return self._known[key]

    def rules(self) -> Iterator[AccessRule]:
        """All rules of the cluster's policies."""
        for one in self._enforced:
            yield from self._read(one)

    def _make(self, pods: Server, port: int) -> Gate:
        settings = self._settings
        namespaces = (settings.root_namespace, pods.namespace)
        policies = list(self._policies.of(namespaces, pods.labels))
        actions = [text(one.spec.get("action")) or "ALLOW" for one in policies]
        rules: dict[str, list[AccessRule]] = defaultdict(list)
        custom: list[tuple[str, AccessRule]] = []
        for action, one in zip(actions, policies, strict=True):
            rules[action].extend(self._read(one))
            if action == "CUSTOM":
                provider = text(as_mapping(one.spec.get("provider")).get("name"))
                custom.extend((provider, rule) for rule in self._read(one))
        tokens = list(self._tokens.of(namespaces, pods.labels))
        mode = self._peers.of(pods.namespace, pods.labels)
        domains = (settings.trust_domain, *settings.trust_domain_aliases)
        return Gate(
            port,
            mode.on(port),
            tuple(sorted(domains)) if settings.checks_trust_domain else None,
            _sorted(rules["DENY"]),
            _sorted(rules["ALLOW"]) if "ALLOW" in actions else None,
            tuple(sorted(custom, key=lambda one: (one[0], _text(one[1])))),
            tuple(sorted(canonical(rule) for one in tokens for rule in mappings(one.spec.get("jwtRules")))),
            tuple(sorted({*(one.ref for one in policies), *(one.ref for one in tokens), *mode.sources})),
        )

    def _read(self, thing: IstioObject) -> tuple[AccessRule, ...]:
        if thing.ref not in self._rules:
            domains = (self._settings.trust_domain, *self._settings.trust_domain_aliases)
            self._rules[thing.ref] = tuple(read_rules(thing.spec, thing.ref, domains))
        return self._rules[thing.ref]


def _sorted(rules: Iterable[AccessRule]) -> tuple[AccessRule, ...]:
    """Each rule once, in an order that does not depend on which object has it."""
    return tuple(sorted(dict.fromkeys(rules), key=_text))


def _text(rule: AccessRule) -> str:
    shown = [
        [[test.attribute, sorted(test.values), sorted(test.excluded)] for test in group]
        for group in (*rule.peers, (), *rule.operations)
    ]
    return canonical(shown)
