"""HTTP routes of VirtualServices as a proxy has them: those that are about it, with where they lead.

Source: `BuildHTTPRoutesForVirtualService`, `TranslateRoute` and `applyHTTPRouteDestination` in
`pilot/pkg/networking/core/route/route.go`, `ConvertPolicy` in `route/retry/retry.go` of istio/istio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedlib.reach.fields import as_mapping, canonical, labels, mappings, number, text, texts
from fedlib.reach.hostnames import qualified
from fedlib.reach.model import Condition, Match, Retries, Rule, Way
from fedlib.reach.scope import Seen
from fedlib.reach.upstreams import Client, Upstreams
from fedlib.reach.virtual_services import RouteSource
from fedlib.snapshot.selection import labels_match

Fields = Mapping[str, Any]

_STRINGS: Final = (("uri", "uri"), ("scheme", "scheme"), ("method", "method"), ("authority", "authority"))
_MAPS: Final = (("headers", "header", False), ("withoutHeaders", "header", True), ("queryParams", "query", False))
_PSEUDO_HEADERS: Final[Mapping[str, str]] = {":authority": "authority", ":method": "method", ":scheme": "scheme"}


@dataclass(frozen=True, slots=True)
class Listening:
    """For whom and where routes are made.

    Attributes:
        client: the proxy.
        port: the port on which requests arrive; that of their destination, where a route names none.
        gateways: the names under which routes may be meant for it: `mesh`, or a Gateway.
        domain: the end of the hosts of the cluster's Services.
        retries: the mesh's `defaultHttpRetryPolicy`; None: it has none.
    """

    client: Client
    port: int
    gateways: frozenset[str]
    domain: str
    retries: Fields | None = None


class Routes:
    """The routes of a cluster's proxies."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    def default(self, seen: Seen, at: Listening) -> Rule:
        """What happens without a VirtualService: all requests go to the host."""
        upstream = self._upstreams.of(at.client, seen.host, at.port)
        return Rule(ways=(Way(seen.host, at.port, upstream=upstream),), retries=_retries(at.retries))

    def of(self, sources: Sequence[RouteSource], at: Listening) -> tuple[Rule, ...]:
        """The rules in their order, up to the first one that takes all requests."""
        found: list[Rule] = []
        for source in sources:
            matches: list[Fields | None] = [*mappings(source.fields.get("match"))]
            for match in matches or [None]:
                if match is None or is_about(match, at):
                    found.append(self._rule(source, match, at))
                    if found[-1].match.takes_all:
                        return tuple(found)
        return tuple(found)

    def way(self, destination: Fields, source: RouteSource, at: Listening, **more: Any) -> Way:
        """Where a destination of a route leads.

        Without a port it is the host's only one at gateways and for connections, and else the port that was called.
        """
        host = qualified(text(destination.get("host")), source.namespace, at.domain)
        port = number(as_mapping(destination.get("port")).get("number"))
        if not port:
            seen = at.client.scope.known(host) if at.client.scope.router else None
            port = seen.ports[0].number if seen and len(seen.ports) == 1 else at.port
        subset = text(destination.get("subset"))
        return Way(host, port, subset, upstream=self._upstreams.of(at.client, host, port, subset), **more)

    def ways(self, source: RouteSource, at: Listening) -> tuple[Way, ...]:
        """Where a route leads, with shares in lowest terms; of several destinations, those without any are left out."""
        destinations = mappings(source.fields.get("route"))
        if len(destinations) == 1:
            only = destinations[0]
            return (self.way(as_mapping(only.get("destination")), source, at, headers=canonical(only.get("headers"))),)
        shares = [(number(one.get("weight")), one) for one in destinations if number(one.get("weight"))]
        common = math.gcd(*(share for share, _ in shares)) or 1
        return tuple(
            self.way(
                as_mapping(one.get("destination")), source, at,
                weight=share // common, headers=canonical(one.get("headers")),
            )
            for share, one in shares
        )  # fmt: skip

    def _rule(self, source: RouteSource, match: Fields | None, at: Listening) -> Rule:
        fields = source.fields
        forwards = not (fields.get("redirect") or fields.get("directResponse"))
        stated = fields.get("retries")
        return Rule(
            read_match(match or {}),
            self.ways(source, at) if forwards else (),
            canonical(fields.get("redirect")),
            canonical(fields.get("directResponse")) if not fields.get("redirect") else "",
            canonical(fields.get("rewrite")) if forwards else "",
            canonical(fields.get("fault")),
            canonical(fields.get("headers")),
            canonical(fields.get("corsPolicy")),
            _timeout(fields.get("timeout")),
            _retries(stated if isinstance(stated, dict) else at.retries),
            tuple(self._mirrors(source, at)) if forwards else (),
            text(fields.get("name")),
        )

    def _mirrors(self, source: RouteSource, at: Listening) -> Iterator[tuple[Way, float]]:
        single = as_mapping(source.fields.get("mirror"))
        if single:
            percentage = source.fields.get("mirrorPercentage", source.fields.get("mirrorPercent"))
            share = _share(percentage)
            if share:
                yield self.way(single, source, at), share
        for one in mappings(source.fields.get("mirrors")):
            share = _share(one.get("percentage"))
            if share and one.get("destination"):
                yield self.way(as_mapping(one["destination"]), source, at), share


