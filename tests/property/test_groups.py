"""Groups: who sees a host, what its ServiceEntries say together, and that no gateway knows a way out of its cluster."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.model.destination import Group
from tests.oracle.istio_crds import IstioOracle
from tests.property.groups import Place, group_reach, visible, worlds_with_groups
from tests.property.world import World, compile_world, object_bytes, shuffled


def _consumers(group: Group, owners: dict[Place, str]) -> set[Place]:
    return {place for place, owner in owners.items() if owner in group.callers}


def _gateways(group: Group) -> set[Place]:
    return {
        (gateway.service.cluster, gateway.service.namespace)
        for backing in group.backings.values()
        for gateway in backing.gateways
    }


@given(worlds_with_groups())
def test_exactly_the_consumers_see_a_group(world: World) -> None:
    """All namespaces of owner and importers in every cluster, and nobody else; gateways see the local-only host."""
    compilation = compile_world(world)
    assert compilation.decisions is not None
    assert compilation.snapshot is not None
    seen = group_reach(compilation)
    expected: set[tuple[Place, str]] = set()
    for group in compilation.decisions.groups:
        for host in group.hosts:
            expected |= {(place, host) for place in _consumers(group, dict(compilation.snapshot.owners))}
            expected |= {(place, local_only_host(host, group.workspace)) for place in _gateways(group)}
    assert set(seen) == expected


@given(worlds_with_groups())
def test_service_entries_of_a_host_agree(world: World) -> None:
    """A namespace sees those of one namespace, which differ in pods and endpoints only."""
    for (_, host), seen in group_reach(compile_world(world)).items():
        assert len(seen.places) == 1, host
        assert all(rest == seen.rest[0] for rest in seen.rest), host
        assert len(seen.selectors) <= 1


@given(worlds_with_groups(working_gateways=True))
def test_gateways_know_no_way_out_of_their_cluster(world: World) -> None:
    """What a Gateway object passes on are hosts that stand for pods of its cluster, and no gateway's address."""
    compilation = compile_world(world)
    assert compilation.decisions is not None
    hosts = {host for group in compilation.decisions.groups for host in group.hosts}
    for declaration in compilation.plan.declarations:
        if declaration.kind == "Gateway":
            for pattern in (pattern for server in declaration.spec["servers"] for pattern in server["hosts"]):
                assert not any(host.endswith(pattern.removeprefix("*")) for host in hosts)
    for (_, host), seen in group_reach(compilation).items():
        if host not in hosts:
            assert not seen.endpoints
            assert len(seen.selectors) == 1


@given(worlds_with_groups(working_gateways=True))
def test_clients_and_gateways_agree_on_the_name(world: World) -> None:
    """A host with remote endpoints has one DestinationRule beside it, whose SNI each of the gateways knows."""
    compilation = compile_world(world)
    seen = group_reach(compilation)
    known = {host for _, host in seen}
    rules: dict[tuple[Place, str], list[list[str]]] = {}
    for place, namespace, declaration in visible(compilation, "DestinationRule"):
        assert seen[place, declaration.spec["host"]].places == {namespace}
        settings = declaration.spec["trafficPolicy"]["portLevelSettings"]
        names = [entry["tls"]["sni"] for entry in settings]
        rules.setdefault((place, declaration.spec["host"]), []).append(names)
    assert {key for key, entries in seen.items() if entries.endpoints} == set(rules)
    assert compilation.decisions is not None
    assert compilation.snapshot is not None
    called = {
        (host, caller): group.workspace
        for group in compilation.decisions.groups
        for host in group.hosts
        for caller in group.callers
    }
    for (place, host), found in rules.items():
        (names,) = found
        assert names
        served = local_only_host(host, called[host, compilation.snapshot.owners[place]])
        assert all(name.endswith(f"_._.{served}") for name in names)
        assert served in known


@given(worlds_with_groups(min_clusters=2), st.data())
def test_adding_a_cluster_only_adds_endpoints(world: World, data: st.DataObject) -> None:
    """Whoever saw a group still does, with the same pods and at least the same gateways."""
    gone = data.draw(st.sampled_from(sorted(world.config["clusters"])))
    config = world.config["resources"]
    if any(one["metadata"].get("annotations", {}).get("cluster.solo.io/cluster", gone) == gone for one in config):
        return
    before, after = compile_world(world.without_cluster(gone)), compile_world(world)
    if before.report.has_errors or after.report.has_errors:
        return
    now = group_reach(after)
    for key, seen in group_reach(before).items():
        addresses = {endpoint["address"] for endpoint in seen.endpoints}
        assert addresses <= {endpoint["address"] for endpoint in now[key].endpoints}
        assert seen.selectors == now[key].selectors


@given(worlds_with_groups(), st.randoms(use_true_random=False))
def test_order_does_not_matter(world: World, randomness: Random) -> None:
    """Any order of the input gives the same bytes."""
    assert object_bytes(compile_world(world)) == object_bytes(compile_world(shuffled(world, randomness)))


@given(worlds_with_groups())
def test_istio_takes_every_object(istio_oracle: IstioOracle, world: World) -> None:
    """Istio's schemas and CEL rules find nothing."""
    for manifest in compile_world(world).plan.manifests():
        assert istio_oracle.violations(manifest) == []


@given(worlds_with_groups())
def test_both_shapes_have_the_same_reach(world: World) -> None:
    """The shape of Gloo shows clients the same hosts and addresses; besides, gateways see the hosts themselves."""
    one = compile_world(world)
    other = compile_world(world.edited(lambda config: config.update(groupShape="workloadEntry")))
    assert one.decisions is not None
    gateways = {place for group in one.decisions.groups for place in _gateways(group)}
    hosts = {host for group in one.decisions.groups for host in group.hosts}
    clients = {key: seen for key, seen in group_reach(one).items() if key[1] in hosts}
    native = group_reach(other)
    assert {key for key in native if key in clients or key[0] not in gateways} == set(clients)
    for key, seen in clients.items():
        assert native[key].rest[0]["addresses"] == seen.rest[0]["addresses"]
        assert native[key].selectors == seen.selectors
