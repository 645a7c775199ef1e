"""A workspace has findings for what it wrote itself and for what it imports, and for nothing that others do."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hypothesis import assume, given
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.diagnostics import PLATFORM, Finding, Location, Ref
from tests.property.externals import worlds_with_externals
from tests.property.policies import worlds_with_policies
from tests.property.stacks import Plain
from tests.property.world import World, compile_world

NAMES_OTHERS: Final = frozenset(
    {"FED208", "FED209", "FED502", "FED536", "FED756", "FED757", "FED758", "FED759", "FED760", "FED761", "FED762"}
)
"""A workspace wrote what is about another one: an import or export that is not returned, its destination or gateway, a
host of another in a table that it exports."""

OFFERS: Final = frozenset(
    {"FED706", "FED708", "FED715", "FED717", "FED720", "FED721", "FED847"}
    | {"FED301", "FED302", "FED304", "FED309", "FED310", "FED719"}
)
"""What is wrong with what a workspace offers to others, or with how it selects the gateways to that, shows when anybody
takes it in another cluster."""

CONTESTED: Final = frozenset({"FED414", "FED713"})
"""What Istio could not tell apart changes for one of two workspaces: the virtual IP of one of two hosts with the same
hash, where somebody may call both, and the host of groups of both whose pods stand in one namespace, or behind one
gateway that knows them by the host alone."""

OF_NOBODY: Final = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "nothing"}}
EAST_WEST: Final = {"istio": "eastwestgateway"}

Told = tuple[str, Ref, Location]

ANY_WORLD: Final = st.one_of(worlds_with_policies(), worlds_with_externals())


def findings_of(compilation: Compilation, workspace: str) -> dict[Told, Finding]:
    """The findings that a workspace owns."""
    found = (one for one in compilation.report if one.owner == workspace)
    ignored = NAMES_OTHERS | OFFERS | CONTESTED
    return {(one.code.id, one.subject, one.location): one for one in found if one.code.id not in ignored}


def home(resource: Plain) -> Ref:
    """The identity of a resource."""
    metadata = resource["metadata"]
    cluster = metadata.get("annotations", {}).get("cluster.solo.io/cluster", "mgmt")
    return Ref(resource["kind"], metadata["name"], metadata["namespace"], cluster)


def greedy(world: World, workspace: str) -> World:
    """The world in which a workspace alone imports, and federates all that it gets; all others offer everything."""

    def edit(config: Plain) -> None:
        everything = [{"workspaces": [{"name": "*"}]}]
        config.pop("globalSettings", None)
        for name, one in config["workspaces"].items():
            one["settings"].update(exportTo=everything, importFrom=everything if name == workspace else [])
        federation = {"enabled": True, "hostSuffix": "greedy", "serviceSelector": [{}]}
        config["workspaces"][workspace]["settings"]["options"]["federation"] = federation

    return world.edited(edit)


def without(world: World, workspace: str, compilation: Compilation) -> World:
    """The world in which a workspace, and everything in its namespaces, never was."""
    owner_of = compilation.report.owner_of
    kept = [one for one in world.config["resources"] if owner_of(home(one)) != workspace]
    objects = tuple(
        one
        for one in world.objects
        if owner_of(Ref("Namespace", getattr(one, "namespace", one.name), "", one.cluster)) != workspace
    )

    def edit(config: Plain) -> None:
        del config["workspaces"][workspace]
        # where a resource stands in the list is where findings say that it stands
        config["resources"] = [one if one in kept else OF_NOBODY for one in config["resources"]]

    return replace(world.edited(edit), objects=objects)


def sources(compilation: Compilation, workspace: str) -> set[str]:
    """The workspaces from which another one gets anything, directly or through what others make of it."""
    assert compilation.snapshot is not None
    visibility, found, asked = compilation.snapshot.visibility, set[str](), [workspace]
    while asked:
        consumer = asked.pop()
        new = {owner for owner in compilation.snapshot.workspaces if consumer in visibility.partners(owner)} - found
        found |= new
        asked += sorted(new)
    return found


@given(ANY_WORLD)
def test_findings_are_about_things_of_their_owner(world: World) -> None:
    """Whoever has a finding can mend the thing that it names, or is the platform."""
    compilation = compile_world(world)
    for finding in compilation.report:
        assert finding.owner in (PLATFORM, compilation.report.owner_of(finding.subject)), str(finding)


@given(ANY_WORLD, st.data())
def test_nobody_has_findings_for_what_others_write(world: World, data: st.DataObject) -> None:
    """With another workspace, from which it gets nothing, a workspace has no finding that it has not without.

    In most of the worlds that other one takes from everybody what it can, which is the most that it may do to them.
    """
    taker = data.draw(st.sampled_from([None, *sorted(world.config["workspaces"])]))
    if taker is not None:
        world = greedy(world, taker)
    compilation = compile_world(world)
    assert compilation.snapshot is not None
    # the gateways of all are input of all
    runs_gateways = {compilation.report.owner_of(one.ref) for one in world.services() if one.labels == EAST_WEST}
    others = sorted(set(compilation.snapshot.workspaces) - runs_gateways)
    assume(others)
    other = taker if taker in others else data.draw(st.sampled_from(others))
    alone = compile_world(without(world, other, compilation))
    for workspace in sorted(set(compilation.snapshot.workspaces) - runs_gateways):
        if workspace != other and other not in sources(compilation, workspace):
            known = findings_of(alone, workspace)
            added = [one for told, one in findings_of(compilation, workspace).items() if told not in known]
            listed = [(one.code.id, str(one.subject), one.message) for one in added]
            assert not added, f"with {other} workspace {workspace} has {listed}"
