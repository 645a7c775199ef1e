"""Effects stay where they belong: what changes elsewhere does not change here."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.placed import placed
from tests.property.reach import service_reach
from tests.property.routes import worlds
from tests.property.world import World, compile_world, object_bytes


@given(worlds(), st.data())
def test_adding_a_cluster_only_adds_hosts(world: World, data: st.DataObject) -> None:
    """With one more cluster every host that was visible somewhere still is, with the same virtual IP and endpoints."""
    names = sorted(world.config["clusters"])
    gone = data.draw(st.sampled_from(names))
    before = service_reach(compile_world(world.without_cluster(gone)))
    after = service_reach(compile_world(world))
    for place, seen in before.items():
        for host, spec in seen.items():
            if host in after.get(place, {}):
                assert after[place][host]["addresses"] == spec["addresses"]
                assert after[place][host].get("endpoints") == spec.get("endpoints")


@given(worlds(), st.data())
def test_removing_an_import_takes_only_what_it_brought(world: World, data: st.DataObject) -> None:
    """Without its imports a workspace loses hosts of others; what the others see of the same hosts is as before."""
    name = data.draw(st.sampled_from(sorted(world.config["workspaces"])))
    before = compile_world(world)
    edited = world.without_imports(name)
    if edited is None:
        return
    after = compile_world(edited)
    assert before.snapshot is not None
    assert after.decisions is not None
    owners = before.snapshot.owners
    known = {service.host for service in after.decisions.services}
    reach = service_reach(after)
    for place, seen in service_reach(before).items():
        for host, spec in seen.items():
            if owners.get(place) == name:
                continue
            if host in known and host in reach.get(place, {}):
                assert reach[place][host].get("endpoints") == spec.get("endpoints")
                assert reach[place][host].get("addresses") == spec.get("addresses")
    for service in after.decisions.services:
        assert service.workspace == name or name not in service.consumers


@given(worlds(), st.data())
def test_workspace_that_shares_nothing_matters_to_nobody(world: World, data: st.DataObject) -> None:
    """A workspace without imports and exports can stop to federate, and no object of another workspace changes."""
    name = data.draw(st.sampled_from(sorted(world.config["workspaces"])))

    def alone(config: dict[str, Any]) -> None:
        config.pop("globalSettings", None)
        config["resources"] = []
        settings = config["workspaces"][name]["settings"]
        settings.update(importFrom=[], exportTo=[])
        settings["options"].pop("serviceIsolation", None)
        settings["options"].pop("trimAllProxyConfig", None)

    def silent(config: dict[str, Any]) -> None:
        config["workspaces"][name]["settings"]["options"]["federation"]["enabled"] = False

    world = world.edited(alone)
    with_it, without = compile_world(world), compile_world(world.edited(silent))
    collisions = {"VirtualIpCollision", "NameCollision"}
    if collisions & {finding.code.title for finding in with_it.report}:
        return
    kept = {
        (declaration.cluster, declaration.kind, namespace, declaration.name)
        for declaration in placed(with_it.plan)
        if declaration.kind != "Gateway" and declaration.lineage.workspace != name
        for namespace in declaration.namespaces
    }
    before, after = object_bytes(with_it), object_bytes(without)
    assert {key: before[key] for key in kept} == {key: value for key, value in after.items() if key[1] != "Gateway"}


@given(worlds())
def test_copies_of_a_host_share_its_addresses(world: World) -> None:
    """A host has the same IPv4 and IPv6 virtual IP wherever it is visible, and no two hosts share one."""
    found: dict[tuple[str, bool], set[str]] = {}
    for seen in service_reach(compile_world(world)).values():
        for host, spec in seen.items():
            for address in spec["addresses"]:
                found.setdefault((host, ":" in address), set()).add(address)
    assert all(len(addresses) == 1 for addresses in found.values())
    taken = [address for addresses in found.values() for address in addresses]
    assert len(taken) == len(set(taken))
