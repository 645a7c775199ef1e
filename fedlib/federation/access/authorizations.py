"""What an AccessPolicy admits, without regard to where it applies.

Source: `config.authzList` of Gloo's AccessPolicy: entries are ORed, the fields of an entry ANDed, an empty entry admits
nothing. `authzList` wins over `authz`, which it replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fedlib.config.policies.access import AccessPolicySpec, Authorization
from fedlib.config.selectors import IdentitySelector
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.access.principals import Principals
from fedlib.federation.model.access import ANYBODY, Condition, Rule, Source
from fedlib.federation.model.policy import Policy

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Authorizations:
    """The rules of a policy: those that count, and those that are only logged; None where it has none of the kind."""

    enforced: tuple[Rule, ...] | None
    logged: tuple[Rule, ...] | None

    @property
    def extent(self) -> int:
        """How many principals and other values are written for it."""
        sources = [source for rule in (*(self.enforced or ()), *(self.logged or ())) for source in rule.sources]
        return 1 + sum(1 + len(source.principals or ()) for source in sources)

    def closed(self) -> Authorizations:
        """The same for nobody."""
        return Authorizations(*(None if rules is None else () for rules in (self.enforced, self.logged)))


def read_authorizations(policy: Policy[AccessPolicySpec], principals: Principals, report: Report) -> Authorizations:
    """Read what a policy admits. What cannot be expressed, or selects no client, admits nobody and is reported."""
    rules: dict[bool, list[Rule]] = {}
    for path, entry in _entries(policy):
        rules.setdefault(entry.dry_run, [])
        rule = _rule(policy, path, entry, principals, report)
        if rule is not None:
            rules[entry.dry_run].append(rule)
    enforced, logged = (tuple(rules[dry]) if dry in rules else None for dry in (False, True))
    return Authorizations(enforced, logged)


def _entries(policy: Policy[AccessPolicySpec]) -> Iterator[tuple[Path, Authorization]]:
    config = policy.spec.config
    if config.authz_list is not None:
        for index, entry in enumerate(config.authz_list):
            yield ("config", "authzList", index), entry
    elif config.authz is not None:
        yield ("config", "authz"), config.authz


def _rule(
    policy: Policy[AccessPolicySpec], path: Path, entry: Authorization, principals: Principals, report: Report
) -> Rule | None:
    """The rule of an entry; None where it admits nothing."""
    if entry.model_copy(update={"dry_run": False}) == Authorization():
        return None
    sources = _sources(policy, path, entry, principals, report)
    conditions = _conditions(policy, path, entry, report)
    if sources is None or conditions is None:
        return None
    return Rule(sources, paths=entry.allowed_paths, methods=entry.allowed_methods, conditions=conditions)


def _sources(
    policy: Policy[AccessPolicySpec], path: Path, entry: Authorization, principals: Principals, report: Report
) -> tuple[Source, ...] | None:
    """The clients of an entry, empty for everybody; None where clients are selected and none exists."""
    base = Source(ip_blocks=entry.allowed_ip_blocks, remote_ip_blocks=entry.allowed_remote_ip_blocks)
    found = [base] if not entry.allowed_clients else []
    for index, client in enumerate(entry.allowed_clients):
        source = _client(policy, (*path, "allowedClients", index), client, base, principals, report)
        if source is not None:
            found.append(source)
    if not found:
        return None
    return () if ANYBODY in found else tuple(found)


def _client(
    policy: Policy[AccessPolicySpec],
    path: Path,
    client: IdentitySelector,
    base: Source,
    principals: Principals,
    report: Report,
) -> Source | None:
    accounts: tuple[str, ...] | None = None
    if client.service_account_selector is not None:
        accounts = principals.selected(client.service_account_selector, policy.workspace)
        if not accounts:
            report.add(catalogue.CLIENT_UNKNOWN, policy.ref, policy.resource.at(*path), workspace=policy.workspace)
            return None
    tokens = client.request_identity_matcher
    return replace(
        base,
        principals=accounts,
        request_principals=tokens.request_principals if tokens else (),
        not_request_principals=tokens.not_request_principals if tokens else (),
    )


def _conditions(
    policy: Policy[AccessPolicySpec], path: Path, entry: Authorization, report: Report
) -> tuple[Condition, ...] | None:
    """Conditions on headers; None where Istio cannot express one."""
    request = entry.match.request if entry.match is not None else None
    found: list[Condition] = []
    for name, wanted in sorted(request.headers.items()) if request is not None else ():
        broken = [value for value in (*wanted.values, *wanted.not_values) if not is_simple_pattern(value)]
        if broken:
            location = policy.resource.at(*path, "match", "request", "headers", name)
            report.add(catalogue.PATTERN_INEXPRESSIBLE, policy.ref, location, value=broken[0])
            return None
        found.append(Condition(f"request.headers[{name}]", wanted.values, wanted.not_values))
    return tuple(found)


def is_simple_pattern(value: str) -> bool:
    """Whether `*` stands alone, or at one end only; that is what Istio knows."""
    return value == "*" or ("*" not in value[1:-1] and not (len(value) > 1 and value[0] == value[-1] == "*"))


def with_ports(rules: Iterable[Rule], ports: tuple[int, ...]) -> tuple[Rule, ...]:
    """The rules on some container ports only."""
    return tuple(replace(rule, ports=ports) for rule in rules)
