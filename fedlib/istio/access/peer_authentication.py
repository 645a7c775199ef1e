"""PeerAuthentications: which mTLS mode the ports of pods have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.names import object_name
from fedlib.federation.model.access import AccessDecisions

API_VERSION: Final = "security.istio.io/v1"
KIND: Final = "PeerAuthentication"


def translate_mutual_tls(access: AccessDecisions) -> Iterator[Declaration]:
    """One PeerAuthentication for each selector. Keys of `portLevelMtls` are container ports."""
    for one in access.mutual_tls:
        spec: dict[str, Any] = {}
        if one.selector:
            spec["selector"] = {"matchLabels": dict(sorted(one.selector.items()))}
        if one.mode is not None:
            spec["mtls"] = {"mode": one.mode.value}
        if one.ports:
            spec["portLevelMtls"] = {str(port): {"mode": mode.value} for port, mode in one.ports.items()}
        lineage = Lineage(one.parent, *CORE, one.workspace, one.causes)
        yield Declaration({one.cluster: (one.namespace,)}, API_VERSION, KIND, object_name(one.stem), spec, lineage)
