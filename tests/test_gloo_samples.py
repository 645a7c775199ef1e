"""Gloo resources as its users have them: each translates, or a finding names the reason.

`UPDATE_GOLDEN=1 pytest tests/test_gloo_samples.py` writes what becomes of them; read it before you commit it.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any, Final

import pytest

from fedlib.compilation import Compilation
from fedlib.diagnostics import Severity
from tests.gloo_samples import FOLDER, RESULTS, Sample, document, identity, record, recorded, result, samples, topics

SAMPLES: Final = tuple(samples())
SCHEMA: Final = {"FED006", "FED007", "FED008", "FED009", "FED014", "FED017"}
WITHOUT_OBJECTS: Final = {"Workspace", "WorkspaceSettings", "KubernetesCluster", "ApiDoc"} | {
    "RootTrustPolicy",
    "IstioLifecycleManager",
    "GatewayLifecycleManager",
}
"""Kinds that say who may see what, or what the mesh is: alone they need not change the plan."""
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[f"{sample.topic}: {sample.title}" for sample in SAMPLES])


@functools.cache
def _compiled(index: int) -> Compilation:
    return SAMPLES[index].compile()


@pytest.fixture
def compilation(sample: Sample) -> Compilation:
    """The sample's compilation, once for all tests."""
    return _compiled(SAMPLES.index(sample))


@every_sample
def test_its_schema_is_known(compilation: Compilation, sample: Sample) -> None:
    """No field or kind of Gloo's own samples is unknown here, but for the mistakes of their authors."""
    unknown = [str(finding) for finding in compilation.report if finding.code.id in SCHEMA]
    assert bool(unknown) is bool(sample.mistake), unknown


@every_sample
def test_each_resource_has_an_effect_or_a_finding(compilation: Compilation, sample: Sample) -> None:
    """Without the resource the plan would be another one, or a finding is about it; errors stop a run anyway."""
    if any(finding.severity is Severity.ERROR for finding in compilation.report):
        return
    for index, resource in enumerate(sample.resources):
        if resource["kind"] in WITHOUT_OBJECTS or any(
            str(finding.subject).startswith(f"{identity(resource)} ") for finding in compilation.report
        ):
            continue
        without = sample.compile((*sample.resources[:index], *sample.resources[index + 1 :]))
        assert without.plan != compilation.plan, f"{identity(resource)} does nothing, and nothing says so"


@every_sample
def test_an_invalid_resource_has_a_reason(compilation: Compilation) -> None:
    """A state other than ACCEPTED comes with messages."""
    assert all(status.messages for status in compilation.statuses if status.state.value != "ACCEPTED")


@pytest.mark.parametrize("topic", [path.stem for path in topics()])
def test_results(topic: str) -> None:
    """States, findings and emitted kinds are those that were read and committed."""
    found: dict[str, Any] = {
        sample.title: result(sample, _compiled(index)) for index, sample in enumerate(SAMPLES) if sample.topic == topic
    }
    if UPDATE:
        record(topic, found)
    assert found == recorded(topic)


def test_titles_are_unique() -> None:
    """Results are kept by topic and title."""
    assert len({(sample.topic, sample.title) for sample in SAMPLES}) == len(SAMPLES)


def test_no_results_without_samples() -> None:
    """Each file of results belongs to a topic."""
    assert {path.name.removesuffix(RESULTS) for path in FOLDER.glob(f"*{RESULTS}")} == {path.stem for path in topics()}


def test_the_table_is_fresh() -> None:
    """`docs/gloo-samples.md` is what `make docs` writes."""
    table = Path(__file__).parent.parent / "docs" / "gloo-samples.md"
    assert table.read_text(encoding="utf-8") == document()
