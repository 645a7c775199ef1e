"""Host rules of groups: mTLS to the identities of all backings, with the SNI of the local-only host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fedlib.config.selectors import DestinationKind
from fedlib.config.stack import GroupShape
from fedlib.declarations.lineage import NETWORKING, Lineage
from fedlib.declarations.names import object_name
from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.hosts.names import HostNames
from fedlib.federation.model.destination import ClientMode, Group
from fedlib.federation.routes.subsets import DemandedSubsets
from fedlib.istio.destination_rules.external import originated_tls
from fedlib.istio.destination_rules.host_rule import HostRule, sni
from fedlib.istio.destination_rules.subsets import called_subsets, host_subsets
from fedlib.istio.service_entries.group_place import GroupPlace, group_places
from fedlib.snapshot.model import Snapshot


def group_host_rules(
    group: Group, demanded: DemandedSubsets, hosts: HostNames, snapshot: Snapshot
) -> Iterator[HostRule]:
    """A rule beside the ServiceEntries of each host.

    Only the SNI of the local-only host needs TLS settings. In Gloo's shape, and where TLS ends at the gateway, the
    host's own SNI serves, and Istio finds mTLS by itself: then pods without a sidecar answer local clients too.
    """
    local_only = snapshot.group_shape is GroupShape.LOCAL_ONLY_HOST and group.client_mode is ClientMode.SNI_ROUTING
    tls = {host: _tls(group, host) for host in group.hosts}
    outside = _originated(group)
    for place in group_places(group, snapshot):
        remote = local_only and bool(group.remote(place.cluster))
        gateways = _gateways_that_serve(place, demanded, group) if not local_only else frozenset()
        wanted = called_subsets(place.consumers, group.resource.ref, demanded)
        if gateways:
            wanted = demanded.at_home(group.resource.ref)
        for host in group.hosts if place.consumers or gateways else ():
            sni_host = local_only_host(host) if remote else ""
            yield HostRule(
                cluster=place.cluster,
                namespaces=place.namespaces,
                export_to=tuple(sorted({*place.export_to, *gateways})),
                host=host,
                name=object_name(f"{hosts.stems[host]}-virtual-destination-{place.workspace}"),
                kind=DestinationKind.VIRTUAL_DESTINATION,
                destination=group.resource.ref,
                consumers=place.consumers,
                lineage=Lineage(group.resource.ref, *NETWORKING, place.workspace),
                tls=tls[host] if remote else outside,
                sni_host=sni_host,
                subsets=host_subsets(wanted, tls[host], sni_host),
            )


def _gateways_that_serve(place: GroupPlace, demanded: DemandedSubsets, group: Group) -> frozenset[str]:
    """The namespaces of the gateways that serve the host itself, where they must know its subsets."""
    passing = group.client_mode is ClientMode.SNI_ROUTING
    if not passing or place.backing is None or not demanded.at_home(group.resource.ref):
        return frozenset()
    return frozenset(gateway.service.namespace for gateway in place.backing.gateways)


def _originated(group: Group) -> Mapping[int, Mapping[str, Any]]:
    """The TLS of the one ExternalService that originates any, by the group's ports; otherwise nothing for each port."""
    found: dict[int, Mapping[str, Any]] = {port.number: {} for port in group.ports}
    for backing in group.externals:
        tls = originated_tls(backing.external, backing.external.hosts[0])
        found.update({number: tls[port] for number, port in backing.ports.items() if tls[port]})
    return found


def _tls(group: Group, host: str) -> Mapping[int, Mapping[str, Any]]:
    """By port: an SNI names a port, so it stands in the settings of each."""
    identities = list(group.identities)
    return {
        port.number: {
            "mode": "ISTIO_MUTUAL",
            "sni": sni(port.number, local_only_host(host)),
            "subjectAltNames": identities,
        }
        for port in group.ports
    }
