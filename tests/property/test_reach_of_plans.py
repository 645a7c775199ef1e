"""What a plan's objects mean, by Istio's rules alone, is what the compile decided: on random meshes."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given

from fedlib.compilation import Compilation
from fedlib.config.selectors import HTTPRequestMatcher
from fedlib.diagnostics import Report
from fedlib.diff.side import planned_side
from fedlib.discovery.inventory import Node, Service
from fedlib.federation.hosts.called import called_host
from fedlib.federation.model.destination import FederatedService, Group
from fedlib.federation.model.route import Route, RoutedHosts
from fedlib.reach.arrivals import Arrival
from fedlib.reach.gates import Verdict
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller, Knowledge, Obstacle, Rule, Server
from fedlib.reach.peer_authentication import MutualTls
from fedlib.reach.proxies import ProxyKind
from tests.property.groups import worlds_with_groups
from tests.property.routes import worlds
from tests.property.world import Discovered, World, compile_world, world_inventory

Place = tuple[str, str]
Led = tuple[tuple[str, int, Fraction], ...]
"""Where a rule leads: host, port, share."""


def with_addresses_of_their_own(world: World) -> World:
    """The world in which no two gateways or nodes have one address: otherwise nobody could tell whose it is."""
    objects = tuple(_with_own_address(index, one) for index, one in enumerate(world.objects))
    return replace(world.edited(_without_overrides), objects=objects)


def _without_overrides(config: dict[str, Any]) -> None:
    """People wrote the same addresses for the gateways of all clusters."""
    for workspace in config["workspaces"].values():
        for entry in workspace["settings"]["options"].get("eastWestGateways", ()):
            entry.pop("hostInfoOverrides", None)


def _with_own_address(index: int, one: Discovered) -> Discovered:
    if isinstance(one, Node):
        return replace(one, addresses=tuple(_renumbered(index, address) for address in one.addresses))
    if isinstance(one, Service):
        ingress, external = ([_renumbered(index, a) for a in some] for some in (one.ingress, one.external_ips))
        return replace(one, ingress=tuple(ingress), external_ips=tuple(external))
    return one


def _renumbered(index: int, address: str) -> str:
    if ":" in address:
        return f"2001:db8::{index:x}"
    if address[-1].isdigit():
        return f"10.{ord(address[0])}.{index // 250}.{index % 250 + 1}"
    return f"lb-{index}.example.com"


def meant(world: World) -> tuple[Compilation, Mesh]:
    """The compilation of a world, and the mesh that its plan makes."""
    compilation = compile_world(world)
    return compilation, planned_side(compilation, world_inventory(world, Report())).mesh


def all_callers(mesh: Mesh) -> Iterable[Caller]:
    """A caller for each workload, and one that nothing tells apart for each namespace."""
    for cluster in mesh.clusters:
        for namespace in mesh.namespaces(cluster):
            yield mesh.caller(cluster, namespace)
            yield from mesh.callers(cluster, namespace)


def _home_pods(mesh: Mesh, service: FederatedService) -> set[tuple[str, str, str]]:
    home = service.service
    pods = mesh.plane(home.cluster).servers.selected(home.namespace, home.selector)
    return {(pod.cluster, pod.namespace, pod.workload) for pod in pods}


def _ends(arrivals: Iterable[Arrival]) -> set[tuple[str, str, str]]:
    return {(a.server.cluster, a.server.namespace, a.server.workload) for a in arrivals if a.server}


@given(worlds(routes=False))
def test_consumers_reach_the_pods_of_each_federated_host_and_nobody_else_knows_it(world: World) -> None:
    """At home they are called directly, elsewhere through the home cluster's gateways, which pass on to mTLS only."""
    compilation, mesh = meant(with_addresses_of_their_own(world))
    assert compilation.decisions is not None
    assert compilation.snapshot is not None
    owners = compilation.snapshot.owners
    trimmed = {
        (t.workload.cluster, t.workload.namespace, t.workload.name): t.hosts for t in compilation.decisions.trimmed
    }
    for service in compilation.decisions.services:
        pods = mesh.plane(service.service.cluster).servers.selected(service.service.namespace, service.service.selector)
        if any(one.proxy is ProxyKind.GATEWAY for one in pods):
            continue  # gateways serve what Gateway objects say, and nothing under a host of their own
        home: Place = (service.service.cluster, service.service.namespace)
        helpers = {home, *((one.service.cluster, one.service.namespace) for one in service.gateways)}
        for caller in all_callers(mesh):
            place = (caller.cluster, caller.namespace)
            near = caller.cluster == home[0]
            kept = service.host in trimmed.get((*place, caller.workload), (service.host,))
            consumes = owners.get(place) in service.consumers and (near or bool(service.gateways)) and kept
            for port in service.ports:
                reached = mesh.reach(caller, service.host, port.number)
                if caller.proxy is not ProxyKind.SIDECAR:
                    continue
                known = reached.knowledge is Knowledge.KNOWN
                assert known or not consumes, (caller, service.host)
                assert not known or consumes or place in helpers, (caller, service.host)
                if consumes:
                    _check_arrivals(mesh, caller, service, list(mesh.arrivals(caller, reached, service.host)))


