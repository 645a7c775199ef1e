"""Who sees a host: exactly those who may, whatever the placement; and every object is one that Istio takes."""

from __future__ import annotations

from hypothesis import given, settings

from tests.oracle.istio_crds import IstioOracle
from tests.placed import placed
from tests.property.expectation import Expectation
from tests.property.reach import route_reach, service_reach
from tests.property.routes import worlds
from tests.property.world import World, compile_world, object_bytes


@given(worlds())
def test_both_placements_have_the_same_reach(world: World) -> None:
    """`shared` shows every namespace the same hosts, endpoints, identities and routes as `namespace` does."""
    one = compile_world(world.edited(lambda config: config.update(placement="namespace")))
    other = compile_world(world.edited(lambda config: config.update(placement="shared")))
    assert service_reach(one) == service_reach(other)
    assert route_reach(one) == route_reach(other)
    assert len(other.plan) <= len(one.plan)


@given(worlds())
def test_only_consumers_and_gateways_see_a_host(world: World) -> None:
    """A host is visible in namespaces of its consumers, at home also where its Service and the gateways are."""
    compilation = compile_world(world)
    assert compilation.decisions is not None
    hosts = Expectation(world, compilation).hosts()
    expectation = Expectation(world, compilation)
    gateways: dict[str, set[tuple[str, str]]] = {}
    for service in compilation.decisions.services:
        places = {(g.service.cluster, g.service.namespace) for g in service.gateways}
        gateways[service.host] = places | {(service.service.cluster, service.service.namespace)}
    for place, seen in service_reach(compilation).items():
        for host in seen:
            _, consumers = hosts[host]
            assert place in expectation.namespaces(consumers) | gateways[host], f"{place} sees {host}"


@given(worlds())
def test_every_consumer_sees_each_accepted_host(world: World) -> None:
    """What is federated is visible in every namespace of every consumer: at home always, elsewhere with a gateway."""
    compilation = compile_world(world)
    assert compilation.decisions is not None
    expectation = Expectation(world, compilation)
    hosts = expectation.hosts()
    reach = service_reach(compilation)
    for service in compilation.decisions.services:
        assert set(service.consumers) == hosts[service.host][1]
        for cluster, namespace in expectation.namespaces(service.consumers):
            if cluster == service.service.cluster or service.gateways:
                assert service.host in reach[cluster, namespace]


@given(worlds())
def test_objects_are_written_where_their_workspace_is(world: World) -> None:
    """A ServiceEntry stands in a namespace of its workspace, a VirtualService too; names fit; identities are unique."""
    compilation = compile_world(world)
    assert compilation.snapshot is not None
    owners = compilation.snapshot.owners
    for cluster, kind, namespace, name in object_bytes(compilation):
        assert len(name) <= 63
        if kind != "Gateway":
            assert (cluster, namespace) in owners
    for declaration in placed(compilation.plan):
        if declaration.kind != "Gateway":
            assert {owners[declaration.cluster, n] for n in declaration.namespaces} == {declaration.lineage.workspace}


@settings(max_examples=20)
@given(worlds())
def test_istio_takes_every_object(istio_oracle: IstioOracle, world: World) -> None:
    """Istio's schemas and CEL rules find nothing."""
    for manifest in compile_world(world).plan.manifests():
        assert istio_oracle.violations(manifest) == []
