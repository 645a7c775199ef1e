"""Models of Gloo's policies and of what they refer to, by group and kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedlib.config.model import Model
from fedlib.config.policies.access import AccessPolicySpec
from fedlib.config.policies.client_tls import ClientTLSPolicySpec
from fedlib.config.policies.connection import (
    AdaptiveRequestConcurrencyPolicySpec,
    ConnectionPolicySpec,
    ListenerConnectionPolicySpec,
    TrimProxyConfigPolicySpec,
)
from fedlib.config.policies.ext_auth import ExtAuthPolicySpec, ExtAuthServerSpec
from fedlib.config.policies.failover import FailoverPolicySpec, OutlierDetectionPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec
from fedlib.config.policies.jwt import JWTPolicySpec
from fedlib.config.policies.origins import CORSPolicySpec, CSRFPolicySpec
from fedlib.config.policies.rate_limit import (
    RateLimitClientConfigSpec,
    RateLimitPolicySpec,
    RateLimitServerConfigSpec,
    RateLimitServerSettingsSpec,
)
from fedlib.config.policies.retry_and_fault import FaultInjectionPolicySpec, RetryTimeoutPolicySpec
from fedlib.config.policies.traffic_control import (
    HeaderManipulationPolicySpec,
    HTTPBufferPolicySpec,
    LoadBalancerPolicySpec,
    MirrorPolicySpec,
    ProxyProtocolPolicySpec,
)

POLICIES: Final[Mapping[str, type[Model]]] = {
    "admin.gloo.solo.io/ExtAuthServer": ExtAuthServerSpec,
    "admin.gloo.solo.io/RateLimitServerConfig": RateLimitServerConfigSpec,
    "admin.gloo.solo.io/RateLimitServerSettings": RateLimitServerSettingsSpec,
    "resilience.policy.gloo.solo.io/ActiveHealthCheckPolicy": ActiveHealthCheckPolicySpec,
    "resilience.policy.gloo.solo.io/AdaptiveRequestConcurrencyPolicy": AdaptiveRequestConcurrencyPolicySpec,
    "resilience.policy.gloo.solo.io/ConnectionPolicy": ConnectionPolicySpec,
    "resilience.policy.gloo.solo.io/FailoverPolicy": FailoverPolicySpec,
    "resilience.policy.gloo.solo.io/FaultInjectionPolicy": FaultInjectionPolicySpec,
    "resilience.policy.gloo.solo.io/ListenerConnectionPolicy": ListenerConnectionPolicySpec,
    "resilience.policy.gloo.solo.io/OutlierDetectionPolicy": OutlierDetectionPolicySpec,
    "resilience.policy.gloo.solo.io/RetryTimeoutPolicy": RetryTimeoutPolicySpec,
    "resilience.policy.gloo.solo.io/TrimProxyConfigPolicy": TrimProxyConfigPolicySpec,
    "security.policy.gloo.solo.io/AccessPolicy": AccessPolicySpec,
    "security.policy.gloo.solo.io/CORSPolicy": CORSPolicySpec,
    "security.policy.gloo.solo.io/CSRFPolicy": CSRFPolicySpec,
    "security.policy.gloo.solo.io/ClientTLSPolicy": ClientTLSPolicySpec,
    "security.policy.gloo.solo.io/ExtAuthPolicy": ExtAuthPolicySpec,
    "security.policy.gloo.solo.io/JWTPolicy": JWTPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/HTTPBufferPolicy": HTTPBufferPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/HeaderManipulationPolicy": HeaderManipulationPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/LoadBalancerPolicy": LoadBalancerPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/MirrorPolicy": MirrorPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/ProxyProtocolPolicy": ProxyProtocolPolicySpec,
    "trafficcontrol.policy.gloo.solo.io/RateLimitClientConfig": RateLimitClientConfigSpec,
    "trafficcontrol.policy.gloo.solo.io/RateLimitPolicy": RateLimitPolicySpec,
}
