"""Where a host's port leads for a client: endpoints, in which order, and with which TLS.

Source: `buildOutboundClusters`, `buildOutboundSniDnatClusters` in `pilot/pkg/networking/core/cluster.go`,
`buildUpstreamTLSSettings` in `cluster_tls.go`, `pilot/pkg/xds/endpoints` and `BestEffortInferServiceMTLSMode` of
istio/istio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fedlib.reach.cluster import Cluster
from fedlib.reach.destination_rules import DestinationRules, HostRule
from fedlib.reach.entries import EntryPort, Resolution
from fedlib.reach.fields import canonical, labels, text, texts
from fedlib.reach.instances import Instance, Instances, of_port
from fedlib.reach.localities import Ranked, Viewpoint, rank
from fedlib.reach.model import ClientTls, Endpoint, Passage, Server, TlsMode, Upstream
from fedlib.reach.peer_authentication import MutualTls, PeerAuthentications
from fedlib.reach.port_policies import PortPolicies, PortPolicy
from fedlib.reach.protocols import UDP
from fedlib.reach.proxies import ProxyKind
from fedlib.reach.scope import Scope, Seen
from fedlib.snapshot.selection import labels_match

_TLS_FIELDS: Final = frozenset({"mode", "sni", "subjectAltNames"})


class Ways(Protocol):
    """Finds what stands behind endpoints. See `Passages`."""

    def behind(self, address: str, port: int, sni: str, host: str) -> tuple[Passage, ...]:
        """The ways behind an address."""

    def through(self, pods: Server, port: int, sni: str, host: str) -> Passage:
        """The way through the pods of a gateway."""


@dataclass(frozen=True, slots=True)
class Client:
    """A proxy that calls: what it knows, its labels, and where it is."""

    scope: Scope
    view: Viewpoint


UpstreamCache = dict[tuple[Any, ...], Upstream]
"""Upstreams by all that decides about them, so that callers who see the same share them, over clusters too."""


@dataclass(frozen=True, slots=True, eq=False)
class _Host:
    """What decides about a host besides what is said about its ports. See `Upstreams._key`."""

    content: tuple[int, ...]
    place: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    """What is called, by whom, under which policy."""

    client: Client
    seen: Seen
    port: EntryPort
    subset: str
    rule: HostRule | None
    policy: PortPolicy
    sni: str


class Upstreams:
    """The upstreams of a cluster's proxies."""

    def __init__(
        self,
        cluster: Cluster,
        instances: Instances,
        rules: DestinationRules,
        policies: PortPolicies,
        peers: PeerAuthentications,
        ways: Ways,
        cache: UpstreamCache,
    ) -> None:
        self._cluster, self._instances, self._rules = cluster, instances, rules
        self._policies, self._peers, self._ways, self._cache = policies, peers, ways, cache
        settings = cluster.settings
        self._general = (settings.auto_mtls, settings.trust_domain_aliases, settings.network_view)
        self._hosts: dict[int, _Host] = {}

    def of(self, client: Client, host: str, port: int, subset: str = "", *, sni: str = "") -> Upstream | None:
        """The upstream of a host that the client knows.

        Args:
            client: the proxy that calls.
            host: the host.
            port: the number of the port.
            subset: the subset; empty for all.
            sni: what connections ask for that a gateway passes on unopened; empty for calls of the client itself.

        Returns:
            None where the client does not know the host, its port or its subset.
        """
        seen = client.scope.known(host)
        entry_port = seen.port(port) if seen else None
        if seen is None or entry_port is None or entry_port.protocol == UDP or seen.first.spec.alias:
            return None
        rule = self._rules.of(client.scope.namespace, client.view.labels, seen.host, seen.first.namespace)
        if subset and (rule is None or subset not in rule.subsets):
            return None
        policy = self._policies.of(rule, port, subset, seen.first.distribution)
        call = _Call(client, seen, entry_port, subset, rule, policy, sni)
        key = self._key(call)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._make(call)
        return found

    def _key(self, call: _Call) -> tuple[Any, ...]:
        """Everything that decides: objects by what they say, pods by where they are."""
        seen, wanted, view = call.seen, call.policy.wanted, call.client.view
        host = self._hosts.get(id(seen))
        if host is None:
            host = self._hosts[id(seen)] = self._host(seen)
        seen_from = view if wanted.labels else view.locality if wanted.matters else ""
        names = (seen.host, call.port.number, call.subset, call.sni, call.client.scope.router)
        # a rule also says what subsets there are
        return (names, host.content, host.place, id(call.policy), call.rule.content if call.subset and call.rule else 0,
                seen_from)  # fmt: skip

    def _host(self, seen: Seen) -> _Host:
        namespace = seen.first.namespace
        standing = self._instances.standing(seen.host, namespace)
        place: tuple[object, ...] = (self._peers.stated(namespace), self._general)
        if any(one.spec.of_its_place for one in standing) or self._peers.selects(namespace):
            place = (self._cluster.name, namespace)
        return _Host((id(seen.first.spec), len(seen.ports), *(id(one.spec) for one in standing)), place)

    def _make(self, call: _Call) -> Upstream:
        spec, chosen = call.seen.first.spec, self._instances_of(call)
        original = call.policy.passthrough or (spec.resolution is Resolution.NONE and not call.client.scope.router)
        tls = ClientTls(TlsMode.DISABLE, call.sni)
        if not call.sni:
            can = not original or (bool(chosen) and all(one.mtls for one in chosen))
            tls = self._tls(call, can_mtls=can)
        endpoints = [self._endpoint(one, call, tls) for one in rank(chosen, call.policy.wanted, call.client.view)]
        kept = sorted((one for one in endpoints if one.mtls or not call.sni), key=_order)
        return Upstream(
            call.seen.host, call.port.number, call.subset, call.port.protocol, original, spec.external, tls,
            call.policy.balancing, tuple(kept),
        )  # fmt: skip

    def _instances_of(self, call: _Call) -> Sequence[Instance]:
        """The endpoints of a port, of a subset only those with its labels; names only where proxies look them up."""
        seen, rule = call.seen, call.rule
        found = of_port(self._instances.of(seen.host, seen.first.namespace), call.port.name)
        if call.subset and rule is not None:
            wanted = labels(rule.subsets[call.subset].get("labels"))
            found = [one for one in found if labels_match(wanted, one.labels or {})]
        view = self._cluster.settings.network_view if call.client.scope.router else None
        if view:
            found = [one for one in found if not one.network or one.network in view]
        if seen.first.spec.resolution is Resolution.DNS_ROUND_ROBIN:
            return found[:1]
        if seen.first.spec.resolution.looks_up:
            return found
        return [one for one in found if not one.is_name]

    def _tls(self, call: _Call, *, can_mtls: bool) -> ClientTls:
        """`buildUpstreamTLSSettings`: as the DestinationRule says, or mTLS by itself with those that can."""
        seen = call.seen
        if call.policy.tls:
            return self._stated_tls(call, call.policy.tls)
        automatic = can_mtls and self._cluster.settings.auto_mtls and not seen.first.spec.external
        if not automatic or self._peers.stated(seen.first.namespace) is MutualTls.DISABLE:
            return ClientTls(TlsMode.DISABLE)
        return ClientTls(TlsMode.AUTO, sni_of(seen.host, call.port.number, call.subset), self._identities(seen))

    def _stated_tls(self, call: _Call, stated: Mapping[str, Any]) -> ClientTls:
        written = text(stated.get("mode"))
        mode = TlsMode(written) if written in ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL") else TlsMode.DISABLE
        if mode is TlsMode.DISABLE or not _has_secrets(mode, stated, call):
            return ClientTls(TlsMode.DISABLE)
        sni, names = text(stated.get("sni")), texts(stated.get("subjectAltNames"))
        if mode is TlsMode.ISTIO_MUTUAL:
            sni = sni or sni_of(call.seen.host, call.port.number, call.subset)
            names = names or self._identities(call.seen)
        elif not names and not call.seen.first.spec.kubernetes:
            names = self._identities(call.seen)
        rest = {key: one for key, one in stated.items() if key not in _TLS_FIELDS}
        return ClientTls(mode, sni, tuple(sorted(names)), canonical(rest))

    def _identities(self, seen: Seen) -> tuple[str, ...]:
        """The identities that clients accept, with those of the trust domain's aliases (`ExpandWithTrustDomains`)."""
        found = self._instances.identities(seen.host, seen.first.namespace)
        aliases = self._cluster.settings.trust_domain_aliases
        if not aliases:
            return found
        paths = (one.removeprefix("spiffe://").partition("/") for one in found)
        more = (f"spiffe://{alias}/{path}" for _, _, path in paths for alias in aliases)
        return tuple(sorted({*found, *more}))

    def _endpoint(self, ranked: Ranked, call: _Call, tls: ClientTls) -> Endpoint:
        one = ranked.instance
        mtls = self._makes_mtls(one, call, tls)
        asked = call.sni
        if not asked and (mtls or tls.mode in (TlsMode.SIMPLE, TlsMode.MUTUAL)):
            asked = tls.sni or call.seen.host
        behind: tuple[Passage, ...] = ()
        if one.server is not None and one.server.proxy is ProxyKind.GATEWAY:
            behind = (self._ways.through(one.server, one.port, asked, call.seen.host),)
        elif one.address and one.port:
            behind = self._ways.behind(one.address, one.port, asked, call.seen.host)
        return Endpoint(
            one.port, one.server, one.address, ranked.locality, mtls,
            ranked.priority, one.weight, ranked.locality_weight, behind,
        )  # fmt: skip

    def _makes_mtls(self, one: Instance, call: _Call, tls: ClientTls) -> bool:
        """`checkMtlsEnabled`: what the DestinationRule says, or what the endpoint can and its namespace wants."""
        if tls.mode is not TlsMode.AUTO and not call.sni:
            return tls.mode is TlsMode.ISTIO_MUTUAL
        if call.policy.mode is not None:
            return one.mtls and call.policy.mode is TlsMode.ISTIO_MUTUAL
        peers = self._peers.of(call.seen.first.namespace, one.labels or {})
        return one.mtls and peers.on(one.port) is not MutualTls.DISABLE


def _has_secrets(mode: TlsMode, stated: Mapping[str, Any], call: _Call) -> bool:
    """Whether a proxy gets what its TLS needs; without, it makes none at all (`buildUpstreamClusterTLSContext`).

    Sidecars get credentials from Secrets by rules that select their pods only.
    """
    credential = text(stated.get("credentialName"))
    if mode is TlsMode.ISTIO_MUTUAL:
        return True
    if credential:
        selected = call.rule is not None and call.rule.selector is not None
        return call.client.scope.router or selected or credential.startswith("configmap://")
    return mode is TlsMode.SIMPLE or bool(stated.get("clientCertificate") and stated.get("privateKey"))


def sni_of(host: str, port: int, subset: str = "") -> str:
    """The SNI by which gateways know a host's port (`BuildDNSSrvSubsetKey`)."""
    return f"outbound_.{port}_.{subset}_.{host}"


def _order(endpoint: Endpoint) -> tuple[Any, ...]:
    server = endpoint.server
    place = (server.cluster, server.namespace, server.workload, server.kind) if server else ("",)
    return (endpoint.priority, endpoint.address, place, endpoint.port, endpoint.locality, endpoint.weight)
