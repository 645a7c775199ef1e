"""What sidecars do with connections, where they do not route single requests: by VirtualServices, or to the host.

Source: `buildSidecarOutboundTCPFilterChainOpts` and `buildSidecarOutboundTLSFilterChainOpts` in
`pilot/pkg/networking/core/tls.go` of istio/istio.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fedlib.reach.fields import labels, mappings, number, text, texts
from fedlib.reach.model import ConnectionRule, Way
from fedlib.reach.protocols import is_tls
from fedlib.reach.routes import Listening, Routes
from fedlib.reach.scope import Seen
from fedlib.reach.virtual_services import VirtualService
from fedlib.snapshot.selection import labels_match


def connection_rules(
    seen: Seen, protocol: str, bound: Sequence[VirtualService], routes: Routes, default: Way, at: Listening
) -> tuple[ConnectionRule, ...]:
    """The rules for connections to a host.

    Args:
        seen: the host.
        protocol: the protocol of its port.
        bound: the VirtualServices about the host, in the order in which they count.
        routes: makes the ways.
        default: where connections go that no rule is about.
        at: for whom.
    """
    if is_tls(protocol):
        return tuple(_by_sni(bound, routes, at)) or (ConnectionRule((default,), _snis(seen)),)
    found = tuple(_by_subnet(bound, routes, at))
    last = found[-1] if found else None
    return found if last and not last.subnets else (*found, ConnectionRule((default,)))


def _snis(seen: Seen) -> tuple[str, ...]:
    """Hosts without an address of their own are told by the SNI."""
    return () if seen.first.spec.addresses else (seen.host,)


def _by_sni(bound: Sequence[VirtualService], routes: Routes, at: Listening) -> Iterator[ConnectionRule]:
    """The first rule for the same names and subnets counts."""
    handled: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for one in bound:
        for source in one.tls:
            for match in mappings(source.fields.get("match")) if mappings(source.fields.get("route")) else ():
                key = (texts(match.get("sniHosts")), texts(match.get("destinationSubnets")))
                if _is_about(match, at) and key not in handled:
                    handled.add(key)
                    yield ConnectionRule(routes.ways(source, at), *key)


def _by_subnet(bound: Sequence[VirtualService], routes: Routes, at: Listening) -> Iterator[ConnectionRule]:
    """Up to the first rule for all addresses."""
    for one in bound:
        for source in one.tcp:
            if not mappings(source.fields.get("route")):
                continue
            matches = mappings(source.fields.get("match"))
            fitting = [texts(match.get("destinationSubnets")) for match in matches if _is_about(match, at)]
            if not matches or () in fitting:
                yield ConnectionRule(routes.ways(source, at))
                return
            if fitting:
                yield ConnectionRule(
                    routes.ways(source, at), subnets=tuple(sorted({a for one in fitting for a in one}))
                )


def _is_about(match: Mapping[str, Any], at: Listening) -> bool:
    """Whether a matcher of connections is about the proxy (`matchTCP`, `matchTLS`)."""
    gateways = texts(match.get("gateways"))
    return (
        (not gateways or not at.gateways.isdisjoint(gateways))
        and labels_match(labels(match.get("sourceLabels")), at.client.view.labels)
        and number(match.get("port")) in (0, at.port)
        and text(match.get("sourceNamespace")) in ("", at.client.scope.namespace)
    )
