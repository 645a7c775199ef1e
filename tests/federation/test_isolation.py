"""Who an isolated Service admits because of the groups that stand before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fedlib.config.resource import Resource
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Ref, Report
from fedlib.discovery.inventory import ServiceAccount
from fedlib.federation.access.callers import Callers
from fedlib.federation.access.isolation import Isolation
from fedlib.federation.access.principals import Principals
from fedlib.federation.destinations.index import index_destinations, index_services
from fedlib.federation.model.destination import Backing, Group, Passage
from fedlib.federation.model.gateway import EastWestGateway
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.snapshot.model import Snapshot
from tests.golden_case import GOLDEN, compile_case

SERVICE = Ref("Service", "catalog", "shop-backend", "us")
GATEWAY = Ref("Service", "istio-eastwestgateway", "istio-gateways", "us")
OTHER = "eu/ns/other/sa/default"


def _snapshot() -> Snapshot:
    """`shop` is isolated and exports Services to `pay`; `other` imports nothing that it may have."""
    snapshot = compile_case(GOLDEN / "isolation" / "own-and-importing-workspaces.in.yaml").snapshot
    assert snapshot is not None
    accounts = {**snapshot.service_accounts, ("eu", "other"): (ServiceAccount("eu", "other", "default"),)}
    return replace(snapshot, service_accounts=accounts)


def _group(snapshot: Snapshot, owner: str, consumers: tuple[str, ...], passage: Passage = Passage.LOCAL_ONLY) -> Group:
    gateway = EastWestGateway(snapshot.services[GATEWAY], "", "us", 15443, ())
    backing = Backing(snapshot.services[SERVICE], {80: 8080}, (), (gateway,))
    spec = {"hosts": ["catalog.mesh"], "ports": [{"number": 80, "protocol": "HTTP"}]}
    resource = Resource(
        Ref("VirtualDestination", "catalog", "shop-config", "mgmt"), VirtualDestinationSpec.model_validate(spec)
    )
    return Group(resource, owner, consumers, ("catalog.mesh",), (), {"us": backing}, callers=consumers, passage=passage)


def _admitted(groups: Iterable[Group], snapshot: Snapshot, report: Report) -> set[str]:
    """The principals that may call the Service in `us`."""
    backends = Backends(snapshot)
    isolation = Isolation(
        snapshot,
        backends,
        Callers(snapshot, index_destinations(index_services(snapshot), groups, ()), groups),
        GatewayPods(backends, frozenset()),
        Principals(snapshot, backends, report),
        report,
    )
    isolated = {one.port.service.ref: one for one in isolation.decide()}
    return {principal for block in isolated[SERVICE].callers for principal in block}


def _titles(report: Report) -> list[str]:
    return [finding.code.title for finding in report]


def test_importers_of_a_group_of_the_same_workspace_are_admitted() -> None:
    snapshot, report = _snapshot(), Report()
    without = _admitted((), snapshot, report)
    assert OTHER not in without
    found = _admitted([_group(snapshot, "shop", ("other", "shop"))], snapshot, report)
    assert found == without | {OTHER}
    assert _titles(report) == []


def test_importers_of_a_group_of_another_workspace_are_not() -> None:
    snapshot, report = _snapshot(), Report()
    without = _admitted((), snapshot, report)
    assert _admitted([_group(snapshot, "pay", ("other", "pay"))], snapshot, report) == without
    assert _titles(report) == ["GroupCallerRefused"]


def test_a_group_on_another_container_port_admits_nobody() -> None:
    snapshot, report = _snapshot(), Report()
    group = _group(snapshot, "shop", ("other", "shop"))
    other_port = Backing(snapshot.services[SERVICE], {80: 9999}, (), ())
    assert OTHER not in _admitted([replace(group, backings={"us": other_port})], snapshot, report)


def test_the_gateway_is_admitted_where_tls_ends() -> None:
    snapshot, report = _snapshot(), Report()
    without = _admitted((), snapshot, report)
    found = _admitted([_group(snapshot, "shop", ("shop",), Passage.TERMINATED)], snapshot, report)
    assert found - without == {"us.example/ns/istio-gateways/sa/eastwest"}
    assert _titles(report) == ["CallersBehindGateway"]
