"""What a workspace writes changes nothing for one that shares nothing with it; with an import, what imports explain."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.diagnostics import Ref
from fedlib.diagnostics.finding import Finding, Severity
from fedlib.distribution.plan import canonical
from tests.placed import placed
from tests.property.neighbours import HOMES, NEIGHBOUR, PLATFORM, SHOP, neighbours
from tests.property.stacks import Plain
from tests.property.world import compile_world

SEEDS = st.integers(0, 2**32)
WRITTEN = st.lists(SEEDS, max_size=6)
WORLDS = settings().max_examples
"""60 with every other test, 1,000 with `make property`, 2,000 in the profile `explore` (`conftest.py`)."""

Objects = dict[tuple[str, str, str, str], bytes]


def owner(ref: Ref) -> str:
    """The workspace whose a thing is, by its namespace; the platform's are nobody's."""
    if ref.kind == "Workspace" or (ref.kind == "WorkspaceSettings" and ref.namespace == "gloo-mesh"):
        return ref.name
    return next((name for name, home in HOMES.items() if home == ref.namespace or home == ref.name), "")


def objects_of(compilation: Compilation, workspace: str) -> Objects:
    """The objects that are declared for a workspace, wherever they stand."""
    return {
        (one.cluster, one.kind, manifest["metadata"]["namespace"], one.name): canonical(manifest)
        for one in placed(compilation.plan)
        if one.lineage.workspace == workspace
        for manifest in one.manifests()
    }


def findings_of(compilation: Compilation, workspace: str) -> list[Finding]:
    """The findings that are about what a workspace wrote."""
    return [one for one in compilation.report if owner(one.subject) == workspace]


@settings(max_examples=5 * WORLDS)
@given(WRITTEN, WRITTEN, WRITTEN, SEEDS)
@example([0, 554363017], [], [293], 0)  # tables of both on a gateway
def test_a_neighbour_changes_nothing(shop: list[int], both: list[int], neighbour: list[int], platform: int) -> None:
    """With the neighbour's input, whatever it is, the shop has the same objects and the same findings as without."""
    without = compile_world(neighbours(shop, both, [], platform))
    with_it = compile_world(neighbours(shop, both, neighbour, platform))
    assert objects_of(with_it, SHOP) == objects_of(without, SHOP)
    assert findings_of(with_it, SHOP) == findings_of(without, SHOP)
    places = {place[2] for place in objects_of(with_it, NEIGHBOUR)}
    assert HOMES[SHOP] not in places


@settings(max_examples=WORLDS // 2)
@given(WRITTEN, WRITTEN, WRITTEN, SEEDS)
@example([249, 2108649728], [], [31328], 0)  # what it imports is federated under its own suffix
def test_what_is_imported_changes_nothing_that_is_there(
    shop: list[int], both: list[int], neighbour: list[int], platform: int
) -> None:
    """What the shop has of its own stays when it imports what the neighbour has, whatever that is.

    Its sidecars see more, and what is wrong with that names the neighbour.
    """
    without = compile_world(neighbours(shop, both, [], platform, imports=True))
    with_it = compile_world(neighbours(shop, both, neighbour, platform, imports=True))
    assert _own(with_it) == _own(without)
    for cluster, seen in _seen(without).items():
        assert seen <= _seen(with_it)[cluster]
    known = findings_of(without, SHOP)
    for finding in findings_of(with_it, SHOP):
        if finding not in known and finding.severity is Severity.ERROR and finding.subject.kind != "WorkspaceSettings":
            assert NEIGHBOUR in finding.message


@settings(max_examples=WORLDS // 2)
@given(WRITTEN, WRITTEN, WRITTEN, SEEDS)
def test_who_imports_changes_nothing_but_callers(
    shop: list[int], both: list[int], neighbour: list[int], platform: int
) -> None:
    """What the shop has stays when the neighbour may import it: nothing but the neighbour's view is added."""
    without = compile_world(neighbours(shop, both, [], platform, exports=True))
    with_it = compile_world(neighbours(shop, both, neighbour, platform, exports=True))
    before, after = _without_callers(objects_of(without, SHOP)), _without_callers(objects_of(with_it, SHOP))
    assert before.items() <= after.items()
    errors = [one for one in findings_of(without, SHOP) if one.severity is Severity.ERROR]
    assert [one for one in findings_of(with_it, SHOP) if one.severity is Severity.ERROR] == errors


def _own(compilation: Compilation) -> Objects:
    """The shop's objects that come from what the shop wrote, but for its view of everything."""
    parents = {
        (one.cluster, one.kind, one.name) for one in placed(compilation.plan) if owner(one.lineage.parent) == SHOP
    }
    found = objects_of(compilation, SHOP)
    return {key: text for key, text in found.items() if (key[0], key[1], key[3]) in parents and key[1] != "Sidecar"}


def _seen(compilation: Compilation) -> dict[tuple[str, str], set[str]]:
    """The hosts of the shop's Sidecars, by cluster and namespace."""
    return {
        (key[0], key[2]): {host for egress in json.loads(text)["spec"].get("egress", ()) for host in egress["hosts"]}
        for key, text in objects_of(compilation, SHOP).items()
        if key[1] == "Sidecar"
    }


def _without_callers(objects: Objects) -> dict[tuple[str, str, str, str], str]:
    """Objects without the neighbour, and the gateways that it comes through, in who may see and call what."""
    return {key: json.dumps(_without_caller(json.loads(text))) for key, text in objects.items()}


def _without_caller(manifest: Plain) -> Plain:
    spec: dict[str, Any] = manifest["spec"]
    hidden = {HOMES[NEIGHBOUR], HOMES[PLATFORM]}
    if "exportTo" in spec:
        spec["exportTo"] = [one for one in spec["exportTo"] if one not in hidden]
    for rule in spec.get("rules", ()) if manifest["kind"] == "AuthorizationPolicy" else ():
        for source in rule.get("from", ()):
            listed = source["source"].get("principals", ())
            source["source"]["principals"] = [one for one in listed if one.split("/")[-3] not in hidden]
        rule["from"] = [one for one in rule.get("from", ()) if one["source"].get("principals")]
    return manifest
