"""Golden cases that mean the same give the same plan, byte for byte."""

from __future__ import annotations

import pytest

from fedlib.distribution.plan import canonical
from tests.golden_case import GOLDEN, compile_case
from tests.placed import placed


@pytest.mark.parametrize("other", ["workspace-as-gloo-yaml", "workspace-found-in-a-cluster"])
def test_workspaces_mean_the_same_wherever_they_are_declared(other: str) -> None:
    """In the stack config, as Gloo YAML of the stack, and found in clusters."""
    first = compile_case(GOLDEN / "input" / "workspace-in-the-stack.in.yaml")
    second = compile_case(GOLDEN / "input" / f"{other}.in.yaml")
    assert len(first.plan) > 0
    assert canonical(list(first.plan.manifests())) == canonical(list(second.plan.manifests()))
    assert first.plan.digest() == second.plan.digest()
    assert list(first.report) == list(second.report) == []


def test_placements_declare_the_same_hosts_to_the_same_namespaces() -> None:
    """Shared placement writes fewer objects, and every namespace sees what it sees with copies."""
    copies = compile_case(GOLDEN / "placement" / "namespace.in.yaml")
    shared = compile_case(GOLDEN / "placement" / "shared.in.yaml")
    assert len(shared.plan) < len(copies.plan)
    reach = [
        {
            (d.cluster, d.kind, tuple(d.spec["hosts"]), name if name != "." else namespace)
            for d in placed(compilation.plan)
            if d.kind != "Gateway"
            for namespace in d.namespaces
            for name in d.spec["exportTo"]
        }
        for compilation in (copies, shared)
    ]
    assert reach[0] == reach[1]
