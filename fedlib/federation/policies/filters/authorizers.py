"""External authorization: which server proxies ask, and how.

Source: Gloo's `ExtAuthPolicy` and `ExtAuthServer`. What Solo's own server does (`glooAuth`) stays with it, but for a
single `passThroughAuth`: there Solo's server only hands requests on, and proxies can do that themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fedlib.config.model import Model
from fedlib.config.policies.ext_auth import (
    BufferSettings,
    ExtAuthHTTPRequest,
    ExtAuthHTTPResponse,
    ExtAuthHTTPService,
    ExtAuthPolicySpec,
    ExtAuthServerSpec,
    GlooAuth,
    PassThroughAuth,
)
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.federation.policies.filters.fields import Refusals
from fedlib.federation.policies.filters.references import References, check_address, refer
from fedlib.federation.policies.filters.servers import ServerAddress, ServerFinder
from fedlib.federation.policies.filters.uses import FilterUse, Place


@dataclass(frozen=True, slots=True)
class Authorizer:
    """What an ExtAuthPolicy asks of which server.

    Attributes:
        source: the resource that the settings come from, an ExtAuthServer or the policy itself.
        settings: how the server is asked.
        servers: where proxies find it, by place.
        context: what it is told with each request.
        overwritten: headers of an HTTP server's answer that replace those of the request; others are added to them.
        configured_by: the resource that the policy refers to.
    """

    source: Ref
    settings: ExtAuthServerSpec
    servers: Mapping[Place, ServerAddress]
    context: Mapping[str, str] = field(default_factory=dict)
    overwritten: tuple[str, ...] = ()
    configured_by: Causes = field(default=NO_CAUSES, compare=False)


def decide_authorizers(
    uses: Iterable[FilterUse[ExtAuthPolicySpec]],
    refused: frozenset[Ref],
    references: References,
    finder: ServerFinder,
    report: Report,
) -> dict[Ref, Authorizer]:
    """Decide for all ExtAuthPolicies in use; what needs Solo's server is reported and left out."""
    found: dict[Ref, Authorizer] = {}
    refusals = Refusals(report)
    for use in uses:
        config = use.policy.spec.config
        if use.policy.ref in refused:
            continue
        if config.disable:
            resource = use.policy.resource
            report.add(catalogue.AUTHORIZATION_OFF, resource.ref, resource.at("config", "disable"))
            continue
        if config.gloo_auth is not None:
            authorizer = _pass_through(use, config.gloo_auth, finder, report)
        else:
            authorizer = _custom(use, references, finder, refusals, report)
        if authorizer is not None:
            found[use.policy.ref] = authorizer
    return found


def _custom(
    use: FilterUse[ExtAuthPolicySpec],
    references: References,
    finder: ServerFinder,
    refusals: Refusals,
    report: Report,
) -> Authorizer | None:
    resource, config = use.policy.resource, use.policy.spec.config
    server = references.find(resource, ExtAuthServerSpec, config.server, "server")
    if server is None:
        if config.server is None:
            _refuse(resource, ("config",), "the policy names no ExtAuthServer, and Solo's own is not here", report)
        return None
    settings = server.spec
    if refusals.refuses(server):
        return None
    if settings.destination_server is None:
        problem = f"{server.ref} has no destinationServer, and Solo's own server is not here"
        _refuse(resource, ("config", "server"), problem, report)
        return None
    grpc = settings.http_service is None
    return Authorizer(
        source=server.ref,
        settings=settings,
        servers=refer(use, settings.destination_server, server.ref, finder, report, grpc=grpc),
        context=config.custom_auth.context_extensions if config.custom_auth else {},
        configured_by=(Cause(server.ref, Why.CONFIGURES),),
    )


def _refuse(resource: Resource[Model], path: tuple[str | int, ...], problem: str, report: Report) -> None:
    report.add(
        catalogue.SOLO_AUTHORIZATION, resource.ref, resource.at(*path),
        problem=problem, advice="name an ExtAuthServer whose destinationServer is a server of your own",
    )  # fmt: skip


def _pass_through(
    use: FilterUse[ExtAuthPolicySpec], auth: GlooAuth, finder: ServerFinder, report: Report
) -> Authorizer | None:
    resource = use.policy.resource
    step = auth.configs[0].pass_through_auth
    if len(auth.configs) > 1 or step is None:
        report.add(
            catalogue.SOLO_AUTHORIZATION, resource.ref, resource.at("config", "glooAuth", "configs"),
            problem="glooAuth with several steps is done by Solo's authorization server",
            advice="let one server decide about everything, and ask it by customAuth or passThroughAuth",
        )  # fmt: skip
        return None
    host, port = _target(step)
    path = ("config", "glooAuth", "configs", 0, "passThroughAuth", "grpc" if step.grpc else "http")
    if not host:
        report.add(
            catalogue.SOLO_AUTHORIZATION, resource.ref, resource.at(*path),
            problem="the address of passThroughAuth has no host and port",
            advice="write <host>:<port>, or http://<host>:<port>/<path>; TLS is that of the mesh",
        )  # fmt: skip
        return None
    servers: dict[Place, ServerAddress] = {}
    for workspace, cluster in use.places:
        address = finder.by_host(host, port, use.policy.workspace, workspace, cluster)
        fine = check_address(use, address, workspace, cluster, report, grpc=step.grpc is not None)
        if fine and isinstance(address, ServerAddress):
            servers[workspace, cluster] = address
    overwritten = step.http.response.allowed_upstream_headers_to_overwrite if step.http and step.http.response else ()
    return Authorizer(use.policy.ref, _settings(step), servers, overwritten=overwritten)


def _target(step: PassThroughAuth) -> tuple[str, int]:
    """The host and port that Solo's server would call; empty where there are none."""
    url = step.http.url if step.http else f"http://{step.grpc.address}" if step.grpc else ""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if step.http else 0)
    except ValueError:
        return "", 0
    return (parts.hostname or "", port) if parts.scheme == "http" and port else ("", 0)


def _settings(step: PassThroughAuth) -> ExtAuthServerSpec:
    """How proxies ask the server themselves."""
    if step.grpc is not None:
        return ExtAuthServerSpec(
            request_timeout=step.grpc.connection_timeout, failure_mode_allow=step.failure_mode_allow
        )
    http = step.http
    assert http is not None
    request, response = http.request, http.response
    return ExtAuthServerSpec(
        request_timeout=http.connection_timeout,
        failure_mode_allow=step.failure_mode_allow,
        request_body=BufferSettings() if request and request.pass_through_body else None,
        http_service=ExtAuthHTTPService(
            path_prefix=urlsplit(http.url).path.rstrip("/"),
            request=ExtAuthHTTPRequest(
                allowed_headers=request.allowed_headers if request else (),
                headers_to_add=request.headers_to_add if request else {},
            ),
            response=ExtAuthHTTPResponse(
                allowed_upstream_headers=response.allowed_upstream_headers if response else (),
                allowed_client_headers=response.allowed_client_headers_on_denied if response else (),
            ),
        ),
    )
