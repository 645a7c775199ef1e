"""The HTTP filters that ask a server, as the proxies of one place need them."""

from __future__ import annotations

from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Causes
from fedlib.federation.decisions import Decisions
from fedlib.istio.envoy_filters.ext_auth import ext_auth
from fedlib.istio.envoy_filters.http_filter import HTTPFilter
from fedlib.istio.envoy_filters.proxies import Proxies
from fedlib.istio.envoy_filters.rate_limit import rate_limit


def server_causes(policy: Ref, decisions: Decisions) -> Causes:
    """What a RateLimitPolicy or ExtAuthPolicy refers to."""
    filters = decisions.proxy_filters
    found = filters.limiters.get(policy) or filters.authorizers.get(policy)
    return found.configured_by if found is not None else NO_CAUSES


def server_filter(policy: Ref, proxies: Proxies, decisions: Decisions) -> HTTPFilter | None:
    """The filter of a RateLimitPolicy or ExtAuthPolicy; None where it was refused, or finds no server."""
    place, filters = (proxies.workspace, proxies.cluster), decisions.proxy_filters
    limiter = filters.limiters.get(policy)
    if limiter is not None and place in limiter.servers:
        return rate_limit(limiter, limiter.servers[place])
    authorizer = filters.authorizers.get(policy)
    if authorizer is not None and place in authorizer.servers:
        return ext_auth(authorizer, authorizer.servers[place])
    return None
