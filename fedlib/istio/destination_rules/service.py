"""Host rules of plain Services: those that have policies or subsets, under their own name in their own cluster.

The Service of an egress gateway has a subset for each external host that clients reach through it in mTLS: the gateway
tells hosts apart by the SNI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fedlib.config.selectors import DestinationKind
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.names import object_name
from fedlib.diagnostics import Ref
from fedlib.discovery.inventory import Service
from fedlib.federation.decisions import Decisions
from fedlib.federation.hosts.hostname import local_host
from fedlib.federation.routes.subsets import DemandedSubsets
from fedlib.istio.destination_rules.host_rule import HostRule, HostSubset
from fedlib.istio.destination_rules.subsets import called_subsets, host_subsets
from fedlib.istio.virtual_services.egress import egress_subset
from fedlib.snapshot.model import Snapshot


def service_host_rules(decisions: Decisions, demanded: DemandedSubsets, snapshot: Snapshot) -> Iterator[HostRule]:
    """A rule in the Service's namespace, for the namespaces of its owner and of those who import or go through it."""
    egress = _egress(decisions)
    for ref in sorted({ref for ref in _named(decisions, demanded) if ref.kind == "Service"} | set(egress)):
        destination = decisions.destinations.find(DestinationKind.SERVICE, ref)
        if destination is None or not isinstance(destination.decision, Service):
            continue
        host = local_host(destination.decision, snapshot.clusters)
        clients, subsets = egress.get(ref, (set(), {}))
        consumers = tuple(
            name for name in sorted({*destination.consumers, *clients}) if snapshot.namespaces_of(name, ref.cluster)
        )
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
            subsets=(
                *host_subsets(called_subsets(consumers, ref, demanded), {}, ""),
                *(subset for _, subset in sorted(subsets.items())),
            ),
        )


def _named(decisions: Decisions, demanded: DemandedSubsets) -> Iterator[Ref]:
    """The destinations that have policies, or subsets that routes name."""
    yield from (ref for _, ref, _ in decisions.policies.client)
    yield from (ref for _, ref in demanded.by_caller)


def _egress(decisions: Decisions) -> Mapping[Ref, tuple[set[str], dict[str, HostSubset]]]:
    """For each Service of egress gateways that take mTLS: who goes through it, and a subset for each host."""
    found: dict[Ref, tuple[set[str], dict[str, HostSubset]]] = {}
    for external in decisions.externals:
        for route in external.egress:
            if route.listener.spec.tls is None:
                continue
            clients, subsets = found.setdefault(route.gateway.service.ref, (set(), {}))
            clients.update(external.consumers)
            name = egress_subset(route.host)
            tls = {**(subsets[name].tls if name in subsets else {})}
            tls[route.listener.port] = {"mode": "ISTIO_MUTUAL", "sni": route.host}
            subsets[name] = HostSubset(name, {}, tls)
    return found
