"""The one way to refuse a field that is known and not translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.untranslated import untranslated_below
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step

_OWN_SERVER: Final = "Solo's server does it; use customAuth with an ExtAuthServer of your own"
_FUNCTION: Final = "it needs a filter of Solo's Envoy; route to an ExternalService with the function's URL"
_ADVICE: Final[Mapping[str, str]] = {
    "allowedRoutes": "it restricts functions of a cloud, which are no destinations here; take it out",
    "applyToDestinations": "it is for waypoints of ambient meshes; use workloadSelectors or virtualGateways",
    **dict.fromkeys(("awsLambda", "function"), _FUNCTION),
    "booleanExpr": "let one server decide about everything",
    "customHealthCheck": "use httpHealthCheck, grpcHealthCheck or tcpHealthCheck",
    **dict.fromkeys(("eventLogger", "eventService"), "use eventLogPath"),
    "externalWorkloads": "the group has what `services` and `externalServices` select",
    "externalWorkloadSelector": "select the service accounts of the machines with serviceAccountSelector",
    "graphql": "it needs the GraphQL filter of Solo's Envoy; route to a GraphQL server instead",
    "jwt": "use a JWTPolicy",
    "limit": "the server's own limits count",
    **dict.fromkeys(("apiKeyAuth", "basicAuth", "hmacAuth", "ldap", "pluginAuth", "portalAuth"), _OWN_SERVER),
    **dict.fromkeys(("oauth", "oauth2"), f"{_OWN_SERVER}, such as oauth2-proxy"),
    **dict.fromkeys(("opaAuth", "opaServerAuth"), f"{_OWN_SERVER}: the Open Policy Agent speaks Envoy's protocol"),
    **dict.fromkeys(("send", "receive"), "use tcpHealthCheck to send bytes and to compare the answer"),
    "setActions": "use actions: the rate limit server of the Envoy project knows no sets",
    "setDescriptors": "use descriptors: the rate limit server of the Envoy project knows no sets",
}
_ANY_ADVICE: Final = "leave it out"


def report_unsupported(resource: Resource[Model], path: tuple[Step, ...], advice: str, report: Report) -> None:
    """Report a field of a resource's spec that is known and refused; `advice` says what to do instead."""
    where = resource.at(*path)
    report.add(catalogue.UNSUPPORTED_FIELD, resource.ref, where, field=where.path, advice=advice)


def report_untranslated(resource: Resource[Model], report: Report) -> None:
    """Report each field that is set and not translated, whatever else becomes of the resource.

    Nothing that depends on one is emitted.
    """
    for path in untranslated_below(resource.spec):
        of_route = isinstance(resource.spec, RouteTableSpec) and path[0] == "http"
        report_unsupported(resource, path, ("the route answers 500; " if of_route else "") + _advice(path), report)


def _advice(path: tuple[Step, ...]) -> str:
    return next((_ADVICE[step] for step in reversed(path) if isinstance(step, str) and step in _ADVICE), _ANY_ADVICE)
