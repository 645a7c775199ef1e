"""Host rules of plain Services: those that have policies or subsets, under their own name in their own cluster."""

from __future__ import annotations

from collections.abc import Iterator

from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.decisions import Decisions
from fedlib.federation.hostname import local_host
from fedlib.federation.subsets import DemandedSubsets
from fedlib.istio.host_rule import HostRule
from fedlib.istio.host_subsets import called_subsets, host_subsets
from fedlib.istio.object import CORE, Lineage, object_name
from fedlib.snapshot.model import Snapshot


def service_host_rules(decisions: Decisions, demanded: DemandedSubsets, snapshot: Snapshot) -> Iterator[HostRule]:
    """A rule in the Service's namespace, for the namespaces of its owner and of those who import it."""
    for ref in sorted({ref for ref in _named(decisions, demanded) if ref.kind == "Service"}):
        destination = decisions.destinations.find(DestinationKind.SERVICE, ref)
        if destination is None or not isinstance(destination.decision, Service):
            continue
        host = local_host(destination.decision, snapshot.clusters)
        consumers = tuple(name for name in destination.consumers if snapshot.namespaces_of(name, ref.cluster))
        visible = {namespace for name in consumers for namespace in snapshot.namespaces_of(name, ref.cluster)}
        yield HostRule(
            cluster=ref.cluster,
            namespaces=(ref.namespace,),
            export_to=tuple(sorted(visible)),
            host=host,
            name=object_name(f"{host}-service-{destination.workspace}"),
            kind=DestinationKind.SERVICE,
            destination=ref,
            consumers=consumers,
            lineage=Lineage(ref, *CORE, destination.workspace),
            tls={port.number: {} for port in destination.ports},
            subsets=host_subsets(called_subsets(consumers, ref, demanded), {}, ""),
        )


def _named(decisions: Decisions, demanded: DemandedSubsets) -> Iterator[Ref]:
    """The destinations that have policies, or subsets that routes name."""
    yield from (ref for _, ref, _ in decisions.policies.client)
    yield from (ref for _, ref in demanded.by_caller)
