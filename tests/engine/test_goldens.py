"""A real API server with Istio's CRDs would create every object of every golden case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.engine.control_plane import Cluster
from tests.engine.golden_objects import NAMESPACE, distinct_objects

pytestmark = pytest.mark.engine


def test_the_api_server_takes_every_object(clusters: dict[str, Cluster]) -> None:
    """As a strict dry run: schemas, CEL rules, and no unknown field that would be dropped in silence."""
    cluster = clusters["eu"]
    cluster.create_namespaces(NAMESPACE)
    objects = distinct_objects()
    with ThreadPoolExecutor(4) as pool:
        refusals = list(pool.map(lambda one: cluster.api.refusal(one.manifest()), objects))
    refused = {str(one): refusal for one, refusal in zip(objects, refusals, strict=True) if refusal}
    assert len(objects) > 300
    assert refused == {}


def test_a_misspelled_field_would_be_refused(clusters: dict[str, Cluster]) -> None:
    """The dry run is as strict as the test above needs it to be."""
    spec = {"hosts": ["catalog.example.com"], "resolution": "DNS", "portz": []}
    metadata = {"name": "catalog", "namespace": "default"}
    manifest = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": metadata, "spec": spec}
    assert "portz" in clusters["us"].api.refusal(manifest)
