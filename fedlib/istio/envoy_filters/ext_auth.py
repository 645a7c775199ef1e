"""ExtAuthPolicy: Envoy's filter that asks an authorization server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fedlib.config.policies.ext_auth import BufferSettings, ExtAuthHTTPService, ExtAuthServerSpec
from fedlib.config.resource import kind_of
from fedlib.federation.policies.filters.authorizers import Authorizer
from fedlib.federation.policies.filters.servers import ServerAddress
from fedlib.istio.duration import seconds
from fedlib.istio.envoy_filters.http_filter import AUTHORIZATION_ORDER, HTTPFilter
from fedlib.istio.envoy_filters.patch import cluster_name, typed

_TYPE: Final = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"


def ext_auth(authorizer: Authorizer, server: ServerAddress) -> HTTPFilter:
    """Proxies ask the server about each request. Policies with one ExtAuthServer share a filter."""
    source, settings = authorizer.source, authorizer.settings
    label = f"ext-auth-{source.name}-{source.namespace}-{source.cluster}"
    if source.kind != kind_of(ExtAuthServerSpec):
        label = f"{label}-pass-through"
    http = settings.http_service
    return HTTPFilter(
        name=f"fedlib.{label}",
        label=label,
        config=typed(
            _TYPE,
            transport_api_version="V3",
            grpc_service=None if http else _grpc(server, settings.request_timeout),
            http_service=_http(http, authorizer, server) if http else None,
            allowed_headers=_exactly(http.request.allowed_headers) if http else None,
            failure_mode_allow=settings.failure_mode_allow or None,
            with_request_body=_body(settings.request_body) if settings.request_body else None,
            clear_route_cache=settings.clear_route_cache or None,
            status_on_error={"code": settings.status_on_error},
            stat_prefix=settings.stat_prefix or None,
        ),
        route_config=typed(f"{_TYPE}PerRoute", check_settings=_context(authorizer)),
        order=AUTHORIZATION_ORDER,
    )


def _context(authorizer: Authorizer) -> dict[str, Any]:
    context = dict(sorted(authorizer.context.items()))
    return {"context_extensions": context} if context else {}


def _grpc(server: ServerAddress, timeout: str) -> dict[str, Any]:
    return {
        "envoy_grpc": {"cluster_name": cluster_name(server), "authority": server.host},
        "timeout": seconds(timeout),
    }


def _http(http: ExtAuthHTTPService, authorizer: Authorizer, server: ServerAddress) -> dict[str, Any]:
    found: dict[str, Any] = {
        "server_uri": {
            "uri": f"http://{server.host}:{server.port}",
            "cluster": cluster_name(server),
            "timeout": seconds(authorizer.settings.request_timeout),
        }
    }
    if http.path_prefix:
        found["path_prefix"] = http.path_prefix
    if http.request.headers_to_add:
        added = sorted(http.request.headers_to_add.items())
        found["authorization_request"] = {"headers_to_add": [{"key": key, "value": value} for key, value in added]}
    answer = {
        "allowed_upstream_headers": _exactly(_replacing(http, authorizer)),
        "allowed_upstream_headers_to_append": _exactly(_appending(http, authorizer)),
        "allowed_client_headers": _exactly(http.response.allowed_client_headers),
    }
    answer = {key: value for key, value in answer.items() if value}
    return {**found, "authorization_response": answer} if answer else found


def _replacing(http: ExtAuthHTTPService, authorizer: Authorizer) -> tuple[str, ...]:
    """Headers that replace those of the request: all of an ExtAuthServer's, and those that passThroughAuth names."""
    own = authorizer.source.kind == kind_of(ExtAuthServerSpec)
    return http.response.allowed_upstream_headers if own else authorizer.overwritten


def _appending(http: ExtAuthHTTPService, authorizer: Authorizer) -> tuple[str, ...]:
    own = authorizer.source.kind == kind_of(ExtAuthServerSpec)
    return () if own else http.response.allowed_upstream_headers


def _exactly(headers: Iterable[str]) -> dict[str, Any] | None:
    patterns = [{"exact": header, "ignore_case": True} for header in headers]
    return {"patterns": patterns} if patterns else None


def _body(body: BufferSettings) -> dict[str, Any]:
    found: dict[str, Any] = {"max_request_bytes": body.max_request_bytes or 4096}
    if body.allow_partial_message:
        found["allow_partial_message"] = True
    if body.pack_as_bytes:
        found["pack_as_bytes"] = True
    return found
