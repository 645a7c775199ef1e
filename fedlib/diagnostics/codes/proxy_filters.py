"""84x to 86x: policies that become settings of Envoy itself, and the servers that their filters ask."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

NEEDS_SOLO_ENVOY = code(
    "FED840",
    "NeedsSoloEnvoy",
    ERROR,
    "{kind} needs {needs}, which only Solo's build of Envoy has",
    "{advice}",
    "The proxies of upstream Istio would refuse the configuration. Leave the resource out of the stack, or keep Gloo "
    "for it.",
)
HEALTH_CHECK_WITHOUT_GATEWAY = code(
    "FED841",
    "HealthCheckWithoutGateway",
    WARNING,
    "{problem}, so {consequence}",
    "name VirtualGateways in config.virtualGateways that are on a gateway, and whose workspace owns or imports the "
    "destinations",
    "Gateways do active health checks, and only those that the policy names. Sidecars do none.",
)
SECRET_HEADER = code(
    "FED842",
    "SecretHeader",
    ERROR,
    "'{field}' gives the header '{header}' a value, which would stand in an EnvoyFilter for everybody to read",
    "let the server do without it, for example by the identity of the caller's mTLS certificate",
    "Objects never hold secrets: who may read EnvoyFilters, plans or the output would see them.",
)
HEALTH_CHECK_PROTOCOL = code(
    "FED843",
    "HealthCheckProtocol",
    ERROR,
    "a gRPC health check needs HTTP/2, and port {port} of {destination} does not declare it",
    "name the port grpc or grpc-..., set its appProtocol, or use tcpHealthCheck",
    "Envoy refuses every change of its clusters when one of them has a gRPC health check without HTTP/2.",
)
