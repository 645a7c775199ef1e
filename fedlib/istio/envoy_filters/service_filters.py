"""Policies of destinations that are HTTP filters of the pods behind a Service.

They stand beside the Service, and cover every client, of the own workspace and of others.
"""

from __future__ import annotations

from collections.abc import Iterator

from fedlib.config.policies.connection import AdaptiveRequestConcurrencyPolicySpec
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics.cause import Cause, Why
from fedlib.federation.decisions import Decisions
from fedlib.federation.policies.filters.served_ports import ServedPort
from fedlib.istio.envoy_filters.adaptive_concurrency import adaptive_concurrency
from fedlib.istio.envoy_filters.ask_server import server_causes, server_filter
from fedlib.istio.envoy_filters.patch import Patch, insert_http_filter, merge_route, policy_filter
from fedlib.istio.envoy_filters.proxies import Proxies, service_proxies


def translate_service_filters(decisions: Decisions) -> Iterator[Declaration]:
    """One EnvoyFilter for each policy and port of a Service."""
    for served in decisions.proxy_filters.served:
        proxies = service_proxies(served.service, served.workspace)
        patches = _patches(served, proxies, decisions)
        if patches:
            causes = (Cause(served.service.ref, Why.LEADS_TO), *server_causes(served.policy.ref, decisions))
            yield policy_filter(served.policy, proxies, patches, causes, str(served.port))


def _patches(served: ServedPort, proxies: Proxies, decisions: Decisions) -> list[Patch]:
    port, spec = served.container_port, served.policy.spec
    if isinstance(spec, AdaptiveRequestConcurrencyPolicySpec):
        return [insert_http_filter(proxies, adaptive_concurrency(spec), port=port)]
    found = server_filter(served.policy.ref, proxies, decisions)
    if found is None:
        return []
    return [
        insert_http_filter(proxies, found.inserted(), first=found.first, port=port),
        merge_route(proxies, {"portNumber": port}, found.name, found.route_config),
    ]
