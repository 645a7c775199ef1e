"""The chapter's public function: all host rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fedlib.config.policies.failover import OutlierDetectionPolicySpec
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.host_rules.followers import Followers
from fedlib.federation.host_rules.groups import called_subsets, federated_rules, group_rules
from fedlib.federation.model.causes import virtual_gateway_cause
from fedlib.federation.model.destination import External
from fedlib.federation.model.host_rule import HostRule
from fedlib.federation.model.policy import AppliedPolicies
from fedlib.federation.routes.subsets import DemandedSubsets
from fedlib.snapshot.mesh import Mesh

_Egress = Mapping[Ref, tuple[set[str], set[tuple[str, int]]]]
"""For each Service of egress gateways that take mTLS: who goes through it, and hosts with the port for each."""


def decide_host_rules(
    finders: Finders, offer: Offer, policies: AppliedPolicies, demanded: DemandedSubsets
) -> tuple[HostRule, ...]:
    """The rules of all hosts that somebody may have something to say about."""
    egress = _egress_causes(offer.externals)
    rules = _rules(offer, policies, demanded, Followers(policies, finders.places))
    unaware = frozenset(name for name, mesh in finders.snapshot.meshes.items() if _ignores_localities(mesh))
    return tuple(_with_causes(_local_first(rule, unaware), demanded, egress) for rule in rules)


def _ignores_localities(mesh: Mesh) -> bool:
    """Whether an istiod of a cluster says that localities count nowhere, unless a DestinationRule says that they do."""
    return any(not config.locality_lb for config in mesh.configs("localityLbSetting"))


def _local_first(rule: HostRule, unaware: frozenset[str]) -> HostRule:
    """The rule; where outlier detection makes a failover, which is what it is for, its localities count."""
    needed = unaware and any(OutlierDetectionPolicySpec in one for one in rule.policies.values())
    return replace(rule, local_first=True) if needed and not unaware.isdisjoint(rule.place.at) else rule


def _with_causes(rule: HostRule, demanded: DemandedSubsets, egress: Mapping[Ref, Causes]) -> HostRule:
    """The rule with what names its subsets."""
    named = demanded.tables.get(rule.destination, NO_CAUSES) if rule.subsets else NO_CAUSES
    leading = egress.get(rule.destination, NO_CAUSES) if rule.egress else NO_CAUSES
    return replace(rule, demanded_by=(*named, *leading)) if named or leading else rule


def _rules(
    offer: Offer, policies: AppliedPolicies, demanded: DemandedSubsets, followers: Followers
) -> Iterator[HostRule]:
    for group in offer.groups:
        yield from group_rules(group, demanded, followers)
    for service in offer.services:
        yield from federated_rules(service, demanded)
    for external in offer.externals:
        yield from _external_rules(external, followers)
    called = {ref for _, ref, _ in policies.client} | {ref for _, ref in demanded.by_caller}
    yield from _service_rules(called, offer, demanded, followers)


def _external_rules(external: External, followers: Followers) -> Iterator[HostRule]:
    """A rule beside the ServiceEntries of each host."""
    for host in external.written:
        for place in external.places:
            rule = HostRule(
                place=place,
                host=host,
                kind=DestinationKind.EXTERNAL_SERVICE,
                destination=external.resource.ref,
                decision=external,
                ports=tuple(port.number for port in external.entry_ports),
            )
            yield from followers.rules(rule, (place.workspace,))


def _service_rules(
    called: Iterable[Ref], offer: Offer, demanded: DemandedSubsets, followers: Followers
) -> Iterator[HostRule]:
    """Rules of plain Services, under their own name in their own cluster.

    One stands in the Service's namespace, for the namespaces of its owner and of those who import or go through it. The
    Service of an egress gateway has a subset for each external host that clients reach through it in mTLS: the gateway
    tells hosts apart by the SNI.
    """
    egress = _egress(offer.externals)
    for ref in sorted({ref for ref in called if ref.kind == "Service"} | set(egress)):
        destination = offer.destinations.find(DestinationKind.SERVICE, ref)
        if destination is None or not isinstance(destination.decision, Service):
            continue
        clients, hosts = egress.get(ref, (set(), set()))
        consumers = sorted({*destination.consumers, *clients})
        consumers = [name for name in consumers if followers.places.has(name, ref.cluster)]
        visible = followers.places.seen_by(consumers, ref.cluster)
        rule = HostRule(
            place=followers.places.home(destination.workspace, ref.cluster, ref.namespace, visible),
            host=destination.own_host,
            kind=DestinationKind.SERVICE,
            destination=ref,
            decision=destination.decision,
            ports=tuple(port.number for port in destination.ports),
            subsets=called_subsets(consumers, ref, demanded),
            egress=tuple(sorted(hosts)),
            shared_with=tuple(consumers),
        )
        yield from followers.rules(rule, consumers)


def _egress(externals: Iterable[External]) -> _Egress:
    found: dict[Ref, tuple[set[str], set[tuple[str, int]]]] = {}
    for external in externals:
        for route in external.egress:
            if route.listener.spec.tls is not None:
                clients, hosts = found.setdefault(route.gateway.service.ref, (set(), set()))
                clients.update(external.consumers)
                hosts.add((route.host, route.listener.port))
    return found


def _egress_causes(externals: Iterable[External]) -> Mapping[Ref, Causes]:
    """For each Service of egress gateways the ExternalServices that are reached through it, and the VirtualGateways."""
    found: dict[Ref, dict[Cause, None]] = {}
    for external in externals:
        for route in external.egress:
            causes = found.setdefault(route.gateway.service.ref, {})
            causes[Cause(external.resource.ref, Why.LEADS_TO)] = None
            causes[virtual_gateway_cause(route.gateway)] = None
    return {ref: tuple(causes) for ref, causes in found.items()}
