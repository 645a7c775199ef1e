"""The plan as Pulumi resources, with the engine mocked: names, providers, parents, and no secret in the clear."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from fedlib.emit.components import FederationComponent
from fedlib.emit.providers import Target
from tests.golden_case import GOLDEN, compile_case
from tests.placed import placed

PLAN = compile_case(GOLDEN / "federation" / "own-workspace.in.yaml").plan
TARGETS = {"eu": Target("kube/config", "eu-admin"), "us": Target("kube/config", "us-admin")}


class Recorder(pulumi.runtime.Mocks):
    """Remembers every resource that is registered."""

    def __init__(self) -> None:
        self.resources: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Answer what the program declared."""
        self.resources.append(args)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        """Nothing calls a function."""
        raise AssertionError(args.token)


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    """What one run of the program registers."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="federation", stack="test")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def declare() -> None:
        FederationComponent("federation").declare(PLAN, TARGETS, {"digest": PLAN.digest()})

    declare()
    return recorder


def test_each_object_is_a_resource_named_by_its_identity(recorder: Recorder) -> None:
    """`cluster/kind/namespace/name`, for every copy of the plan."""
    names = {resource.name for resource in recorder.resources if resource.typ.startswith("kubernetes:networking")}
    expected = {
        f"{one.cluster}/{one.kind}/{namespace}/{one.name}" for one in placed(PLAN) for namespace in one.namespaces
    }
    assert names == expected
    assert "us/ServiceEntry/shop-web/vd-catalog-shop-backend-svc-eu-global-shop" in names


def test_the_copy_that_others_may_still_use_comes_last(recorder: Recorder) -> None:
    """Where a shared object was, every other namespace has its own copy before that one is narrowed."""
    name = "vd-catalog-shop-backend-svc-eu-global-shop"
    copies = [r.name for r in recorder.resources if r.name.startswith("us/ServiceEntry") and r.name.endswith(name)]
    assert copies == [f"us/ServiceEntry/shop-web/{name}", f"us/ServiceEntry/shop-backend/{name}"]


def test_resources_carry_the_manifest(recorder: Recorder) -> None:
    """The inputs are the manifests of the plan."""
    by_name = {resource.name: resource.inputs for resource in recorder.resources}
    for manifest in PLAN.manifests():
        metadata = manifest["metadata"]
        cluster = metadata["labels"]["context.mesh.gloo.solo.io/cluster"]
        inputs = by_name[f"{cluster}/{manifest['kind']}/{metadata['namespace']}/{metadata['name']}"]
        assert {key: inputs[key] for key in manifest} == manifest


def test_each_cluster_has_a_provider_of_its_own(recorder: Recorder) -> None:
    """Kubeconfig and context are explicit, and new credentials do not replace the provider."""
    providers = {r.name: r.inputs for r in recorder.resources if r.typ == "pulumi:providers:kubernetes"}
    assert providers == {
        cluster: {"kubeconfig": "kube/config", "context": f"{cluster}-admin", "clusterIdentifier": cluster}
        for cluster in TARGETS
    }
    for resource in recorder.resources:
        if resource.typ.startswith("kubernetes:networking"):
            assert resource.provider is not None
            assert resource.provider.split("::")[-2] == resource.name.split("/")[0]
