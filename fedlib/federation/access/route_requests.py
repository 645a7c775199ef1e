"""The requests of a route as rules of AuthorizationPolicies, which know less than routes and have no order.

Whatever such a rule cannot say makes a route inexpressible: a rule that matches less would let requests through.
Envoy takes the first route that matches, so paths of earlier routes are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.federation.model.access import Condition, Rule

ANY = HTTPRequestMatcher()


class InexpressibleError(Exception):
    """A request that no rule can describe; the text says why."""


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths of a matcher: one of them, or all that begin with it."""

    text: str
    whole: bool

    @property
    def pattern(self) -> str:
        """As AuthorizationPolicies write it."""
        return self.text if self.whole else f"{self.text}*"

    def meets(self, other: _Paths) -> bool:
        """Whether some path belongs to both."""
        if self.whole and other.whole:
            return self.text == other.text
        if self.whole or other.whole:
            one, beginning = (self, other) if self.whole else (other, self)
            return one.text.startswith(beginning.text)
        return self.text.startswith(other.text) or other.text.startswith(self.text)


def request_rules(
    matchers: Iterable[HTTPRequestMatcher], hosts: tuple[str, ...], earlier: Iterable[HTTPRequestMatcher]
) -> tuple[Rule, ...]:
    """The requests that one of the matchers matches and no earlier one: any of the rules.

    Raises:
        InexpressibleError: rules cannot say it.
    """
    taken = tuple(earlier)
    authorities = _authorities(hosts)
    return tuple(_rule(matcher, authorities, taken) for matcher in tuple(matchers) or (ANY,))


def _authorities(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Hosts with and without a port; none for all hosts."""
    if "*" in hosts:
        return ()
    wild = next((host for host in hosts if "*" in host), None)
    if wild is not None:
        raise InexpressibleError(f"requests for '{wild}' with a port in the Host header cannot be told from others")
    return tuple(form for host in hosts for form in (host, f"{host}:*"))


def _rule(matcher: HTTPRequestMatcher, authorities: tuple[str, ...], earlier: Iterable[HTTPRequestMatcher]) -> Rule:
    paths = _paths(matcher)
    if matcher.query_parameters or matcher.port is not None:
        raise InexpressibleError("it matches query parameters or a port")
    left_out: list[str] = []
    for other in earlier:
        taken = _paths(other)
        if not paths.meets(taken):
            continue
        if other.headers or other.query_parameters or other.method or other.port is not None:
            raise InexpressibleError("an earlier route takes some of its requests by more than the path")
        left_out.append(taken.pattern)
    return Rule(
        hosts=authorities,
        paths=() if paths == _paths(ANY) else (paths.pattern,),
        not_paths=tuple(dict.fromkeys(left_out)),
        methods=(matcher.method,) if matcher.method else (),
        conditions=_conditions(matcher),
    )


def _paths(matcher: HTTPRequestMatcher) -> _Paths:
    uri = matcher.uri
    if uri is None:
        return _Paths("/", whole=False)
    text = uri.exact if uri.exact is not None else uri.prefix
    if text is None or uri.ignore_case:
        raise InexpressibleError("it, or an earlier route, matches the path by an expression or without regard to case")
    if "*" in text or "{" in text:
        raise InexpressibleError(f"the path '{text}' would be read as a pattern")
    return _Paths(text, whole=uri.exact is not None)


def _conditions(matcher: HTTPRequestMatcher) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for header in matcher.headers:
        if header.regex or "*" in header.value:
            raise InexpressibleError(f"it matches the header '{header.name}' by an expression")
        values = (header.value or "*",)
        key = f"request.headers[{header.name}]"
        found.append(Condition(key, not_values=values) if header.invert_match else Condition(key, values))
    return tuple(found)
