"""What an AccessPolicy admits, without regard to where it applies.

Source: `config.authzList` of Gloo's AccessPolicy: entries are ORed, the fields of an entry ANDed, an empty entry admits
nothing. `authzList` wins over `authz`, which it replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fedlib.config.policies.access import AccessPolicySpec, Authorization
from fedlib.config.selectors import IdentitySelector
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.access.principals import Principals
from fedlib.federation.model.access import ANYBODY, Condition, Rule, Source
from fedlib.federation.model.policy import Policy

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Authorizations:
    """What a policy admits among some callers.

    Attributes:
        enforced: the rules that count; None where it has none.
        logged: the rules that are only logged; None where it has none.
        unknown: where clients are selected of whom there is none.
    """

    enforced: tuple[Rule, ...] | None
    logged: tuple[Rule, ...] | None
    unknown: tuple[Path, ...] = ()

    @property
    def extent(self) -> int:
        """How many principals and other values are written for it."""
        sources = [source for rule in (*(self.enforced or ()), *(self.logged or ())) for source in rule.sources]
        return 1 + sum(1 + len(source.principals or ()) for source in sources)

    def closed(self) -> Authorizations:
        """The same for nobody."""
        enforced, logged = (None if rules is None else () for rules in (self.enforced, self.logged))
        return Authorizations(enforced, logged, self.unknown)


@dataclass(slots=True)
class AuthorizationReader:
    """Reads what policies admit. What cannot be expressed admits nobody and is reported."""

    principals: Principals
    report: Report
    _read: dict[tuple[Ref, frozenset[str]], Authorizations] = field(default_factory=dict)

    def read(self, policy: Policy[AccessPolicySpec], callers: frozenset[str]) -> Authorizations:
        """What a policy admits where these workspaces call; service accounts of others are not found."""
        key = (policy.ref, callers)
        if key not in self._read:
            self._read[key] = _Reading(policy, sorted(callers), self.principals, self.report).read()
        return self._read[key]


@dataclass(slots=True)
class _Reading:
    """The reading of one policy."""

    policy: Policy[AccessPolicySpec]
    callers: list[str]
    principals: Principals
    report: Report
    unknown: list[Path] = field(default_factory=list)

    def read(self) -> Authorizations:
        rules: dict[bool, list[Rule]] = {}
        for path, entry in _entries(self.policy):
            rules.setdefault(entry.dry_run, [])
            rule = self._rule(path, entry)
            if rule is not None:
                rules[entry.dry_run].append(rule)
        enforced, logged = (tuple(rules[dry]) if dry in rules else None for dry in (False, True))
        return Authorizations(enforced, logged, tuple(self.unknown))

    def _rule(self, path: Path, entry: Authorization) -> Rule | None:
        """The rule of an entry; None where it admits nothing."""
        if entry.model_copy(update={"dry_run": False}) == Authorization():
            return None
        sources, conditions = self._sources(path, entry), self._conditions(path, entry)
        if sources is None or conditions is None:
            return None
        return Rule(sources, paths=entry.allowed_paths, methods=entry.allowed_methods, conditions=conditions)

    def _sources(self, path: Path, entry: Authorization) -> tuple[Source, ...] | None:
        """The clients of an entry, empty for everybody; None where clients are selected and none exists."""
        base = Source(ip_blocks=entry.allowed_ip_blocks, remote_ip_blocks=entry.allowed_remote_ip_blocks)
        found = [base] if not entry.allowed_clients else []
        for index, client in enumerate(entry.allowed_clients):
            source = self._client((*path, "allowedClients", index), client, base)
            if source is not None:
                found.append(source)
        if not found:
            return None
        return () if ANYBODY in found else tuple(found)

    def _client(self, path: Path, client: IdentitySelector, base: Source) -> Source | None:
        accounts: tuple[str, ...] | None = None
        if client.service_account_selector is not None:
            accounts = self.principals.selected(client.service_account_selector, self.callers)
            if not accounts:
                self.unknown.append(path)
                return None
        tokens = client.request_identity_matcher
        return replace(
            base,
            principals=accounts,
            request_principals=tokens.request_principals if tokens else (),
            not_request_principals=tokens.not_request_principals if tokens else (),
        )

    def _conditions(self, path: Path, entry: Authorization) -> tuple[Condition, ...] | None:
        """Conditions on headers; None where Istio cannot express one."""
        request = entry.match.request if entry.match is not None else None
        found: list[Condition] = []
        for name, wanted in sorted(request.headers.items()) if request is not None else ():
            broken = [value for value in (*wanted.values, *wanted.not_values) if not is_simple_pattern(value)]
            if broken:
                location = self.policy.resource.at(*path, "match", "request", "headers", name)
                self.report.add(catalogue.PATTERN_INEXPRESSIBLE, self.policy.ref, location, value=broken[0])
                return None
            found.append(Condition(f"request.headers[{name}]", wanted.values, wanted.not_values))
        return tuple(found)


def _entries(policy: Policy[AccessPolicySpec]) -> Iterator[tuple[Path, Authorization]]:
    config = policy.spec.config
    if config.authz_list is not None:
        for index, entry in enumerate(config.authz_list):
            yield ("config", "authzList", index), entry
    elif config.authz is not None:
        yield ("config", "authz"), config.authz


def is_simple_pattern(value: str) -> bool:
    """Whether `*` stands alone, or at one end only; that is what Istio knows."""
    return value == "*" or ("*" not in value[1:-1] and not (len(value) > 1 and value[0] == value[-1] == "*"))


def with_ports(rules: Iterable[Rule], ports: tuple[int, ...]) -> tuple[Rule, ...]:
    """The rules on some container ports only."""
    return tuple(replace(rule, ports=ports) for rule in rules)
