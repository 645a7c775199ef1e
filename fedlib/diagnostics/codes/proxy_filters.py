"""84x to 86x: policies that become settings of Envoy itself, and the servers that their filters ask."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

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
    "'{field}' gives the header '{header}' a value, which would stand in an object for everybody to read",
    "let the server do without it, for example by the identity of the caller's mTLS certificate",
    "Objects never hold secrets: who may read objects of Istio, plans or the output would see them.",
)
HEALTH_CHECK_PROTOCOL = code(
    "FED843",
    "HealthCheckProtocol",
    ERROR,
    "a gRPC health check needs HTTP/2, and port {port} of {destination} does not declare it",
    "name the port grpc or grpc-..., set its appProtocol, or use tcpHealthCheck",
    "Envoy refuses every change of its clusters when one of them has a gRPC health check without HTTP/2.",
)
POLICY_REFERENCE_UNKNOWN = code(
    "FED844",
    "PolicyReferenceUnknown",
    ERROR,
    "'{field}' names {reference}, which does not exist{suggestion}",
    "mend the name; namespace and cluster are those of the policy unless the reference has its own",
    "Without the resource that it refers to a policy cannot do what it promises.",
)
RATE_LIMIT_NOTHING = code(
    "FED845",
    "RateLimitNothing",
    WARNING,
    "the RateLimitPolicy limits nothing: {problem}",
    "set config.ratelimitServerConfig, and either config.raw or config.ratelimitClientConfig",
    "A rate limit needs limits, which a server knows under a domain, and descriptors, which proxies send.",
)
LIMITS_OF_SERVER = code(
    "FED846",
    "LimitsOfServer",
    INFO,
    "proxies ask under the domain '{domain}'; the limits of {limits} themselves are for the server",
    "give the rate limit server these descriptors under that domain; Envoy's own one reads them as they stand here",
    "Gloo sends limits to Solo's rate limit server over a connection of its own. Nothing in Istio carries them.",
    cause="{limits}",
)
SERVER_UNREACHABLE = code(
    "FED847",
    "ServerUnreachable",
    ERROR,
    "proxies of workspace '{workspace}' in cluster '{cluster}' cannot ask the server of this policy: {problem}",
    "run the server in that cluster, federate it to the workspace, or name another one",
    "A filter that reaches no server refuses every request, or lets every request pass.",
)
SERVER_PROTOCOL = code(
    "FED848",
    "ServerProtocol",
    WARNING,
    "port {port} of {host} does not declare {protocol}, so proxies may speak another protocol with it",
    "name the port {protocol} or {protocol}-..., or set its appProtocol",
    "Istio chooses HTTP/2 for a port by its name or appProtocol, and gRPC needs HTTP/2.",
)
SOLO_AUTHORIZATION = code(
    "FED849",
    "SoloAuthorization",
    ERROR,
    "{problem}",
    "{advice}",
    "These steps run in Solo's authorization server, which gets them over a connection of its own. Here proxies ask a "
    "server of your own: customAuth with an ExtAuthServer, or one passThroughAuth.",
)
FILTER_NEEDS_HTTP = code(
    "FED850",
    "FilterNeedsHTTP",
    WARNING,
    "port {port} of {destination} is not HTTP, so the {policy} has no effect there",
    "name the port http or http-..., or set its appProtocol; or leave the port out of applyToDestinations",
    "HTTP filters see requests of HTTP only; Istio chooses it for a port by its name or appProtocol.",
)
CSRF_COUNTS_ALL = code(
    "FED851",
    "CSRFCountsAll",
    INFO,
    "all requests are counted, not {percentage:g} % of them",
    "leave percentage out; it has its effect when filterEnabled is set",
    "Envoy refuses some requests when its CSRF filter is only to count a share of them. So it counts them all, and "
    "refuses none.",
)
AUTHORIZATION_OFF = code(
    "FED852",
    "AuthorizationOff",
    INFO,
    "the policy turns external authorization off for what it selects",
    "nothing to do; a younger ExtAuthPolicy for the same routes or destinations is skipped",
    "One ExtAuthPolicy applies to a route or destination. One with `disable: true` lets requests pass without asking.",
)
