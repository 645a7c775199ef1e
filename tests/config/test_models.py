"""Each model of a spec against the YAML files here: what it takes, and what it refuses in which words."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import yaml
from pydantic import BaseModel

from fedlib.config.external_service import ExternalEndpointSpec, ExternalServiceSpec
from fedlib.config.model import Model
from fedlib.config.policies import POLICIES
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.validate import validate
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.finding import NOWHERE

MODELS: Final[Mapping[str, type[Model]]] = {
    "networking.gloo.solo.io/VirtualDestination": VirtualDestinationSpec,
    "networking.gloo.solo.io/ExternalService": ExternalServiceSpec,
    "networking.gloo.solo.io/ExternalEndpoint": ExternalEndpointSpec,
    "networking.gloo.solo.io/VirtualGateway": VirtualGatewaySpec,
    "networking.gloo.solo.io/RouteTable": RouteTableSpec,
    **POLICIES,
}

SAMPLES: Final[Mapping[str, Any]] = {
    kind: samples
    for file in sorted(Path(__file__).parent.glob("*.yaml"))
    for kind, samples in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}

WRONG: Final = [(kind, changes, said) for kind, samples in SAMPLES.items() for changes, said in samples["wrong"]]


def read(kind: str, spec: Any) -> tuple[Model | None, list[str]]:
    """The model, and what was reported."""
    report = Report()
    subject = Ref(kind.rpartition("/")[2], "sample")
    model = validate(MODELS[kind], spec, subject, lambda path: NOWHERE, report).model
    return model, [finding.message for finding in report]


def changed(spec: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of a spec in which the value at each path is another one, or REMOVED."""
    result = copy.deepcopy(spec)
    for path, value in changes.items():
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place = result
        for step in steps:
            place = place[step]
        if value == "REMOVED":
            del place[last]
        else:
            place[last] = value
    return result


def test_every_model_has_samples() -> None:
    assert set(SAMPLES) == set(MODELS)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_samples_are_accepted(kind: str) -> None:
    for spec in SAMPLES[kind]["valid"]:
        model, messages = read(kind, spec)
        assert messages == []
        assert model is not None


def test_samples_set_every_field() -> None:
    unset = {field for model in MODELS.values() for field in _fields(model)}
    for kind, samples in SAMPLES.items():
        for spec in samples["valid"]:
            unset -= set(_fields_set(read(kind, spec)[0]))
    assert unset == {"StringMatch.suffix", "ExtAuthConfig.disable"}, "which are always refused"


@pytest.mark.parametrize(("kind", "changes", "said"), WRONG, ids=[f"{kind}-{said[:40]}" for kind, _, said in WRONG])
def test_what_breaks_a_rule_is_refused_in_clear_words(kind: str, changes: Mapping[str, Any], said: str) -> None:
    _, messages = read(kind, changed(SAMPLES[kind]["valid"][0], changes))
    assert any(said in message for message in messages), messages


def _fields(model: type[BaseModel]) -> Iterator[str]:
    """Every field of a model and of the models in it."""
    seen: set[type[BaseModel]] = set()
    queue = [model]
    while queue:
        current = queue.pop()
        if current not in seen:
            seen.add(current)
            yield from (f"{current.__name__}.{name}" for name in current.model_fields)
            queue += [m for field in current.model_fields.values() for m in _models(field.annotation)]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _fields_set(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield f"{type(value).__name__}.{name}"
            yield from _fields_set(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _fields_set(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _fields_set(item)
