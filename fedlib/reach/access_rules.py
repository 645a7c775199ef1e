"""Rules of AuthorizationPolicies, and what is left of them when the peer and the port are known.

Source: `pilot/pkg/security/authz/model` and `pilot/pkg/security/trustdomain` of istio/istio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from fedlib.diagnostics import Ref
from fedlib.reach.fields import as_mapping, mappings, text, texts

SPIFFE: Final = "spiffe://"

_FROM: Final = {
    "principals": "source.principal",
    "namespaces": "source.namespace",
    "serviceAccounts": "source.serviceAccount",
    "trustDomains": "source.trustDomain",
    "ipBlocks": "source.ip",
    "remoteIpBlocks": "remote.ip",
    "requestPrincipals": "request.auth.principal",
}
_TO: Final = {"ports": "destination.port", "paths": "path", "methods": "method", "hosts": "host"}
_OF_THE_SERVER: Final = ("destination.ip", "destination.port", "connection.sni", "experimental.envoy.filters.")
_OF_THE_PEER: Final = ("source.", "remote.ip", "request.")
_HTTP_ONLY: Final = ("request.", "path", "method", "host", "remote.ip")


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one attribute: one of the values, and none of those that it must not have."""

    __test__ = False  # nothing that pytest should collect

    attribute: str
    values: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    @property
    def http_only(self) -> bool:
        """Whether only requests of HTTP have the attribute."""
        return self.attribute.startswith(_HTTP_ONLY)


Tests = tuple[Test, ...]
"""Tests that must all hold."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """A rule: one of the groups of tests about the peer, and one of those about what it asks for."""

    peers: tuple[Tests, ...]
    operations: tuple[Tests, ...]
    source: Ref = field(default=Ref(""), compare=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who comes, as far as the connection tells. `identity` is a SPIFFE ID; empty without mTLS."""

    identity: str
    port: int


def read_rules(spec: Mapping[str, Any], source: Ref, domains: tuple[str, ...]) -> Iterator[AccessRule]:
    """The rules of an AuthorizationPolicy; one with an attribute that Istio does not know is none.

    Args:
        spec: its spec.
        source: the object.
        domains: the trust domain of the cluster, and its aliases, which mean the same as it.
    """
    for rule in mappings(spec.get("rules")):
        when = [(text(one.get("key")), one) for one in mappings(rule.get("when"))]
        if all(key.startswith((*_OF_THE_SERVER, *_OF_THE_PEER)) for key, _ in when):
            peers = [_test(key, one, domains) for key, one in when if not key.startswith(_OF_THE_SERVER)]
            served = [_test(key, one, domains) for key, one in when if key.startswith(_OF_THE_SERVER)]
            yield AccessRule(
                tuple(_groups(rule.get("from"), "source", _FROM, peers, domains, source.namespace)),
                tuple(_groups(rule.get("to"), "operation", _TO, served, domains, source.namespace)),
                source,
            )


def _groups(
    alternatives: Any, key: str, names: Mapping[str, str], common: list[Test], domains: tuple[str, ...], own: str
) -> Iterator[Tests]:
    listed = mappings(alternatives) or [{}]
    for one in listed:
        fields, found = as_mapping(one.get(key)), list(common)
        for name, attribute in names.items():
            values = texts(fields.get(name))
            excluded = texts(fields.get(f"not{name[0].upper()}{name[1:]}"))
            if values or excluded:
                found.append(_made(attribute, values, excluded, domains))
        yield tuple(_with_namespace(test, own) for test in sorted(found, key=_order))


def _order(test: Test) -> tuple[str, list[str], list[str]]:
    return (test.attribute, sorted(test.values), sorted(test.excluded))


def _with_namespace(test: Test, own: str) -> Test:
    """Service accounts without a namespace are of the policy's own."""
    if test.attribute != "source.serviceAccount":
        return test
    full = [frozenset(one if "/" in one else f"{own}/{one}" for one in some) for some in (test.values, test.excluded)]
    return Test(test.attribute, *full)


