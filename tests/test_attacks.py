"""What a stranger writes in its own namespace changes nothing for teams that share nothing with it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report, Severity
from fedlib.diagnostics.source import Source
from fedlib.distribution.plan import canonical
from tests.golden_case import read_inventory
from tests.placed import placed

HERE: Final = Path(__file__).parent / "attacks"
STRANGER: Final = "stranger"
TEAMS: Final = ("shop", "pay")

Attack = dict[str, Any]


def loaded(name: str) -> dict[str, Any]:
    """A file beside this one."""
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


CASES: Final[dict[str, Attack]] = loaded("cases.yaml")


def compiled(attack: Attack) -> Compilation:
    """The mesh with an attack."""
    mesh = loaded("mesh.yaml")
    mesh["config"]["workspaces"][STRANGER]["settings"].update(attack.get("settings", {}))
    mesh["config"]["workspaces"]["pay"]["settings"].update(attack.get("pay", {}))
    objects = [*mesh["objects"], *attack.get("objects", ())]
    report = Report()
    stack = StackFile("test", HERE, Source("Pulumi.test.yaml"), mesh["config"])
    configuration = read_configuration(stack, report)
    inventory = read_inventory({"use": ["eu", "us"], "inventory": {"eu": objects}}, stack, report)
    return compile_federation(configuration, inventory, report)


def objects_of_teams(compilation: Compilation) -> dict[tuple[str, str, str, str], bytes]:
    """The objects of the teams that share nothing with the stranger, but for whom they are exported to."""
    return {
        (one.cluster, one.kind, manifest["metadata"]["namespace"], one.name): canonical(manifest)
        for one in placed(compilation.plan)
        if one.lineage.workspace in TEAMS
        for manifest in one.manifests()
    }


@functools.cache
def peace() -> Compilation:
    """The mesh without an attack."""
    return compiled({})


def test_the_mesh_is_sound() -> None:
    """Without attacks nobody has an error, and each team has objects."""
    assert not peace().report.has_errors, [str(one) for one in peace().report]
    assert {one.lineage.workspace for one in placed(peace().plan)} >= {*TEAMS, "edge"}


@pytest.mark.parametrize("name", CASES)
def test_attack(name: str) -> None:
    """Teams have what they had, nothing bad stands elsewhere, and findings are the stranger's.

    Whoever imports the stranger may have warnings.
    """
    attack = CASES[name]
    compilation = compiled(attack)
    without = compiled({"pay": attack["pay"]}) if "pay" in attack else peace()
    before = set(without.report)
    found = [one for one in compilation.report if one not in before]
    assert sorted({one.code.id for one in found if one.owner == STRANGER}) == attack["findings"]
    assert not [one for one in found if one.owner in TEAMS]
    assert not [one for one in found if one.owner != STRANGER and one.severity is Severity.ERROR]
    assert objects_of_teams(compilation) == objects_of_teams(without)
    elsewhere = [
        manifest
        for one in placed(compilation.plan)
        for manifest in one.manifests()
        if manifest["metadata"]["namespace"] != STRANGER
    ]
    for text in attack.get("never", ()):
        assert not [one["metadata"]["name"] for one in elsewhere if text in yaml.safe_dump(one)], text
