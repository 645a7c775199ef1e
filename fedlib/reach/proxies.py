"""Which proxy pods have, and who they are for others.

Source: the injection templates of Istio's chart `istiod`, and `GetTLSModeFromEndpointLabels` in
`pilot/pkg/model/service.go` of istio/istio.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from fedlib.discovery.inventory import Namespace, Workload

_INJECT: Final = "sidecar.istio.io/inject"
_NAMESPACE: Final = "istio-injection"
_TEMPLATES: Final = "inject.istio.io/templates"
TLS_MODE: Final = "security.istio.io/tlsMode"


class ProxyKind(enum.StrEnum):
    """The proxy of a pod."""

    SIDECAR = "sidecar"
    GATEWAY = "gateway"
    NONE = "none"


def proxy_kind(workload: Workload, namespace: Namespace | None) -> ProxyKind:
    """The proxy of a workload's pods.

    Injection is webhooks' work and leaves no trace in pod templates, so a workload counts as having a sidecar unless
    it, or its namespace, says otherwise. Gateways are told by their injection template or by Istio's label `istio`.
    """
    if workload.istiod is not None:
        return ProxyKind.NONE
    if "gateway" in workload.annotations.get(_TEMPLATES, "") or "istio" in workload.labels:
        return ProxyKind.GATEWAY
    wanted = workload.labels.get(_INJECT) or workload.annotations.get(_INJECT)
    if wanted is None and namespace is not None and namespace.labels.get(_NAMESPACE) == "disabled":
        wanted = "false"
    return ProxyKind.NONE if wanted == "false" else ProxyKind.SIDECAR


def takes_mtls(kind: ProxyKind, labels: Mapping[str, str]) -> bool:
    """Whether clients make mTLS with pods by themselves: a sidecar's injection labels its pods so."""
    return labels.get(TLS_MODE, "istio" if kind is ProxyKind.SIDECAR else "disabled") == "istio"


def spiffe(trust_domain: str, namespace: str, account: str) -> str:
    """The identity of pods, as certificates and `subjectAltNames` have it."""
    return f"spiffe://{trust_domain}/ns/{namespace}/sa/{account}"
