"""Fields of policies on Envoy's filters that cannot be translated: refused by name, and the policy with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fedlib.config.model import Model
from fedlib.config.policies.connection import AdaptiveRequestConcurrencyPolicySpec, ListenerConnectionPolicySpec
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec, HeaderValue
from fedlib.config.policies.origins import CSRFConfig, CSRFPolicySpec
from fedlib.config.policies.rate_limit import RateLimitPolicySpec
from fedlib.config.policies.traffic_control import HTTPBufferPolicySpec, ProxyProtocolPolicySpec
from fedlib.config.resource import Resource
from fedlib.config.untranslated import untranslated_below
from fedlib.diagnostics import Ref, Report, catalogue
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

_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"})


def refuses(resource: Resource[Model], report: Report) -> bool:
    """Whether fields are in the way of translating a policy, or a server's settings; each was or is reported."""
    if isinstance(resource.spec, CSRFPolicySpec):
        _check_csrf(resource, resource.spec.config, report)
    secret = report_secret_headers(resource, report)
    return secret or any(untranslated_below(resource.spec))


@dataclass(frozen=True, slots=True)
class Refusals:
    """Looks at settings once, however many policies refer to them."""

    report: Report
    _known: dict[Ref, bool] = field(default_factory=dict)

    def refuses(self, resource: Resource[Model]) -> bool:
        """The same as `refuses`."""
        if resource.ref not in self._known:
            self._known[resource.ref] = refuses(resource, self.report)
        return self._known[resource.ref]


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
