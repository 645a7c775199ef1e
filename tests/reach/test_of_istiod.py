"""Reach of the plans of all golden cases equals what istiod sends to each sidecar for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fedlib.compilation import compile_federation
from fedlib.diagnostics import Report
from fedlib.diff.side import planned_side
from fedlib.discovery.inventory import ClusterInventory, Inventory, LabelSelector
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller
from fedlib.reach.proxies import ProxyKind
from tests.engine.tools import cache_of_tools
from tests.golden_case import GOLDEN, cases, read_case
from tests.reach.as_envoy import differences
from tests.reach.hand_written import callers, hand_written_cases, read_hand_written
from tests.reach.istiod import Istiod, ask

pytestmark = pytest.mark.mesh

TOPICS = sorted({path.parent.relative_to(GOLDEN).as_posix() for path in cases()})


@pytest.fixture(scope="module")
def program() -> Path:
    """What says what istiod sends; without it the tests are skipped, or fail under `make mesh-test`."""
    found = cache_of_tools() / "proxy-config"
    if not found.is_file():
        reason = "proxy-config not found: run `tools/build istio` (Go and some minutes needed)"
        if os.environ.get("FEDLIB_MESH_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sidecar_gets_what_reach_says(topic: str, program: Path, tmp_path: Path) -> None:
    """Clusters with endpoints, TLS and preference; routes with matchers and shares; chains of connections."""
    istiods = [one for path in cases() if path.parent == GOLDEN / topic for one in _istiods(path)]
    _check(istiods, program, tmp_path)


def test_every_sidecar_gets_what_reach_says_of_hand_written_objects(program: Path, tmp_path: Path) -> None:
    """The cases of `test_hand_written.py`."""
    found = [read_hand_written(path) for path in hand_written_cases()]
    _check(
        [Istiod(one.mesh, one.inventory, one.objects, {}, tuple(callers(one.mesh))) for one in found], program, tmp_path
    )


def _check(istiods: list[Istiod], program: Path, tmp_path: Path) -> None:
    for istiod, answers in zip(istiods, ask(program, istiods, tmp_path), strict=True):
        for caller, config in answers:
            found = list(differences(istiod.mesh, caller, config, istiod.addresses))
            if found:
                pytest.fail("\n".join((f"{caller}", *found)), pytrace=False)


def _istiods(path: Path) -> Iterator[Istiod]:
    report = Report()
    configuration, inventory = read_case(path, report)
    # pods stand on one node, so that each has one locality
    clusters = {name: replace(one, nodes=one.nodes[:1]) for name, one in inventory.clusters.items()}
    compilation = compile_federation(configuration, Inventory(clusters), report)
    if compilation.snapshot is not None:
        mesh = planned_side(compilation, Inventory(clusters)).mesh
        for name, declared in compilation.snapshot.clusters.items():
            settings = mesh.plane(name).cluster.settings
            # the program knows no other domain, and istiod's own settings are Istio's defaults there
            if settings.cluster_domain == "cluster.local" and settings.selects_pods:
                objects = tuple(compilation.plan.manifests(name))
                stated = _mesh_config(clusters[name], declared.trust_domain)
                yield Istiod(mesh, clusters[name], objects, stated, tuple(_sidecars(name, mesh)))


def _mesh_config(inventory: ClusterInventory, trust_domain: str) -> dict[str, Any]:
    stated: dict[str, Any] = {"trustDomain": trust_domain}
    for one in inventory.mesh_configs:
        stated |= {
            **one.defaults,
            "trustDomainAliases": list(one.trust_domain_aliases),
            "enableAutoMtls": one.auto_mtls,
            "discoverySelectors": [_selector(selector) for selector in one.discovery_selectors],
        }
    return stated


def _selector(selector: LabelSelector) -> dict[str, Any]:
    expressions = [
        {"key": key, "operator": operator, "values": list(values)} for key, operator, values in selector.expressions
    ]
    return {"matchLabels": dict(selector.labels), "matchExpressions": expressions}


def _sidecars(name: str, mesh: Mesh) -> Iterator[Caller]:
    for namespace in mesh.namespaces(name):
        for caller in (mesh.caller(name, namespace), *mesh.callers(name, namespace)):
            if caller.proxy is ProxyKind.SIDECAR:
                yield caller