def _check_arrivals(mesh: Mesh, caller: Caller, service: FederatedService, arrivals: list[Arrival]) -> None:
    pods = _home_pods(mesh, service)
    assert _ends(arrivals) <= pods
    near = caller.cluster == service.service.cluster
    assert all(bool(one.via) != near for one in arrivals if one.arrives), (caller, service.host, arrivals)
    for one in arrivals:  # behind gateways, pods without a sidecar are left out
        assert one.obstacle in (None, Obstacle.NO_ENDPOINTS), (caller, service.host, one)
    for one in arrivals:
        if one.server is not None and one.obstacle is None:
            assert one.arrives, (caller, service.host, one)
    meshed = {
        (pod.cluster, pod.namespace, pod.workload)
        for pod in mesh.plane(service.service.cluster).servers.selected(
            service.service.namespace, service.service.selector
        )
        if pod.proxy is ProxyKind.SIDECAR
    }
    served = _ends(one for one in arrivals if one.arrives)
    assert served >= (pods if near else meshed), (caller, service.host, arrivals)


@given(worlds_with_groups())
def test_consumers_reach_the_pods_of_all_clusters_under_a_group(world: World) -> None:
    """Those of their cluster directly, others through one gateway and never through two; nobody else knows the host."""
    compilation, mesh = meant(with_addresses_of_their_own(world))
    assert compilation.decisions is not None
    assert compilation.snapshot is not None
    owners = compilation.snapshot.owners
    kept = {(t.workload.cluster, t.workload.namespace, t.workload.name): t.hosts for t in compilation.decisions.trimmed}
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in compilation.decisions.groups:
        for host in group.hosts:
            groups[host].append(group)
    for caller, (host, named) in itertools.product(all_callers(mesh), groups.items()):
        owner = owners.get((caller.cluster, caller.namespace))
        trimmed = host not in kept.get((caller.cluster, caller.namespace, caller.workload), (host,))
        mine = [group for group in named if owner in group.consumers and not trimmed]
        for group in named if caller.proxy is ProxyKind.SIDECAR and not _leads_to_gateways(mesh, named) else ():
            if mine in ([], [group]):
                # Services that a workspace has isolated refuse the callers of groups of others, which is reported
                own = {place for place, name in owners.items() if name == group.workspace}
                _check_group(mesh, caller, host, group, own, consumes=bool(mine))


def _leads_to_gateways(mesh: Mesh, groups: Iterable[Group]) -> bool:
    services = [side.service for group in groups for side in group.backings.values()]
    return any(pods.proxy is ProxyKind.GATEWAY for service in services for pods in _behind(mesh, service))


def _check_group(mesh: Mesh, caller: Caller, host: str, group: Group, own: set[Place], *, consumes: bool) -> None:
    sides = group.backings.values()
    near = [side.service for side in sides if side.service.cluster == caller.cluster]
    far = [side.service for side in sides if side.service.cluster != caller.cluster and side.gateways]
    for port in group.ports:
        reached = mesh.reach(caller, host, port.number)
        assert (reached.knowledge is Knowledge.KNOWN) == consumes, (caller, host, group.resource.ref)
        arrivals = list(mesh.arrivals(caller, reached, host))
        for one in arrivals:
            if one.server is not None:
                assert len(one.via) == (one.server.cluster != caller.cluster), (caller, host, one)
        if consumes:
            served = _ends(one for one in arrivals if one.arrives)
            assert _ends(arrivals) <= _of(mesh, (*near, *far))
            admitting = [one for one in (*near, *far) if (one.cluster, one.namespace) in own]
            assert served >= _of(mesh, admitting, ProxyKind.SIDECAR), (caller, host, arrivals)


def _behind(mesh: Mesh, service: Service) -> list[Server]:
    return mesh.plane(service.cluster).servers.selected(service.namespace, service.selector)


def _of(mesh: Mesh, services: Iterable[Service], *kinds: ProxyKind) -> set[tuple[str, str, str]]:
    return {
        (pod.cluster, pod.namespace, pod.workload)
        for service in services
        for pod in _behind(mesh, service)
        if not kinds or pod.proxy in kinds
    }


