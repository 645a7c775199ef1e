"""ExternalServices: hosts and addresses outside the mesh, who may call them, and what stands behind them.

Source: Gloo's `ExternalService`. It is available in all namespaces of the workspace that owns it and of those that
import it, in every cluster.
"""

from __future__ import annotations

from dataclasses import replace

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.externals.checks import check_external, originates_tls
from fedlib.federation.externals.egress import EgressRouter
from fedlib.federation.externals.endpoints import EndpointFinder
from fedlib.federation.externals.hosts import ExternalHosts
from fedlib.federation.externals.inside import InsideAddresses
from fedlib.federation.externals.sharing import ExternalSharing
from fedlib.federation.finders import Finders
from fedlib.federation.hosts.claims import HostClaims
from fedlib.federation.hosts.host_allowance import HostAllowance
from fedlib.federation.hosts.hostname import address_host
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.destination import DestinationPort, External, Protocol
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.snapshot.model import OwnedResource


def decide_externals(
    finders: Finders, claims: HostClaims, gateways: tuple[VirtualGateway, ...]
) -> tuple[External, ...]:
    """Decide all ExternalServices, sorted. One without a host, an address or a port that it may use is left out.

    One that not all who see it have the same hosts of is there several times, for different callers.
    """
    snapshot, report = finders.snapshot, finders.report
    inside = InsideAddresses(snapshot, finders.backends, finders.rights)
    hosts = ExternalHosts(snapshot, finders.rights, claims, inside, report)
    finder = EndpointFinder(snapshot, inside, report)
    router, allowed = EgressRouter(snapshot, gateways, report), HostAllowance(report)
    decided: list[External] = []
    for owned in sorted(snapshot.of(ExternalServiceSpec), key=lambda one: (one.workspace, one.resource.age)):
        external = _decide(owned, hosts, finder, report)
        endpoints = len(external.endpoints) * len(external.ports)
        fits = allowed.take(external.resource, external.workspace, len(external.hosts), endpoints)
        if fits and external.hosts and external.ports:
            check_external(external, report)
            decided.append(replace(external, egress=router.routes(external)))
    shared = ExternalSharing(claims, finders.places, report).by_callers(decided)
    return tuple(sorted(shared, key=lambda one: (one.resource.ref, one.callers)))


def _decide(
    owned: OwnedResource[ExternalServiceSpec], hosts: ExternalHosts, finder: EndpointFinder, report: Report
) -> External:
    resource, spec = owned.resource, owned.spec
    served, endpoints = finder.find(owned)
    addresses = tuple(hosts.addresses(owned))
    if any(is_hostname(endpoint.address) for endpoint in endpoints):
        for index, address in enumerate(spec.addresses):
            if "/" in address:
                report.add(catalogue.EXTERNAL_CIDR_DNS, resource.ref, resource.at("addresses", index), address=address)
        addresses = tuple(address for address in addresses if "/" not in address)
    return External(
        resource=resource,
        workspace=owned.workspace,
        consumers=owned.consumers,
        hosts=(address_host(resource.ref),)
        if addresses
        else tuple(hosts.hosts(owned, looked_up=bool(served) and not endpoints)),
        ports=tuple(
            DestinationPort(port.number, port.name, Protocol(port.protocol.value), originates_tls=originates_tls(port))
            for port in served
        ),
        addresses=addresses,
        endpoints=endpoints,
    )
