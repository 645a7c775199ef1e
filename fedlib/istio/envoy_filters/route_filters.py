"""Policies of routes that are HTTP filters.

Each filter is put into a set of proxies once, turned off, however many policies use it: two would do its work twice.
Each policy then turns it on for its routes, which have the names of the VirtualService's routes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from fedlib.config.model import Model
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.origins import CSRFPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.config.policies.traffic_control import HTTPBufferPolicySpec
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import Cause
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.causes import routed_causes
from fedlib.federation.model.policy import PoliciesByKind, Policy
from fedlib.federation.model.route import Route, RoutedHosts
from fedlib.istio.envoy_filters.ask_server import server_causes, server_filter
from fedlib.istio.envoy_filters.csrf import csrf
from fedlib.istio.envoy_filters.http_buffer import http_buffer
from fedlib.istio.envoy_filters.http_filter import HTTPFilter
from fedlib.istio.envoy_filters.patch import Patch, insert_http_filter, merge_route, policy_filter, shared_filter
from fedlib.istio.envoy_filters.proxies import Proxies, routing_proxies

Used = dict[tuple[Proxies, str], tuple[HTTPFilter, dict[Cause, None]]]
"""By proxies and name: a filter of theirs, and what uses it."""


def translate_route_filters(decisions: Decisions) -> Iterator[Declaration]:
    """The EnvoyFilters of all routes: one for each policy and table, and one for each filter that they use."""
    used: Used = {}
    tables = _tables_by_route_name(decisions)
    for routed in decisions.routes:
        for proxies in routing_proxies(routed, decisions.sidecars):
            yield from _table_filters(routed, proxies, decisions, tables, used)
    for (proxies, _), (found, causes) in used.items():
        patch = insert_http_filter(proxies, found.inserted(), first=found.first)
        yield shared_filter(found.label, proxies, patch, found.order, tuple(causes))


def _table_filters(
    routed: RoutedHosts, proxies: Proxies, decisions: Decisions, tables: Mapping[tuple[str, str], set[Ref]], used: Used
) -> Iterator[Declaration]:
    tables_and_gateways = routed_causes(routed)
    policies: dict[Ref, Policy[Model]] = {}
    patches: dict[Ref, list[Patch]] = defaultdict(list)
    for route in routed.routes:
        domains = routed.hosts if len(tables[routed.workspace, route.name]) > 1 else ("",)
        for policy, found in _filters(route.policies, proxies, decisions) if route.policies else ():
            if found is not None and policy.ref not in decisions.proxy_filters.refused:
                users = used.setdefault((proxies, found.name), (found, {}))[1]
                users.update(dict.fromkeys((policy.cause, *server_causes(policy.ref, decisions), *tables_and_gateways)))
                policies[policy.ref] = policy
                patches[policy.ref] += [_turned_on(route, domain, proxies, found) for domain in domains]
    table = routed.table.ref
    for ref, policy in policies.items():
        causes = (*tables_and_gateways, *server_causes(ref, decisions))
        yield policy_filter(policy, proxies, patches[ref], causes, f"{table.name}-{table.namespace}-{table.cluster}")


def _filters(
    policies: PoliciesByKind, proxies: Proxies, decisions: Decisions
) -> Iterator[tuple[Policy[Model], HTTPFilter | None]]:
    """The policies of a route that are HTTP filters, each with what it asks of proxies; None where it asks nothing."""
    origins, buffer = policies.get(CSRFPolicySpec), policies.get(HTTPBufferPolicySpec)
    if origins is not None:
        yield origins, csrf(origins.spec)
    if buffer is not None:
        yield buffer, http_buffer(buffer.spec)
    for asking in (policies.get(ExtAuthPolicySpec), policies.get(RateLimitPolicySpec)):
        if asking is not None:
            yield asking, server_filter(asking.ref, proxies, decisions)


def _turned_on(route: Route, domain: str, proxies: Proxies, found: HTTPFilter) -> Patch:
    vhost = {"domainName": domain} if domain else {}
    return merge_route(proxies, {"vhost": {**vhost, "route": {"name": route.name}}}, found.name, found.route_config)


def _tables_by_route_name(decisions: Decisions) -> Mapping[tuple[str, str], set[Ref]]:
    """The tables by workspace and name of a route: one name in two tables has to be told apart by the host."""
    found: dict[tuple[str, str], set[Ref]] = defaultdict(set)
    for routed in decisions.routes:
        for route in routed.routes:
            found[routed.workspace, route.name].add(routed.table.ref)
    return found
