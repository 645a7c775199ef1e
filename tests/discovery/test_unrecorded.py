"""What a recording does not hold is said, and so is a trust domain that nobody states."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedlib.config.stack import Cluster
from fedlib.config.stack_file import StackFile
from fedlib.diagnostics import Report
from fedlib.diagnostics.source import Source
from fedlib.diagnostics.yaml_text import dump_documents
from fedlib.discovery.discover import discover
from tests.discovery import api_double, samples
from tests.discovery.api_double import serving
from tests.discovery.conftest import kubeconfig
from tests.discovery.samples import Document

MESH = samples.config_map("istio", mesh="trustDomain: eu.example")
ROOT = samples.config_map(
    "istio-ca-root-cert",
    **{"root-cert.pem": "-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n"},
)
ISTIO = samples.namespace("istio-system")


def findings(folder: Path, cluster: dict[str, str], *documents: Document) -> list[str]:
    """The findings of reading a recording of these objects."""
    (folder / "eu.yaml").write_text(dump_documents([ISTIO, *documents]), encoding="utf-8")
    clusters = {"eu": Cluster.model_validate({"inventory": "eu.yaml", **cluster})}
    report = Report()
    stack = StackFile("dev", folder, Source("dev.yaml"), {})
    assert "eu" in discover(clusters, stack, report, lambda _: None).clusters
    return [f"{finding.code.id} {finding.message}" for finding in report]


def test_a_whole_recording_needs_no_word(tmp_path: Path) -> None:
    assert findings(tmp_path, {}, MESH, ROOT, samples.istiod()) == []


def test_without_the_mesh_config_the_trust_domain_is_a_guess(tmp_path: Path) -> None:
    missing, guess = findings(tmp_path, {}, ROOT, samples.istiod())
    assert missing.endswith(
        "its recording holds no ConfigMap istio; not checked: DNS capture, automatic mTLS, discoverySelectors"
    )
    assert guess == (
        "FED353 nobody says the trust domain of cluster 'eu': identities are written for 'eu', and Istio's own default "
        "is 'cluster.local'"
    )


def test_a_trust_domain_in_the_stack_is_no_guess_but_is_not_checked(tmp_path: Path) -> None:
    (missing,) = findings(tmp_path, {"trustDomain": "eu.example"})
    _, reason = missing.split("its recording holds no ")
    assert reason == (
        "ConfigMap istio, ConfigMap istio-ca-root-cert, Deployment of istiod; not checked: trust domain, DNS capture, "
        "automatic mTLS, discoverySelectors, the common root of trust, its version and its variables"
    )


@pytest.mark.parametrize("stated", ["", "eu.example"])
def test_a_live_cluster_says_itself_what_could_not_be_looked_at(tmp_path: Path, stated: str) -> None:
    with serving([ISTIO, samples.istiod()]) as server:
        server.istio_versions = ("v1",)
        for name in ("istio", "istio-ca-root-cert"):
            server.troubles[f"api/v1/namespaces/istio-system/configmaps/{name}"] = api_double.status(403)
        (tmp_path / "kubeconfig").write_text(kubeconfig(server.url), encoding="utf-8")
        cluster = {"kubeconfig": {"path": "kubeconfig"}, **({"trustDomain": stated} if stated else {})}
        report = Report()
        stack = StackFile("dev", tmp_path, Source("dev.yaml"), {})
        discover({"eu": Cluster.model_validate(cluster)}, stack, report, lambda _: None)
    assert [finding.code.id for finding in report] == ["FED340", "FED340", *([] if stated else ["FED353"])]
