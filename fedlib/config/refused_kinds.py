"""Kinds of Gloo's that are refused, each with a reason and with what comes nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """Why a kind is not translated, and what to do instead."""

    needs: str
    """What of Solo's Envoy it needs; empty where upstream Istio could do it."""
    advice: str


_GRAPHQL: Final = Refusal("the GraphQL filter", "run a GraphQL server as a Service, and route to it with a RouteTable")
_LAMBDA: Final = Refusal("Solo's filter for cloud functions", "call the function by its URL, as an ExternalService")
_PORTAL: Final = Refusal("", "keep Gloo Portal for it; it needs servers of Solo's")

REFUSED: Final[Mapping[str, Refusal]] = {
    "security.policy.gloo.solo.io/WAFPolicy": Refusal(
        "the ModSecurity filter",
        "load the Coraza WAF with a WasmPlugin of Istio, or send requests to a WAF with an ExtAuthPolicy (customAuth)",
    ),
    "security.policy.gloo.solo.io/DLPPolicy": Refusal(
        "the DLP filter",
        "mask data in the service itself, or in a WasmPlugin of Istio; HeaderManipulationPolicy removes whole headers",
    ),
    "trafficcontrol.policy.gloo.solo.io/TransformationPolicy": Refusal(
        "the transformation filter",
        "use HeaderManipulationPolicy for headers, and pathRewrite, hostRewrite or regexRewrite of RouteTables; bodies "
        "need a WasmPlugin of Istio",
    ),
    "security.policy.gloo.solo.io/GraphQLAllowedQueryPolicy": _GRAPHQL,
    "resilience.policy.gloo.solo.io/GraphQLPersistedQueryCachePolicy": _GRAPHQL,
    "apimanagement.gloo.solo.io/GraphQLResolverMap": _GRAPHQL,
    "apimanagement.gloo.solo.io/GraphQLSchema": _GRAPHQL,
    "apimanagement.gloo.solo.io/GraphQLStitchedSchema": _GRAPHQL,
    "networking.gloo.solo.io/CloudProvider": _LAMBDA,
    "networking.gloo.solo.io/CloudResources": _LAMBDA,
    "infrastructure.gloo.solo.io/CloudProvider": _LAMBDA,
    "infrastructure.gloo.solo.io/CloudResources": _LAMBDA,
    "extensions.policy.gloo.solo.io/LuaPolicy": Refusal(
        "", "write an EnvoyFilter with Envoy's own Lua filter; a script sees the internals of one version of Envoy"
    ),
    "extensions.policy.gloo.solo.io/WasmDeploymentPolicy": Refusal(
        "", "write a WasmPlugin of Istio with the same image, for the labels of the same workloads"
    ),
    "observability.policy.gloo.solo.io/AccessLogPolicy": Refusal(
        "", "write a Telemetry of Istio with accessLogging, for the labels of the same workloads"
    ),
    "networking.gloo.solo.io/ExternalWorkload": Refusal(
        "", "write a WorkloadEntry and a ServiceEntry of Istio, or name the machine's address in an ExternalEndpoint"
    ),
    "apimanagement.gloo.solo.io/Portal": _PORTAL,
    "apimanagement.gloo.solo.io/PortalGroup": _PORTAL,
    "apimanagement.gloo.solo.io/PortalConfig": _PORTAL,
    "apimanagement.gloo.solo.io/ApiProduct": _PORTAL,
}
