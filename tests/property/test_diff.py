"""`diff` on random meshes: nothing against itself, the opposite the other way round, and who is alike is alike."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from hypothesis import given

from fedlib.compilation import Compilation
from fedlib.diagnostics import Report
from fedlib.diff.access import Access, Accesses
from fedlib.diff.difference import Effect, difference
from fedlib.diff.objects import Change
from fedlib.diff.side import Side, planned_side
from tests.property.groups import worlds_with_groups
from tests.property.routes import worlds
from tests.property.world import World, compile_world, world_inventory

OPPOSITE = {Effect.LOST: Effect.GAINED, Effect.GAINED: Effect.LOST, Effect.MOVED: Effect.MOVED,
            Effect.HANDLED: Effect.HANDLED}  # fmt: skip
UNDONE = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}


def _side(world: World) -> Side:
    compilation: Compilation = compile_world(world)
    return planned_side(compilation, world_inventory(world, Report()))


def _with_less(world: World) -> World:
    """The same clusters and workspaces with half of the resources, and nobody isolates or imports."""

    def edit(config: dict[str, Any]) -> None:
        config["resources"] = config.get("resources", [])[::2]
        for workspace in config["workspaces"].values():
            workspace["settings"]["importFrom"] = []
            workspace["settings"]["options"].pop("serviceIsolation", None)

    return world.edited(edit)


@given(worlds_with_groups())
def test_nothing_against_itself(world: World) -> None:
    found = difference(_side(world), _side(world))
    assert not found.facts
    assert not found.objects


@given(worlds())
def test_the_other_way_round_is_the_opposite(world: World) -> None:
    before, after = _side(world), _side(_with_less(world))
    there, back = difference(before, after), difference(after, before)
    turned = [replace(one, effect=OPPOSITE[one.effect], before=one.after, after=one.before) for one in back.facts]
    assert set(there.facts) == set(turned)
    assert {(one.ref, one.change, one.fields) for one in there.objects} == {
        (one.ref, UNDONE[one.change], one.fields) for one in back.objects
    }


@given(worlds(routes=False))
def test_callers_that_nothing_tells_apart_reach_the_same(world: World) -> None:
    """Ports, destinations, admission: as told for one of them, without what was worked out for the other."""
    mesh = _side(world).mesh
    for cluster in mesh.clusters:
        for namespace in mesh.namespaces(cluster):
            first: dict[Hashable, list[Access]] = {}
            for caller in mesh.callers(cluster, namespace):
                accesses = Accesses(mesh)
                found = [
                    accesses.of(caller, host, port) for host in mesh.hosts(caller) for port in mesh.ports(caller, host)
                ]
                assert found == first.setdefault(mesh.kin.of(caller), found), caller
