"""A real API server with Istio's CRDs would create every object of every golden case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from fedlib.distribution.plan import canonical
from tests.engine.control_plane import Cluster
from tests.engine.kubernetes_api import Manifest
from tests.golden_case import GOLDEN, cases, compile_case
from tests.placed import placed

pytestmark = pytest.mark.engine

NAMESPACE: Final = "goldens"


def distinct_objects() -> dict[bytes, tuple[str, Manifest]]:
    """One object of each distinct body, and the case that it comes from. Where it stands does not matter here."""
    found: dict[bytes, tuple[str, Manifest]] = {}
    for path in cases():
        case = path.relative_to(GOLDEN).as_posix()
        for declaration in placed(compile_case(path).plan):
            manifest = next(declaration.manifests())
            manifest["metadata"] = {**manifest["metadata"], "namespace": NAMESPACE}
            body: dict[str, Any] = {key: manifest[key] for key in ("apiVersion", "kind", "spec")}
            found.setdefault(canonical(body), (case, manifest))
    return found


def test_the_api_server_takes_every_object(clusters: dict[str, Cluster]) -> None:
    """As a strict dry run: schemas, CEL rules, and no unknown field that would be dropped in silence."""
    cluster = clusters["eu"]
    cluster.create_namespaces(NAMESPACE)
    objects = list(distinct_objects().values())
    with ThreadPoolExecutor(4) as pool:
        refusals = list(pool.map(lambda one: cluster.api.refusal(one[1]), objects))
    refused = {
        f"{case}: {manifest['kind']} {manifest['metadata']['name']}": refusal
        for (case, manifest), refusal in zip(objects, refusals, strict=True)
        if refusal
    }
    assert len(objects) > 300
    assert refused == {}


def test_a_misspelled_field_would_be_refused(clusters: dict[str, Cluster]) -> None:
    """The dry run is as strict as the test above needs it to be."""
    spec = {"hosts": ["catalog.example.com"], "resolution": "DNS", "portz": []}
    metadata = {"name": "catalog", "namespace": "default"}
    manifest = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": metadata, "spec": spec}
    assert "portz" in clusters["us"].api.refusal(manifest)
