"""Every string of the models is checked by its type, or stands here with what becomes of it.

A new field that reaches a proxy unchecked is how one team's value stops everybody's changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from fedlib.config.resource import TRANSLATED

SELECTS: Final = """
ClaimMatcher.nested_claim_delimiter HTTPRoute.labels HTTPRoute.name JWKSSecret.key NamespaceSelector.labels
NamespaceSelector.name ObjectReference.cluster ObjectReference.name ObjectReference.namespace ObjectSelector.cluster
ObjectSelector.labels ObjectSelector.name ObjectSelector.namespace ObjectSelector.workspace PortSelector.name
ResourceSelector.cluster ResourceSelector.labels ResourceSelector.name ResourceSelector.namespace
RouteLabelSelector.cluster RouteLabelSelector.labels RouteLabelSelector.namespace RouteLabelSelector.workspace
WorkloadCluster.name WorkloadCluster.selector WorkloadObjectSelector.cluster
WorkloadObjectSelector.namespace WorkloadObjectSelector.workspace WorkspaceSelector.name WorkspaceSelector.selector
DestinationReference.subset ExternalServiceSpec.selector EndpointPort.name
"""
"""Compared with names and labels of what exists, or a name within Istio's objects that proxies only carry."""

MATCHES: Final = """
HTTPRequestMatcher.method HeaderMatcher.value QueryParameterMatcher.value RateLimitHeaderMatcher.exact_match
RateLimitHeaderMatcher.prefix_match RateLimitHeaderMatcher.suffix_match StringMatch.exact StringMatch.prefix
ExtAuthHTTPRequest.allowed_headers ExtAuthHTTPResponse.allowed_client_headers
ExtAuthHTTPResponse.allowed_upstream_headers PassThroughRequest.allowed_headers
PassThroughResponse.allowed_client_headers_on_denied PassThroughResponse.allowed_upstream_headers
PassThroughResponse.allowed_upstream_headers_to_overwrite TLSConfig.verify_subject_alt_name
ExternalServiceSpec.subject_alt_names Authorization.allowed_methods ClaimMatcher.not_values ClaimMatcher.values
ClaimToHeader.claim HeaderValues.not_values HeaderValues.values JWTConfig.required_scopes JWTProvider.audiences
RequestIdentityMatcher.not_request_principals RequestIdentityMatcher.request_principals TokenSource.query_params
"""
"""Proxies compare requests with it, whatever it is (Envoy takes any string there)."""

CARRIES: Final = """
ConsistentHash.http_query_parameter_name CustomAuth.context_extensions ExtAuthServerSpec.stat_prefix
GRPCHealthCheck.service_name HealthCheck.transport_socket_match_criteria JWTProvider.issuer
MetadataAction.default_value MetadataAction.descriptor_key MetadataKey.key PathSegment.key
RequestHeaders.descriptor_key
"""
"""Proxies say it to a server, or look it up, as it is; Envoy takes any string there, or any that is not empty."""

NAMES_OF_SECRETS: Final = "ClientTLSConfig.credential_name ClientsideTLS.credential_name TLSConfig.secret_name"
"""Names of Secrets beside the proxies; without such a Secret Istio leaves the certificate out."""

CHECKED_ELSEWHERE: Final = """
ExternalPort.name Payload.binary Payload.text PriorityLabels.labels TLSParameters.cipher_suites
"""
"""By the model as a whole, or by federation."""

UNUSED: Final = """
ClientMode.auto ClientMode.sni_routing ClientMode.tls_termination ClientTLSPolicySpec.disable
ClientTLSPolicySpec.istio_mutual Descriptor.key Descriptor.value GlooAuthStep.name HTTPRequestMatcher.name
JWTConfig.providers JWTProvider.custom_delimiter Listener.http Listener.tcp RateLimitAction.destination_cluster
RateLimitAction.remote_address RateLimitAction.source_cluster RegexPattern.google_re2 StringMatch.suffix
"""
"""Written into no object."""


def test_every_string_is_checked_or_listed() -> None:
    listed = {*" ".join((SELECTS, MATCHES, CARRIES, NAMES_OF_SECRETS, CHECKED_ELSEWHERE, UNUSED)).split()}
    assert {field for model in TRANSLATED.values() for field in _unchecked(model, set())} == listed


def _unchecked(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """The fields of a model and of those in it whose strings nothing but their length is asked of."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        if _has_free_string(field.annotation, tuple(field.metadata)):
            yield f"{model.__name__}.{name}"
        for inner in _models(field.annotation):
            yield from _unchecked(inner, seen)


def _has_free_string(annotation: Any, metadata: tuple[Any, ...]) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        first, *more = get_args(annotation)
        return _has_free_string(first, (*metadata, *more))
    if origin in (Union, UnionType):
        return any(_has_free_string(argument, metadata) for argument in get_args(annotation))
    if origin in (tuple, dict):
        checked = any(_checks(one) for one in metadata) and origin is dict
        return not checked and any(_has_free_string(argument, ()) for argument in get_args(annotation))
    return annotation is str and not any(_checks(one) for one in metadata)


def _checks(metadata: Any) -> bool:
    return type(metadata).__name__ == "AfterValidator"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