@given(worlds())
def test_sidecars_route_as_the_tables_of_their_workspace_say(world: World) -> None:
    """Rule by rule: where each leads, by which host, with which shares."""
    compilation, mesh = meant(with_addresses_of_their_own(world))
    assert compilation.decisions is not None
    assert compilation.snapshot is not None
    tables: dict[tuple[str, str], list[RoutedHosts]] = defaultdict(list)
    for routed in compilation.decisions.routes:
        for host in routed.hosts if routed.mesh else ():
            tables[routed.workspace, host].append(routed)
    for (workspace, host), listed in tables.items():
        for cluster, namespaces in compilation.snapshot.workspaces[workspace].namespaces.items():
            for caller in itertools.chain.from_iterable(mesh.callers(cluster, one) for one in namespaces):
                if caller.proxy is ProxyKind.SIDECAR:
                    there = [one for one in listed if any(cluster in place.at for place in one.places)]
                    about = [one for one in there if any(_is_about(route, caller) for route in one.routes)]
                    for routed in about or there[:1]:  # without a table there, Kubernetes' own routing stays
                        _check_rules(mesh, caller, host, routed)


def _is_about(route: Route, caller: Caller) -> bool:
    return not route.source_labels or any(own.items() <= caller.labels.items() for own in route.source_labels)


def _check_rules(mesh: Mesh, caller: Caller, host: str, routed: RoutedHosts) -> None:
    for port in mesh.ports(caller, host) or (80,):
        reached = mesh.reach(caller, host.replace("*", "any"), port)
        expected = list(_expected(routed.routes, caller, port))
        found = [(rule.name, _led(rule)) for rule in reached.rules]
        if reached.rules and expected:
            assert list(dict.fromkeys(found)) == list(dict.fromkeys(expected)), (caller, host, port)
        elif reached.rules:  # no route is about the caller
            assert found == [("", ((host, port, Fraction(1)),))]


def _led(rule: Rule) -> Led:
    shares: dict[tuple[str, int], int] = defaultdict(int)
    for way in rule.ways:
        shares[way.host, way.port] += way.weight
    total = sum(shares.values())
    return tuple(sorted((*key, Fraction(share, total)) for key, share in shares.items()))


def _expected(routes: Iterable[Route], caller: Caller, port: int) -> Iterator[tuple[str, Led]]:
    """The routes that are about a caller, up to the first one that takes all requests."""
    for route in routes:
        if not _is_about(route, caller):
            continue
        matchers = [one for one in route.matchers if one.port in (None, port)]
        if route.matchers and not matchers:
            continue
        targets: dict[tuple[str, int], int] = defaultdict(int)
        for one in route.destinations:
            targets[called_host(one.destination, one.federated, caller.cluster), one.port] += one.weight
        if any(not host for host, _ in targets):  # a route with a destination that cannot be called answers 500
            targets.clear()
        total = sum(targets.values())
        yield route.name, tuple(sorted((*key, Fraction(share, total)) for key, share in targets.items() if share))
        if not matchers or any(one == HTTPRequestMatcher(port=one.port) for one in matchers):
            return


@given(worlds(routes=False))
def test_isolated_pods_admit_whom_the_decisions_admit(world: World) -> None:
    """Each caller on each port, whatever objects the rules ended up in; and nobody without mTLS."""
    compilation, mesh = meant(with_addresses_of_their_own(world))
    assert compilation.decisions is not None
    decided = compilation.decisions.access.rules
    for one in decided:
        for pods in mesh.plane(one.cluster).servers.selected(one.namespace, one.selector):
            if pods.proxy is not ProxyKind.SIDECAR:
                continue
            about = [
                rules
                for rules in decided
                if (rules.cluster, rules.namespace) == (pods.cluster, pods.namespace)
                and rules.selector.items() <= pods.labels.items()
            ]
            for port in {number for rules in about for rule in rules.rules for number in rule.ports}:
                gate = mesh.gate(pods, port)
                assert gate.mutual_tls is MutualTls.STRICT
                assert gate.admission("", http=True).verdict is Verdict.REFUSED
                for caller in all_callers(mesh):
                    principal = caller.identity.removeprefix("spiffe://")
                    admitted = any(
                        port in rule.ports and principal in (source.principals or ())
                        for rules in about
                        for rule in rules.rules
                        for source in rule.sources
                    )
                    expected = Verdict.ADMITTED if admitted else Verdict.REFUSED
                    assert gate.admission(caller.identity, http=True).verdict is expected, (caller, pods, port)
