"""AuthorizationPolicies: who may call a port of a Service's pods.

An ALLOW policy that selects pods refuses every request that no ALLOW policy of theirs admits. Without a rule it admits
nothing, and with a rule whose `principals` are empty it admits everybody; so a block without principals is never
written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.federation.access.model import AccessDecisions
from fedlib.istio.object import CORE, Declaration, Lineage, object_name

API_VERSION: Final = "security.istio.io/v1"
KIND: Final = "AuthorizationPolicy"


def translate_isolation(access: AccessDecisions) -> Iterator[Declaration]:
    """One AuthorizationPolicy for each isolated port, beside its Service."""
    for isolated in access.isolated:
        service, port = isolated.port.service, isolated.port
        spec: dict[str, Any] = {"selector": {"matchLabels": dict(sorted(service.selector.items()))}}
        if isolated.callers:
            spec["rules"] = [
                {
                    "from": [{"source": {"principals": list(principals)}} for principals in isolated.callers],
                    "to": [{"operation": {"ports": [str(number) for number in port.container_ports]}}],
                }
            ]
        name = object_name(f"settings-{service.name}-{port.number}-{port.workspace}")
        lineage = Lineage(service.ref, *CORE, port.workspace)
        yield Declaration(service.cluster, (service.namespace,), API_VERSION, KIND, name, spec, lineage)