def is_about(match: Fields, at: Listening) -> bool:
    """Whether a matcher of HTTP is about the proxy: its gateways, or else its pods (`sourceMatchHTTP`)."""
    if number(match.get("port")) not in (0, at.port):
        return False
    gateways = texts(match.get("gateways"))
    if gateways:
        return not at.gateways.isdisjoint(gateways)
    own = text(match.get("sourceNamespace"))
    return labels_match(labels(match.get("sourceLabels")), at.client.view.labels) and own in (
        "",
        at.client.scope.namespace,
    )


def read_match(match: Fields) -> Match:
    """The conditions that are left when the proxy is known, sorted."""
    found = [_condition(part, "", match[key]) for key, part in _STRINGS if key in match]
    for key, part, inverted in _MAPS:
        found += [_condition(*_attribute(part, name), one, inverted=inverted)
                  for name, one in as_mapping(match.get(key)).items()]  # fmt: skip
    ordered = sorted(found, key=lambda one: (one.part, one.name, one.operator, one.value, one.inverted))
    return Match(tuple(ordered), match.get("ignoreUriCase") is True)


def _attribute(part: str, name: str) -> tuple[str, str]:
    """What a name among headers or parameters stands for: Envoy has the method and others among the headers."""
    if part != "header":
        return part, name
    pseudo = _PSEUDO_HEADERS.get(name.lower())
    return (pseudo, "") if pseudo else (part, name.lower())


def _condition(part: str, name: str, stated: Any, *, inverted: bool = False) -> Condition:
    """A string matcher; the expression `*` and an empty one mean that there is any value."""
    for operator in ("exact", "prefix", "regex"):
        value = as_mapping(stated).get(operator)
        if isinstance(value, str) and not (operator == "regex" and value == "*"):
            return Condition(part, name, operator, value, inverted)
    return Condition(part, name, inverted=inverted)


def _timeout(value: Any) -> str:
    """`0s` is no limit, as nothing is."""
    return "" if text(value) in ("0s", "0") else text(value)


def _retries(stated: Fields | None) -> Retries:
    if stated is None:
        return Retries()
    attempts = number(stated.get("attempts"))
    if attempts <= 0:
        return Retries(0, "")
    causes = [one.strip() for one in text(stated.get("retryOn")).split(",") if one.strip()]
    codes = [one for one in causes if one.isdecimal()]
    if codes and "retriable-status-codes" not in causes:
        causes.append("retriable-status-codes")
    return Retries(
        attempts,
        ",".join(causes) or Retries().retry_on,
        text(stated.get("perTryTimeout")),
        stated.get("retryRemoteLocalities") is True,
    )


def _share(percentage: Any) -> float:
    """The percentage of requests that are copied; all of them, where nothing is said."""
    value = as_mapping(percentage).get("value", 0) if isinstance(percentage, dict) else percentage
    return 100.0 if value is None else float(value) if isinstance(value, int | float) else 0.0
