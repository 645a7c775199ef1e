"""The stage's public function: decisions to Istio objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from fedlib.declarations.declaration import Declaration
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.destination import NO_LABELS
from fedlib.istio.access.authorization_policy import translate_access_rules
from fedlib.istio.access.peer_authentication import translate_mutual_tls
from fedlib.istio.access.request_authentication import translate_tokens
from fedlib.istio.destination_rules.translate import translate_destination_rules
from fedlib.istio.envoy_filters.translate import translate_envoy_filters
from fedlib.istio.gateways.east_west import translate_east_west_gateways
from fedlib.istio.gateways.virtual import translate_virtual_gateway
from fedlib.istio.service_entries.external import translate_external
from fedlib.istio.service_entries.federated import translate_federated_service
from fedlib.istio.service_entries.group import translate_group
from fedlib.istio.sidecar import translate_trimmed_workloads
from fedlib.istio.virtual_services.egress import translate_egress
from fedlib.istio.virtual_services.routed import translate_routed_hosts
from fedlib.istio.virtual_services.tls_termination import translate_terminated_groups


def translate(decisions: Decisions) -> Iterator[Declaration]:
    """Translate everything, in any order: the plan sorts.

    Objects of one kind and name that say the same in several clusters are one declaration, and those that stand for
    different things share a spec that is the same, so that it is kept and written once.
    """
    named: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
    for declaration in _translate(decisions):
        same = named[declaration.kind, declaration.name]
        for index, before in enumerate(same):
            if before.spec == declaration.spec:
                if _is_one(before, declaration):
                    lineage = before.lineage.with_causes_of(declaration.lineage)
                    same[index] = replace(before, places={**before.places, **declaration.places}, lineage=lineage)
                    break
                declaration = replace(declaration, spec=before.spec)
        else:
            same.append(declaration)
    for same in named.values():
        yield from same


def _is_one(one: Declaration, other: Declaration) -> bool:
    """Whether two declarations with one spec are one: they differ in places only, and those are of other clusters."""
    return (
        one.places.keys().isdisjoint(other.places)
        and (one.lineage, one.annotations, one.effect) == (other.lineage, other.annotations, other.effect)
        and one.api_version == other.api_version
    )


def _translate(decisions: Decisions) -> Iterator[Declaration]:
    labels = decisions.endpoint_labels
    for service in decisions.services:
        yield from translate_federated_service(service, decisions.hosts, labels.get(service.service.ref, NO_LABELS))
    for group in decisions.groups:
        yield from translate_group(group, decisions.hosts, labels.get(group.resource.ref, NO_LABELS))
    for external in decisions.externals:
        yield from translate_external(external)
        yield from translate_egress(external)
    yield from translate_destination_rules(decisions)
    yield from translate_terminated_groups(decisions)
    yield from translate_east_west_gateways(decisions)
    for gateway in decisions.virtual_gateways:
        yield translate_virtual_gateway(gateway)
    for routed in decisions.routes:
        yield from translate_routed_hosts(routed)
    yield from translate_access_rules(decisions.access)
    yield from translate_mutual_tls(decisions.access)
    yield from translate_tokens(decisions.access)
    yield from translate_trimmed_workloads(decisions)
    yield from translate_envoy_filters(decisions)
