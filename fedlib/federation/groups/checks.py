"""What is worth saying about a group as a whole: its reach, its addresses, what its shape and its mode ask for."""

from __future__ import annotations

from fedlib.config.stack import GroupShape
from fedlib.diagnostics import PLATFORM, Report, catalogue
from fedlib.federation.model import limits
from fedlib.federation.model.address import is_hostname
from fedlib.federation.model.destination import Group, Passage
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS
from fedlib.snapshot.model import Snapshot


def check_group(group: Group, snapshot: Snapshot, report: Report) -> None:
    """Report what somebody should know about a group that is translated."""
    _check_reach(group, snapshot, report)
    _check_addresses(group, report)
    if group.passage is Passage.TERMINATED:
        _check_termination(group, report)
    elif snapshot.group_shape is GroupShape.WORKLOAD_ENTRY:
        _warn_of_settings(group, snapshot, report)


def _addresses(group: Group) -> dict[str, set[str]]:
    """The addresses of the gateways of each cluster."""
    return {
        cluster: {endpoint.address for gateway in backing.gateways for endpoint in gateway.endpoints}
        for cluster, backing in group.backings.items()
    }


def fits(group: Group, report: Report) -> bool:
    """Whether a ServiceEntry can hold the group: Istio's schema limits its ports and its endpoints."""
    resource = group.resource
    endpoints = sum(len(gateway.endpoints) for backing in group.backings.values() for gateway in backing.gateways)
    endpoints += sum(len(one.addresses) for one in group.externals)
    if len(group.ports) > limits.MAX_PORTS:
        report.add(
            catalogue.GROUP_TOO_MANY_PORTS, resource.ref, resource.at("ports"),
            count=len(group.ports), limit=limits.MAX_PORTS,
        )  # fmt: skip
    elif endpoints > limits.MAX_ENDPOINTS:
        report.add(
            catalogue.TOO_MANY_ENDPOINTS, resource.ref, resource.at("services"),
            host=group.hosts[0], count=endpoints, limit=limits.MAX_ENDPOINTS,
        )  # fmt: skip
    else:
        return True
    return False


def _check_addresses(group: Group, report: Report) -> None:
    """A hostname makes the host resolve by DNS, in one family for all of its endpoints."""
    addresses = _addresses(group)
    named = [cluster for cluster, found in addresses.items() if any(map(is_hostname, found))]
    sixth = [cluster for cluster, found in addresses.items() if any(":" in address for address in found)]
    if named and sixth:
        report.add(
            catalogue.GROUP_MIXED_ADDRESSES, group.resource.ref, group.resource.at("services"),
            named=named[0], sixth=sixth[0],
        )  # fmt: skip


def _warn_of_settings(group: Group, snapshot: Snapshot, report: Report) -> None:
    """Gloo's shape keeps what it promises with settings of the mesh only, which cannot be read from its objects."""
    for cluster, backing in group.backings.items():
        for gateway in backing.gateways:
            report.owned_by(PLATFORM).add(  # whose the shape is, and istiod
                catalogue.GROUP_SHAPE_SETTINGS, gateway.service.ref, gateway.service.at("spec"),
                cluster=cluster, network=snapshot.clusters[cluster].network,
            )  # fmt: skip


def _check_reach(group: Group, snapshot: Snapshot, report: Report) -> None:
    """Report a group with nothing behind it, and one with nothing to fail over to."""
    resource, spec = group.resource, group.resource.spec
    clusters = {cluster for name in group.consumers for cluster in snapshot.workspaces[name].namespaces}
    if not spec.services and not spec.external_services:
        report.add(catalogue.GROUP_OF_HOSTS, resource.ref, resource.at())
    elif not group.backings and not group.externals and group.ports:
        report.add(catalogue.GROUP_EMPTY, resource.ref, resource.at("services"))
    elif len(group.backings) == 1 and not group.externals and len(clusters) > 1:
        (cluster,) = group.backings
        report.add(
            catalogue.GROUP_ONE_BACKING, resource.ref, resource.at("services"), cluster=cluster, count=len(clusters)
        )


def _check_termination(group: Group, report: Report) -> None:
    """A gateway that ends TLS tells ports apart by requests: those that are not HTTP need hosts of their own."""
    resource = group.resource
    others = [port for port in group.ports if port.protocol not in HTTP_PROTOCOLS]
    if others and len(group.ports) > 1:
        report.add(
            catalogue.GROUP_TERMINATION_PORTS, resource.ref, resource.at("ports"),
            ports=", ".join(f"{port.number} ({port.protocol})" for port in others),
        )  # fmt: skip
    if any(backing.gateways for backing in group.backings.values()):
        report.add(catalogue.GROUP_TLS_TERMINATED, resource.ref, resource.at("clientMode"))
