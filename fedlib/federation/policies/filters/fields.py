"""Fields of policies on Envoy's filters that cannot be translated: refused by name, and the policy with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.config.model import Model
from fedlib.config.policies.connection import AdaptiveRequestConcurrencyPolicySpec, ListenerConnectionPolicySpec
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec, HeaderValue
from fedlib.config.policies.origins import CSRFConfig, CSRFPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.config.policies.traffic_control import HTTPBufferPolicySpec, ProxyProtocolPolicySpec
from fedlib.config.resource import Resource
from fedlib.config.unsupported import report_unsupported
from fedlib.config.untranslated import untranslated_below
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step

FILTER_POLICIES: Final[tuple[type[Model], ...]] = (
    ActiveHealthCheckPolicySpec,
    AdaptiveRequestConcurrencyPolicySpec,
    CSRFPolicySpec,
    ExtAuthPolicySpec,
    HTTPBufferPolicySpec,
    ListenerConnectionPolicySpec,
    ProxyProtocolPolicySpec,
    RateLimitPolicySpec,
)

_OWN_SERVER: Final = "Solo's server does it; use customAuth with an ExtAuthServer of your own"
_ADVICE: Final = {
    "customHealthCheck": "use httpHealthCheck, grpcHealthCheck or tcpHealthCheck",
    **dict.fromkeys(("eventLogger", "eventService"), "use eventLogPath"),
    **dict.fromkeys(("send", "receive"), "use tcpHealthCheck to send bytes and to compare the answer"),
    "limit": "the server's own limits count",
    "setActions": "use actions: the rate limit server of the Envoy project knows no sets",
    "setDescriptors": "use descriptors: the rate limit server of the Envoy project knows no sets",
    **dict.fromkeys(("apiKeyAuth", "basicAuth", "hmacAuth", "ldap", "pluginAuth", "portalAuth"), _OWN_SERVER),
    **dict.fromkeys(("oauth", "oauth2"), f"{_OWN_SERVER}, such as oauth2-proxy"),
    **dict.fromkeys(("opaAuth", "opaServerAuth"), f"{_OWN_SERVER}: the Open Policy Agent speaks Envoy's protocol"),
    "jwt": "use a JWTPolicy",
    "booleanExpr": "let one server decide about everything",
}
_ANY_ADVICE: Final = "leave it out"

_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"})


def refuses(resource: Resource[Model], report: Report) -> bool:
    """Report the fields of a policy, or of a server's settings, that are in the way of translating it."""
    found = False
    for path in untranslated_below(resource.spec, ()):
        report_unsupported(resource, path, _ADVICE.get(str(path[-1]), _ANY_ADVICE), report)
        found = True
    if isinstance(resource.spec, CSRFPolicySpec):
        _check_csrf(resource, resource.spec.config, report)
    return report_secret_headers(resource, report) or found


def report_secret_headers(resource: Resource[Model], report: Report) -> bool:
    """Report headers of requests that get a value which is secret by their name."""
    secret = [(header, path) for header, path in _headers(resource.spec, ()) if header.lower() in _SECRET_HEADERS]
    for header, path in secret:
        where = resource.at(*path)
        report.add(catalogue.SECRET_HEADER, resource.ref, where, field=where.path, header=header)
    return bool(secret)


def _check_csrf(resource: Resource[Model], config: CSRFConfig, report: Report) -> None:
    if config.shadow_enabled and not config.filter_enabled and 0 < config.percentage < 100:
        report.add(
            catalogue.CSRF_COUNTS_ALL, resource.ref, resource.at("config", "percentage"), percentage=config.percentage
        )


def _headers(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Headers that get a value, and where."""
    if isinstance(value, HeaderValue):
        yield value.key, path
    elif isinstance(value, Model):
        for name, field in type(value).model_fields.items():
            yield from _headers(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _headers(item, (*path, index))
    elif isinstance(value, Mapping) and path[-1] in ("headersToAdd", "appendRequestHeaders"):
        for header in value:
            yield header, (*path, header)
