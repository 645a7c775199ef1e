"""Whose an API group is: Gloo Mesh's, one of Solo's other products', or somebody else's.

Source: the CustomResourceDefinitions of Gloo Mesh 1.2 and 2.6, of Gloo Gateway 1.x (Gloo Edge) and of Service Mesh Hub.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from typing import Final


class Product(enum.Enum):
    """Who reads the objects of an API group."""

    GLOO_MESH = "Gloo Mesh"
    GLOO_MESH_1 = "Gloo Mesh 1.x"
    GLOO_GATEWAY = "Gloo Gateway"
    OTHER = "something else"


_PATTERNS: Final = (
    # what Gloo Mesh of any generation writes for itself
    (Product.OTHER, r"internal\.gloo|(discovery|certificates|xds\.agent\.enterprise)\.mesh\.gloo|discovery\.smh"),
    (Product.GLOO_MESH_1, r"(.+\.)?mesh\.gloo|(.+\.)?smh|(.+\.)?zephyr|multicluster"),
    (Product.GLOO_GATEWAY, r"gateway|gloo|(enterprise|graphql|gateway|portal)\.gloo|ratelimit|devportal|fed(\..+)?"),
    (Product.GLOO_MESH, r".+\.gloo"),
)
_PRODUCTS: Final = tuple((product, re.compile(rf"(?:{pattern})\.solo\.io")) for product, pattern in _PATTERNS)

INSTEAD_OF_MESH_1: Final[Mapping[str, str]] = {
    "AccessControlPolicy": "AccessPolicy of security.policy.gloo.solo.io/v2",
    "AccessLogRecord": "a Telemetry of Istio",
    "AccessPolicy": "AccessPolicy of security.policy.gloo.solo.io/v2",
    "CertificateVerification": "nothing; approve certificates where they are issued",
    "Dashboard": "nothing",
    "FailoverService": "VirtualDestination with FailoverPolicy and OutlierDetectionPolicy",
    "IstioInstallation": "Istio's own installer",
    "KubernetesCluster": "federation:clusters of the stack",
    "MultiClusterRole": "Workspaces, and RBAC of Kubernetes",
    "MultiClusterRoleBinding": "Workspaces, and RBAC of Kubernetes",
    "RateLimitClientConfig": "RateLimitClientConfig of trafficcontrol.policy.gloo.solo.io/v2",
    "RateLimitServerConfig": "RateLimitServerConfig of admin.gloo.solo.io/v2",
    "Role": "Workspaces, and RBAC of Kubernetes",
    "RoleBinding": "Workspaces, and RBAC of Kubernetes",
    "RouteTable": "RouteTable of networking.gloo.solo.io/v2",
    "ServiceDependency": "TrimProxyConfigPolicy",
    "Settings": "nothing",
    "TrafficPolicy": "RouteTable, and policies (RetryTimeoutPolicy, FaultInjectionPolicy, MirrorPolicy, ...)",
    "VirtualDestination": "VirtualDestination of networking.gloo.solo.io/v2",
    "VirtualGateway": "VirtualGateway of networking.gloo.solo.io/v2",
    "VirtualHost": "RouteTable with hosts",
    "VirtualMesh": "Workspace and WorkspaceSettings, and one root of trust for all clusters",
    "WasmDeployment": "a WasmPlugin of Istio",
}
"""What does the work of each kind of Gloo Mesh 1.x (and Service Mesh Hub) now."""

INSTEAD_OF_GATEWAY: Final[Mapping[str, str]] = {
    "AuthConfig": "ExtAuthPolicy",
    "Gateway": "VirtualGateway",
    "RateLimitConfig": "RateLimitPolicy with a RateLimitServerConfig",
    "RouteTable": "RouteTable of networking.gloo.solo.io/v2",
    "Upstream": "the Service itself, or an ExternalService",
    "UpstreamGroup": "weights of a RouteTable",
    "VirtualService": "RouteTable with hosts, on a VirtualGateway",
}
"""What would do the work of each kind of Gloo Gateway (Gloo Edge)."""


def group_of(api_version: str) -> str:
    """The API group of `group/version`; empty for the core group."""
    return api_version.rpartition("/")[0]


def product_of(group: str) -> Product:
    """The product that reads the objects of an API group."""
    return next((product for product, pattern in _PRODUCTS if pattern.fullmatch(group)), Product.OTHER)


def instead(kinds: Iterable[str], product: Product) -> str:
    """What does the work of kinds of an older generation, or of another product, in words."""
    table = INSTEAD_OF_MESH_1 if product is Product.GLOO_MESH_1 else INSTEAD_OF_GATEWAY
    known = (f"for {kind} {table[kind]}" for kind in sorted(kinds) if kind in table)
    return "; ".join(known) or "see Gloo's documentation"
