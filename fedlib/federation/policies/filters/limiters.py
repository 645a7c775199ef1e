"""Rate limits: which server proxies ask, and what they tell it.

Source: Gloo's `RateLimitPolicy` and the resources that it refers to. Its limits belong to the server; proxies know a
domain and descriptors only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.policies.rate_limit import (
    RateLimitClientConfigSpec,
    RateLimitPolicySpec,
    RateLimitServerConfigSpec,
    RateLimitServerSettingsSpec,
)
from fedlib.config.policies.rate_limit_actions import RateLimitActions
from fedlib.config.resource import Resource, kind_of
from fedlib.config.selectors import DestinationReference, ObjectReference
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.federation.policies.filters.fields import Refusals
from fedlib.federation.policies.filters.references import References, refer
from fedlib.federation.policies.filters.servers import ServerAddress, ServerFinder
from fedlib.federation.policies.filters.uses import FilterUse, Place

_DEFAULT_SETTINGS: Final = RateLimitServerSettingsSpec(
    destination_server=DestinationReference(ref=ObjectReference(name="rate-limiter", namespace="gloo-mesh"))
)
"""The server that Gloo takes where a policy names no settings."""
_DEFAULT_REF: Final = Ref(kind_of(RateLimitServerSettingsSpec), "default", "gloo-mesh")


@dataclass(frozen=True, slots=True)
class Limiter:
    """What a RateLimitPolicy asks of which server.

    Attributes:
        settings: the identity of the server's settings.
        timeout: how long an answer may take.
        deny_on_fail: whether requests are refused when there is none.
        before_authorization: whether the server is asked before authorization.
        domain: under which the server has the limits.
        descriptors: what it is told.
        servers: where proxies find it, by place.
        configured_by: the resources that the policy refers to.
    """

    settings: Ref
    timeout: str
    deny_on_fail: bool
    before_authorization: bool
    domain: str
    descriptors: tuple[RateLimitActions, ...]
    servers: Mapping[Place, ServerAddress]
    configured_by: Causes = field(default=NO_CAUSES, compare=False)


def decide_limiters(
    uses: Iterable[FilterUse[RateLimitPolicySpec]],
    refused: frozenset[Ref],
    references: References,
    finder: ServerFinder,
    report: Report,
) -> dict[Ref, Limiter]:
    """Decide for all RateLimitPolicies in use; one that limits nothing is reported and left out."""
    found: dict[Ref, Limiter] = {}
    refusals = Refusals(report)
    for use in uses:
        limiter = _limiter(use, references, finder, refusals, report) if use.policy.ref not in refused else None
        if limiter is not None:
            found[use.policy.ref] = limiter
    return found


def _limiter(
    use: FilterUse[RateLimitPolicySpec],
    references: References,
    finder: ServerFinder,
    refusals: Refusals,
    report: Report,
) -> Limiter | None:
    resource = use.policy.resource
    config = resource.spec.config
    limits = references.find(
        resource, RateLimitServerConfigSpec, config.ratelimit_server_config, "ratelimitServerConfig"
    )
    named = references.find(resource, RateLimitServerSettingsSpec, config.server_settings, "serverSettings")
    client = references.find(
        resource, RateLimitClientConfigSpec, config.ratelimit_client_config, "ratelimitClientConfig"
    )
    if (config.server_settings and named is None) or (config.ratelimit_client_config and client is None):
        return None
    if limits is not None and refusals.refuses(limits):
        return None
    descriptors = _descriptors(resource.spec, client, refusals)
    if limits is None or not descriptors:
        if config.ratelimit_server_config is None or descriptors == ():
            missing = "it has no descriptors" if limits else "it names no RateLimitServerConfig"
            report.add(catalogue.RATE_LIMIT_NOTHING, resource.ref, resource.at("config"), problem=missing)
        return None
    settings = named.spec if named is not None else _DEFAULT_SETTINGS
    server = settings.destination_server or _DEFAULT_SETTINGS.destination_server
    assert server is not None
    home = named.ref if named is not None else resource.ref
    servers = refer(use, server, home, finder, report, grpc=True)
    domain = f"{limits.ref.namespace}.{limits.ref.name}"
    report.add(
        catalogue.LIMITS_OF_SERVER, resource.ref, resource.at("config", "ratelimitServerConfig"),
        limits=limits.ref, domain=domain,
    )  # fmt: skip
    return Limiter(
        settings=named.ref if named is not None else _DEFAULT_REF,
        timeout=settings.request_timeout,
        deny_on_fail=settings.deny_on_fail,
        before_authorization=config.phase is not None and config.phase.pre_authz is not None,
        domain=domain,
        descriptors=descriptors,
        servers=servers,
        configured_by=tuple(Cause(one.ref, Why.CONFIGURES) for one in (limits, named, client) if one is not None),
    )


def _descriptors(
    spec: RateLimitPolicySpec, client: Resource[RateLimitClientConfigSpec] | None, refusals: Refusals
) -> tuple[RateLimitActions, ...] | None:
    """What the server is told; None where it cannot be translated, which was reported."""
    if client is None:
        return spec.config.raw.rate_limits if spec.config.raw else ()
    return None if refusals.refuses(client) else client.spec.raw.rate_limits
