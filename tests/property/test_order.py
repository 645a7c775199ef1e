"""The order of the input does not show, and the same input gives the same bytes."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.distribution.plan import canonical
from tests.property.routes import worlds
from tests.property.world import World, compile_world, shuffled


def _findings(compilation: Compilation) -> list[str]:
    """All findings, without the position in a list that was shuffled."""
    shown = [
        f"{f.code.id} {f.severity} {f.subject} {f.location} {f.location.path} {f.message} {f.hint} {f.related}"
        for f in compilation.report
    ]
    return sorted(re.sub(r"resources\[\d+\]", "resources[]", line) for line in shown)


def _bytes(compilation: Compilation) -> bytes:
    return b"\n".join(canonical(manifest) for manifest in compilation.plan.manifests())


@given(worlds(), st.integers(0, 2**32))
def test_order_does_not_show(world: World, seed: int) -> None:
    """Keys of mappings, objects of clusters, and resources in any order: same digest, bytes, findings, statuses."""
    one, other = compile_world(world), compile_world(shuffled(world, random.Random(seed)))
    assert one.plan.digest() == other.plan.digest()
    assert _bytes(one) == _bytes(other)
    assert _findings(one) == _findings(other)
    assert one.statuses == other.statuses


@given(worlds())
def test_compile_is_a_function(world: World) -> None:
    """The same input gives the same bytes and the same findings, in the same order."""
    one, other = compile_world(world), compile_world(world)
    assert one.plan == other.plan
    assert [str(f) for f in one.report] == [str(f) for f in other.report]


@given(worlds())
def test_gloo_yaml_means_the_same(world: World) -> None:
    """Workspaces and settings written as Gloo objects give the same objects as those of the stack config."""

    def as_resources(config: dict[str, object]) -> None:
        workspaces, resources = config.pop("workspaces"), config["resources"]
        assert isinstance(workspaces, dict)
        assert isinstance(resources, list)
        for name, workspace in workspaces.items():
            metadata = {"name": name, "namespace": "gloo-mesh", "labels": workspace["labels"]}
            spec = {"workloadClusters": workspace["workloadClusters"]}
            resources.append(_object("Workspace", metadata, spec))
        overall = config.pop("globalSettings", None)
        if overall is not None:
            metadata = {"name": "global", "namespace": "gloo-mesh"}
            resources.append(_object("WorkspaceSettings", metadata, overall))

    def with_settings(config: dict[str, object]) -> None:
        """Settings objects belong to workspaces by their namespace, so only Workspaces can move in general."""
        workspaces = config["workspaces"]
        assert isinstance(workspaces, dict)
        settings = {name: workspace["settings"] for name, workspace in workspaces.items()}
        as_resources(config)
        config["workspaces"] = {}
        resources = config["resources"]
        assert isinstance(resources, list)
        for name, spec in settings.items():
            entries = [r for r in resources if r["kind"] == "Workspace" and r["metadata"]["name"] == name]
            home = {"name": "mgmt", "namespaces": [{"name": f"{name}-config"}]}
            entries[0]["spec"]["workloadClusters"].append(home)
            metadata = {"name": name, "namespace": f"{name}-config"}
            resources.append(_object("WorkspaceSettings", metadata, spec))

    written = world.edited(with_settings)
    assert compile_world(world).plan.digest() == compile_world(written).plan.digest()


def _object(kind: str, metadata: dict[str, object], spec: object) -> dict[str, object]:
    return {"apiVersion": "admin.gloo.solo.io/v2", "kind": kind, "metadata": metadata, "spec": spec}