def _test(key: str, one: Mapping[str, Any], domains: tuple[str, ...]) -> Test:
    return _made(key, texts(one.get("values")), texts(one.get("notValues")), domains)


def _made(attribute: str, values: Iterable[str], excluded: Iterable[str], domains: tuple[str, ...]) -> Test:
    if attribute == "source.principal":
        return Test(attribute, *(frozenset(_migrated(some, domains)) for some in (values, excluded)))
    if attribute == "source.trustDomain":
        return Test(
            attribute, *(frozenset(d for v in some for d in (domains if v in domains else (v,)))
                         for some in (values, excluded))
        )  # fmt: skip
    return Test(attribute, frozenset(values), frozenset(excluded))


def _migrated(principals: Iterable[str], domains: tuple[str, ...]) -> Iterator[str]:
    """Principals of the cluster's own trust domain are those of its aliases too; `cluster.local` stands for it."""
    for principal in principals:
        domain, slash, path = principal.partition("/")
        if principal.count("/") == 4 and domain != "*" and slash and (domain in domains or domain == "cluster.local"):
            yield from (f"{one}/{path}" for one in domains)
        else:
            yield principal


def left(rule: AccessRule, peer: Peer, *, http: bool, allows: bool) -> AccessRule | None:
    """What is left of a rule for a peer: only tests of requests. None where it cannot hold.

    Where connections are no HTTP, a rule that allows and asks for attributes of requests is none, and one that refuses
    refuses whatever they are (`checkError`).
    """
    groups = (*rule.peers, *rule.operations)
    if not http and allows and any(test.http_only for group in groups for test in group):
        return None
    peers = tuple(_left(rule.peers, peer, http=http))
    operations = tuple(_left(rule.operations, peer, http=http))
    if not peers or not operations:
        return None
    return AccessRule(() if () in peers else peers, () if () in operations else operations, rule.source)


def _left(groups: Iterable[Tests], peer: Peer, *, http: bool) -> Iterator[Tests]:
    for group in groups:
        kept: list[Test] = []
        for test in group:
            holds = holds_for(test, peer) if http or not test.http_only else True
            if holds is False:
                break
            if holds is None:
                kept.append(test)
        else:
            yield tuple(kept)


def holds_for(test: Test, peer: Peer) -> bool | None:
    """Whether a test holds for a peer; None where the connection does not tell."""
    if test.attribute == "destination.port":
        known = str(peer.port)
        return _decided(test, lambda value: value == known)
    matcher = _MATCHERS.get(test.attribute)
    if matcher is None:
        return None
    return _decided(test, lambda value: bool(peer.identity) and matcher(value, peer.identity))


def _decided(test: Test, matches: Callable[[str], bool]) -> bool:
    return (not test.values or any(map(matches, test.values))) and not any(map(matches, test.excluded))


def _is_principal(value: str, identity: str) -> bool:
    if value == "*":
        return True
    if value.startswith("*"):
        return identity.startswith(SPIFFE) and identity.removeprefix(SPIFFE).endswith(value[1:])
    if value.endswith("*"):
        return identity.startswith(SPIFFE + value[:-1])
    return identity == SPIFFE + value


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _in_namespace(value: str, identity: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in value.split("*"))
    return _compiled(f".*/ns/{pattern}/.*").fullmatch(identity) is not None


def _is_account(value: str, identity: str) -> bool:
    namespace, _, account = value.partition("/")
    return _compiled(
        f"spiffe://.+/ns/{re.escape(namespace)}/(.+/|)sa/{re.escape(account)}(/.+)?"
    ).fullmatch(identity) is not None  # fmt: skip


def _in_domain(value: str, identity: str) -> bool:
    first, star, last = value.partition("*")
    pattern = re.escape(first) + ("[^/]*" + re.escape(last) if star else "")
    return _compiled(f"spiffe://{pattern}/.*").fullmatch(identity) is not None


_MATCHERS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "source.principal": _is_principal,
    "source.namespace": _in_namespace,
    "source.serviceAccount": _is_account,
    "source.trustDomain": _in_domain,
}
