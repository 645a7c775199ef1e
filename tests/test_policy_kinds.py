"""The kinds of policies that attach are those that something is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fedlib.compilation import compile_federation
from fedlib.config.model import Model
from fedlib.config.policies import POLICIES
from fedlib.config.resource import kind_of
from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Report
from fedlib.federation.policies.rules import RULES
from tests.golden_case import cases, read_case


def test_every_kind_that_selects_has_a_rule() -> None:
    """A kind whose spec has `applyTo...` fields attaches by its rule; without one the fields would do nothing."""
    selecting = {spec for spec in POLICIES.values() if any(name.startswith("apply_to_") for name in spec.model_fields)}
    assert selecting == RULES.keys()


@pytest.mark.parametrize("spec", RULES, ids=kind_of)
def test_every_kind_with_a_rule_has_a_translator(spec: type[Model]) -> None:
    """Some golden case has other objects with its policies of the kind, and no others, than with no policies at all."""
    written = (path for path in cases() if f"kind: {kind_of(spec)}\n" in path.read_text(encoding="utf-8"))
    assert any(_objects(path, spec) != _objects(path, None) for path in written)


def _objects(path: Path, spec: type[Model] | None) -> tuple[Declaration, ...]:
    """The objects of a case whose stack has the policies of one kind only, or none."""
    configuration, inventory = read_case(path, Report())
    kept = tuple(one for one in configuration.resources if type(one.spec) not in RULES or type(one.spec) is spec)
    return tuple(compile_federation(replace(configuration, resources=kept), inventory, Report()).plan.declarations)
