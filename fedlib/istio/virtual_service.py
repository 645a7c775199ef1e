"""VirtualServices of RouteTables for sidecars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.config.route_table import RouteTableSpec
from fedlib.config.selectors import HeaderMatcher, HTTPRequestMatcher, StringMatch
from fedlib.config.stack import Placement
from fedlib.discovery.inventory import Service
from fedlib.federation.hostname import local_host
from fedlib.federation.route import Route, RouteDestination, RoutedHosts
from fedlib.istio.object import NETWORKING, Declaration, Lineage, object_name
from fedlib.istio.placement import shared_namespace
from fedlib.istio.route_policies import header_operations, route_policies
from fedlib.snapshot.model import Snapshot

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "VirtualService"


def translate_routed_hosts(routed: RoutedHosts, snapshot: Snapshot) -> Iterator[Declaration]:
    """The VirtualServices of one RouteTable for one workspace, in each of its clusters.

    A cluster has its own: a destination is the Service itself at home, and the federated host elsewhere.
    """
    ref, spec_model = routed.table.ref, routed.table.spec
    assert isinstance(spec_model, RouteTableSpec)
    name = object_name(f"routetable-{ref.name}-{ref.namespace}-{ref.cluster}-{routed.workspace}")
    lineage = Lineage(ref, *NETWORKING, routed.workspace)
    for cluster, namespaces in sorted(snapshot.workspaces[routed.workspace].namespaces.items()):
        export_to = ["."]
        if snapshot.placement is Placement.SHARED:
            export_to = list(namespaces)
            namespaces = (shared_namespace(snapshot, routed.workspace, cluster),)
        spec = {
            "exportTo": export_to,
            "gateways": ["mesh"],
            "hosts": list(routed.hosts),
            "http": [_http_route(route, cluster, routed.source_labels, snapshot) for route in routed.routes],
        }
        annotations = spec_model.virtual_service_annotations
        yield Declaration(cluster, namespaces, API_VERSION, KIND, name, spec, lineage, annotations)


def _http_route(
    route: Route, cluster: str, source_labels: tuple[Mapping[str, str], ...], snapshot: Snapshot
) -> dict[str, Any]:
    translated: dict[str, Any] = {"name": route.name}
    matches = [
        {**match, **({"sourceLabels": dict(sorted(labels.items()))} if labels else {})}
        for match in [_match(matcher) for matcher in route.matchers] or [{}]
        for labels in source_labels or ({},)
    ]
    if any(matches):
        translated["match"] = matches
    destinations = [_destination(destination, cluster, snapshot) for destination in route.destinations]
    if route.broken or None in destinations:
        translated["directResponse"] = {"status": 500}
        translated.update(route_policies(route.policies, forwards=False))
        return translated
    weighted = len(destinations) > 1
    translated["route"] = [
        {"destination": found, "weight": destination.weight} if weighted else {"destination": found}
        for found, destination in zip(destinations, route.destinations, strict=True)
    ]
    for entry, called in zip(translated["route"], route.destinations, strict=True):
        entry.update(header_operations(called.policies))
    translated.update(route_policies(route.policies, forwards=True))
    return translated


def _destination(destination: RouteDestination, cluster: str, snapshot: Snapshot) -> dict[str, Any] | None:
    """The host to call from a cluster; None where there is none."""
    decision = destination.destination.decision
    if not isinstance(decision, Service):
        host = decision.hosts[0]
    elif decision.cluster == cluster:
        host = local_host(decision, snapshot.clusters)
    elif destination.federated is not None and destination.federated.gateways:
        host = destination.federated.host
    else:
        return None
    return {"host": host, "port": {"number": destination.port}}


def _match(matcher: HTTPRequestMatcher) -> dict[str, Any]:
    match: dict[str, Any] = {}
    if matcher.uri is not None:
        match["uri"] = _string_match(matcher.uri)
        if matcher.uri.ignore_case:
            match["ignoreUriCase"] = True
    headers = {h.name.lower(): _header(h) for h in matcher.headers if not h.invert_match}
    without = {h.name.lower(): _header(h) for h in matcher.headers if h.invert_match}
    if headers:
        match["headers"] = headers
    if without:
        match["withoutHeaders"] = without
    if matcher.query_parameters:
        match["queryParams"] = {
            parameter.name: _value(parameter.value, parameter.regex) for parameter in matcher.query_parameters
        }
    if matcher.method:
        match["method"] = {"exact": matcher.method}
    if matcher.port is not None:
        match["port"] = matcher.port
    return match


def _string_match(match: StringMatch) -> dict[str, str]:
    found = {"exact": match.exact, "prefix": match.prefix, "regex": match.regex}
    return {key: value for key, value in found.items() if value is not None}


def _header(header: HeaderMatcher) -> dict[str, str]:
    return _value(header.value, header.regex)


def _value(value: str, regex: bool) -> dict[str, str]:  # noqa: FBT001 - the schema's own flag
    """No value means that the header or parameter is present, which Istio writes as an empty match."""
    if not value:
        return {}
    return {"regex" if regex else "exact": value}
