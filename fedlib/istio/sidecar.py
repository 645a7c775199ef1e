"""Sidecars: which hosts the proxies of a workload keep.

`*/<host>` keeps a host from whatever namespace it is exported. Hosts that are left out lose their listener. Without any
host, `~/*` keeps none, as Istio's schema says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import Lineage
from fedlib.declarations.names import object_name
from fedlib.federation.decisions import Decisions

API_VERSION: Final = "networking.istio.io/v1"
KIND: Final = "Sidecar"


def translate_trimmed_workloads(decisions: Decisions) -> Iterator[Declaration]:
    """One Sidecar for each trimmed workload, beside it. A name that a namespace has twice says the kind as well."""
    lists: dict[int, list[str]] = {}  # by the identity of the hosts, which many workloads share
    names = Counter((one.workload.cluster, one.workload.namespace, one.workload.name) for one in decisions.trimmed)
    for one in decisions.trimmed:
        workload = one.workload
        if id(one.hosts) not in lists:
            lists[id(one.hosts)] = [f"*/{host}" for host in one.hosts] or ["~/*"]
        spec: dict[str, Any] = {
            "egress": [{"hosts": lists[id(one.hosts)]}],
            "workloadSelector": {"labels": dict(sorted(workload.labels.items()))},
        }
        alone = names[workload.cluster, workload.namespace, workload.name] == 1 or workload.kind == "Deployment"
        stem = workload.name if alone else f"{workload.name}-{workload.kind}"
        name = object_name(f"sidecar-{stem}-{workload.namespace}-{workload.cluster}-{one.workspace}")
        group, _, version = workload.api_version.rpartition("/")
        lineage = Lineage(workload.ref, group, version, one.workspace, one.causes)
        yield Declaration({workload.cluster: (workload.namespace,)}, API_VERSION, KIND, name, spec, lineage)
