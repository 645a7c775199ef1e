"""The providers of a JWTPolicy as Istio's JWT rules, and what they demand of requests.

Source: Gloo's JWTPolicy, and `JWTRule` of Istio's RequestAuthentication. That one checks a token where there is one;
requests without a token are refused by rules that deny.
"""

from __future__ import annotations

from collections.abc import Iterator

from fedlib.config.policies.jwt import ClaimMatcher, JWTConfig, JWTPolicySpec, JWTProvider, ValidationPolicy
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.access.authorizations import is_simple_pattern
from fedlib.federation.access.public_key import key_set
from fedlib.federation.model.access import Condition, Rule, Source, TokenRule
from fedlib.federation.model.policy import Policy

DEFAULT_SKEW = 60
"""Seconds by which clocks may differ, in Envoy and in Gloo."""

Path = tuple[Step, ...]


def read_token_rules(policy: Policy[JWTPolicySpec], report: Report) -> tuple[TokenRule, ...] | None:
    """The rules of a policy's providers, by name; None, with findings, where Istio cannot check what it asks for."""
    config = policy.spec.config
    sound = True
    for path, problem in _inexpressible(config):
        report.add(catalogue.JWT_INEXPRESSIBLE, policy.ref, policy.resource.at("config", *path), problem=problem)
        sound = False
    for path, problem in _ignored(config):
        field = ".".join(str(step) for step in ("config", *path))
        report.add(
            catalogue.JWT_FIELD_IGNORED, policy.ref, policy.resource.at("config", *path), field=field, problem=problem
        )
    return tuple(_rule(provider) for _, provider in sorted(config.providers.items())) if sound else None


def demands(config: JWTConfig) -> tuple[Rule, ...]:
    """The requests to refuse: any of these rules must match.

    A token must be one of the policy's own issuers: other policies have theirs checked by the same proxies.
    """
    optional = config.validation_policy is ValidationPolicy.ALLOW_MISSING
    bearer = (Source(request_principals=("*",)),) if optional else ()
    issuers = sorted({provider.issuer for provider in config.providers.values()})
    own = tuple(f"{issuer}/*" for issuer in issuers) if all(issuers) else ("*",)
    found = [Rule((Source(not_request_principals=own, request_principals=("*",) if optional else ()),))]
    if optional and not all(issuers):
        found = []
    for claim in config.claims:
        key = _claim_key(claim)
        if claim.values:
            found.append(Rule(bearer, conditions=(Condition(key, not_values=claim.values),)))
        if claim.not_values:
            found.append(Rule(bearer, conditions=(Condition(key, values=claim.not_values),)))
    for scope in config.required_scopes:  # Istio splits the claim `scope` at spaces
        found.append(Rule(bearer, conditions=(Condition("request.auth.claims[scope]", not_values=(scope,)),)))
    return tuple(found)


def _inexpressible(config: JWTConfig) -> Iterator[tuple[Path, str]]:
    """Places and problems of what Istio cannot check."""
    lenient = config.validation_policy is ValidationPolicy.ALLOW_MISSING_OR_FAILED
    if lenient or (config.allow_missing_or_failed and config.validation_policy is ValidationPolicy.REQUIRE_VALID):
        path = ("validationPolicy",) if lenient else ("allowMissingOrFailed",)
        yield path, "Istio refuses every request with a token that is not valid"
    for name, provider in sorted(config.providers.items()):
        if provider.local is not None and provider.local.secret_ref is not None:
            yield ("providers", name, "local", "secretRef"), "Secrets are not read; write the public key inline"
        elif provider.local is not None and key_set(provider.local.inline or "") is None:
            problem = "this is neither a public key in PEM (RSA, or P-256, P-384, P-521) nor a JSON Web Key Set"
            yield ("providers", name, "local", "inline"), problem
        if provider.local is not None and not provider.issuer:
            yield ("providers", name), "Istio needs the issuer of tokens whose key is at hand"
    for index, claim in enumerate(config.claims):
        for value in (*claim.values, *claim.not_values):
            if not is_simple_pattern(value):
                yield ("claims", index), f"'{value}' has a `*` that is neither alone nor at one end only"


def _ignored(config: JWTConfig) -> Iterator[tuple[Path, str]]:
    """Fields without an effect, and what happens instead."""
    if config.phase is not None and config.phase.post_authz is not None:
        yield ("phase", "postAuthz"), "Istio checks tokens before authorization"
    if "clear_route_cache" in config.model_fields_set:
        yield ("clearRouteCache",), "Istio decides it"
    for name, provider in sorted(config.providers.items()):
        path = ("providers", name)
        if provider.clock_skew_seconds not in (None, DEFAULT_SKEW):
            yield (*path, "clockSkewSeconds"), f"Istio allows for {DEFAULT_SKEW} seconds"
        if any(claim.append for claim in provider.claims_to_headers):
            yield (*path, "claimsToHeaders"), "the claim replaces the header, also with append"
        if not provider.issuer and provider.remote is not None:
            yield (*path, "issuer"), "without it Istio 1.27 or newer is needed"
        if provider.remote is not None:
            yield (*path, "remote", "destinationRef"), "istiod fetches the keys, so it must reach the URL itself"
            for field in sorted(provider.remote.model_fields_set & {"cache_duration", "enable_async_fetch"}):
                alias = type(provider.remote).model_fields[field].alias or field
                yield (*path, "remote", alias), "istiod fetches the keys ahead and refreshes them in its own time"


def _rule(provider: JWTProvider) -> TokenRule:
    local, remote, source = provider.local, provider.remote, provider.token_source
    return TokenRule(
        issuer=provider.issuer,
        audiences=provider.audiences,
        key_set=(key_set(local.inline or "") or "") if local is not None else "",
        key_set_url=remote.url if remote is not None else "",
        timeout=remote.timeout if remote is not None and "timeout" in remote.model_fields_set else "",
        headers=tuple((header.name, header.prefix) for header in source.headers) if source else (),
        parameters=source.query_params if source else (),
        keep=provider.keep_token,
        payload_header=provider.output_payload_to_header or "",
        claim_headers=tuple((one.header, one.claim) for one in provider.claims_to_headers),
    )


def _claim_key(claim: ClaimMatcher) -> str:
    delimiter = claim.nested_claim_delimiter
    names = claim.key.split(delimiter) if delimiter else [claim.key]
    return "request.auth.claims" + "".join(f"[{name}]" for name in names)
