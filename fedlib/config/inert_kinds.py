"""Kinds of Gloo's that install or describe things: they promise nothing about traffic between workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Inert(NamedTuple):
    """What a kind does in Gloo, and what does it here. Both are empty where nobody misses it."""

    did: str
    instead: str


_UNMISSED: Final = Inert("", "")
_ISTIOD: Final = Inert(
    "installs istiod in the clusters",
    "keep it, or install Istio with its charts or istioctl; docs/prerequisites.md lists the settings that count",
)
_GATEWAYS: Final = Inert(
    "installs gateways", "keep the gateways, or install them with Istio's chart `gateway`; their Services are found"
)

INERT: Final[Mapping[str, Inert]] = {
    "admin.gloo.solo.io/Dashboard": Inert(
        "says who may log in to Gloo's UI", "nothing to do: there is no UI; `python -m fedlib check` shows the mesh"
    ),
    "admin.gloo.solo.io/GatewayLifecycleManager": _GATEWAYS,
    "admin.gloo.solo.io/InsightsConfig": Inert(
        "switches hints of Gloo's UI off", "nothing to do; docs/findings.md lists what is checked here"
    ),
    "admin.gloo.solo.io/IstioLifecycleManager": _ISTIOD,
    "admin.gloo.solo.io/RootTrustPolicy": Inert(
        "lets Gloo give each istiod an intermediate certificate of one root",
        "before those of Gloo run out, give the istiods intermediates of one root yourself: the Secret `cacerts`, "
        "istio-csr of cert-manager, or SPIRE",
    ),
    "admin.gloo.solo.io/WaypointLifecycleManager": Inert(
        "says how the waypoints of ambient meshes are deployed",
        "deploy waypoints with Gateways of the Gateway API",
    ),
    "apimanagement.gloo.solo.io/ApiDoc": _UNMISSED,
    "apimanagement.gloo.solo.io/ApiSchemaDiscovery": _UNMISSED,
    "operator.gloo.solo.io/GatewayController": _GATEWAYS,
    "operator.gloo.solo.io/ServiceMeshController": _ISTIOD,
}
