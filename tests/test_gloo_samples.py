"""Gloo resources as its users have them: each translates, or a finding names the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fedlib.compilation import Compilation
from fedlib.config.route_table import RouteTableSpec
from fedlib.diagnostics import Severity
from tests.golden_case import GOLDEN, compile_case

SAMPLES: Final[list[dict[str, Any]]] = yaml.safe_load((GOLDEN / "samples.yaml").read_text(encoding="utf-8"))
SHOP: Final = {
    "shop": {
        "workloadClusters": [{"name": "*", "namespaces": [{"name": "shop-*"}]}],
        "settings": {"options": {"federation": {"enabled": True, "hostSuffix": "global"}}},
    }
}
SCHEMA: Final = {"FED006", "FED007", "FED008", "FED009", "FED014", "FED017"}

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample["title"] for sample in SAMPLES])


@pytest.fixture
def compilation(sample: dict[str, Any], tmp_path: Path) -> Compilation:
    """The sample in a stack of two clusters, with the workspace `shop` where it brings none."""
    config = {
        "federation:clusters": {"eu": {}, "us": {}},
        "federation:workspaces": sample.get("workspaces", SHOP),
        "federation:resources": sample["resources"],
    }
    path = tmp_path / "Pulumi.samples.yaml"
    stack = {"title": sample["title"], "use": ["eu", "us"], "config": config}
    path.write_text(yaml.safe_dump(stack, sort_keys=False), encoding="utf-8")
    return compile_case(path)


@every_sample
def test_its_schema_is_known(compilation: Compilation) -> None:
    """No field or kind of Gloo's own samples is unknown here."""
    assert [finding for finding in compilation.report if finding.code.id in SCHEMA] == []


@every_sample
def test_it_has_the_expected_state(compilation: Compilation, sample: dict[str, Any]) -> None:
    """Each resource has its state in Gloo's words, and only the expected errors are found."""
    states = {
        str(status.resource): status.state.value
        for status in compilation.statuses
        if _is_in(str(status.resource), sample)
    }
    assert states == sample.get("states", {})
    errors = {finding.code.id for finding in compilation.report if finding.severity is Severity.ERROR}
    assert sorted(errors) == sample.get("codes", [])


@every_sample
def test_it_translates_or_a_finding_names_the_reason(compilation: Compilation) -> None:
    """A RouteTable that is accepted has objects in every cluster, and an invalid resource has a finding about it.

    A table without hosts becomes a part of others' objects.
    """
    assert compilation.snapshot is not None
    tables = (owned.resource for owned in compilation.snapshot.resources.get("RouteTable", ()))
    delegated = {t.ref for t in tables if isinstance(t.spec, RouteTableSpec) and not t.spec.hosts}
    parents = {(declaration.cluster, declaration.lineage.parent) for declaration in compilation.plan.declarations}
    for status in compilation.statuses:
        if status.state.value == "INVALID":
            assert status.messages
        elif status.resource.kind == "RouteTable" and status.resource not in delegated:
            assert {("eu", status.resource), ("us", status.resource)} <= parents


def _is_in(resource: str, sample: dict[str, Any]) -> bool:
    """Whether the sample brings the resource; the stack has a workspace and settings of its own."""
    return any(
        resource.startswith(f"{one['kind']} {one['metadata']['namespace']}/{one['metadata']['name']} ")
        for one in sample["resources"]
    )
