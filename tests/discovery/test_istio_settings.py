"""Istio's settings, live and recorded: object by object, without what nobody needs, and never guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedlib.diagnostics import NOWHERE, Report
from fedlib.discovery.inventory import ApiGroup, Istiod, LabelSelector, MeshConfig, RootCertificate
from fedlib.discovery.istio_settings import keep_config_map
from fedlib.discovery.live import discover_live
from fedlib.discovery.objects import parse_object
from fedlib.discovery.recorded import read_recorded
from fedlib.discovery.snapshot_file import record
from tests.discovery import api_double, samples
from tests.discovery.api_double import ApiDouble, serving
from tests.discovery.conftest import FAST, live

MESH = """
trustDomain: eu.example
trustDomainAliases: [old.example]
defaultConfig:
  proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true", OTHER: hunter5}
  tracing: {lightstep: {accessToken: hunter6}}
discoverySelectors:
- matchLabels: {mesh: "yes"}
  matchExpressions: [{key: team, operator: In, values: [a, b]}]
"""
ROOT = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nhunter7\n-----END PRIVATE KEY-----\n"
PATH = "api/v1/namespaces/istio-system/configmaps"


@pytest.fixture
def mesh() -> Iterator[ApiDouble]:
    """A cluster with an istiod and what it leaves there."""
    documents = [samples.namespace("istio-system"), samples.istiod(PILOT_SKIP_VALIDATE_TRUST_DOMAIN="true")]
    with serving([*samples.cluster(), *documents]) as double:
        double.istio_versions = ("v1", "v1beta1")
        double.add_config_map(samples.config_map("istio", mesh=MESH, meshNetworks="networks: {}"))
        double.add_config_map(samples.config_map("istio-ca-root-cert", **{"root-cert.pem": ROOT + KEY}))
        yield double


def test_settings_are_read_object_by_object(mesh: ApiDouble) -> None:
    report = Report()
    found = discover_live({"eu": live(mesh)}, report, limits=FAST)["eu"]
    assert list(report) == []
    istiod = next(one.istiod for one in found.workloads if one.name == "istiod")
    assert istiod == Istiod("default", "1.27.1", {"PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "true"})
    (config,) = found.mesh_configs
    assert config == MeshConfig(
        "eu",
        "istio-system",
        "istio",
        stated=frozenset({"trustDomain", "trustDomainAliases", "defaultConfig", "discoverySelectors"}),
        trust_domain="eu.example",
        trust_domain_aliases=("old.example",),
        dns_capture=True,
        discovery_selectors=(LabelSelector({"mesh": "yes"}, (("team", "In", ("a", "b")),)),),
    )
    fingerprint = hashlib.sha256(b"ABC").hexdigest()
    assert found.root_certificates == (RootCertificate("eu", "istio-system", "istio-ca-root-cert", (fingerprint,)),)
    assert found.api_groups == (ApiGroup("eu", "networking.istio.io", ("v1", "v1beta1")),)
    asked = sorted(path for path in mesh.requests if "configmaps" in path)
    assert asked == [f"{PATH}/istio", f"{PATH}/istio-ca-root-cert"]


def test_a_recording_holds_the_settings_and_no_secret(mesh: ApiDouble, tmp_path: Path) -> None:
    report = Report()
    record({"eu": live(mesh)}, {"eu": tmp_path / "eu"}, report, limits=FAST)
    recorded = read_recorded("eu", tmp_path / "eu", "inventory/eu", NOWHERE, report)
    assert list(report) == []
    assert recorded == discover_live({"eu": live(mesh)}, report, limits=FAST)["eu"]
    text = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.yaml"))
    assert "hunter" not in text
    assert "PRIVATE" not in text


def test_a_refusal_is_not_an_absence(mesh: ApiDouble) -> None:
    mesh.troubles[f"{PATH}/istio"] = api_double.status(403)
    report = Report()
    found = discover_live({"eu": live(mesh)}, report, limits=FAST)["eu"]
    assert found.mesh_configs == ()
    assert len(found.root_certificates) == 1
    assert [finding.code.id for finding in report] == ["FED340"]
    (finding,) = report
    assert "may not get ConfigMap istio-system/istio (HTTP 403)" in finding.message


def test_a_server_that_fails_fails_the_cluster(mesh: ApiDouble) -> None:
    mesh.troubles[f"{PATH}/istio"] = api_double.status(500)
    report = Report()
    assert discover_live({"eu": live(mesh)}, report, limits=FAST) == {}
    assert [finding.code.id for finding in report] == ["FED101"]


def test_each_revision_has_its_mesh_config() -> None:
    documents = [samples.namespace("istio-system"), samples.istiod(), samples.istiod("canary")]
    with serving(documents) as double:
        double.istio_versions = ("v1",)
        double.add_config_map(samples.config_map("istio-canary", mesh="trustDomain: new.example"))
        report = Report()
        found = discover_live({"eu": live(double)}, report, limits=FAST)["eu"]
    assert list(report) == []
    assert [(one.name, one.trust_domain) for one in found.mesh_configs] == [("istio-canary", "new.example")]
    assert found.root_certificates == ()


def test_without_istiod_the_root_certificate_still_says_something() -> None:
    with serving([samples.namespace("istio-system")]) as double:
        double.istio_versions = ("v1",)
        double.add_config_map(samples.config_map("istio-ca-root-cert", **{"root-cert.pem": ROOT}))
        found = discover_live({"eu": live(double)}, Report(), limits=FAST)["eu"]
    assert len(found.root_certificates) == 1
    assert found.mesh_configs == ()


def test_what_holds_for_the_whole_mesh_is_kept_field_by_field() -> None:
    mesh = """
    default_service_export_to: ["."]
    outboundTrafficPolicy: {mode: REGISTRY_ONLY, egressProxy: {host: hunter4}}
    localityLbSetting: {enabled: false}
    extensionProviders: [{name: hunter3}]
    """
    found = parse_object(keep_config_map(samples.config_map("istio", mesh=mesh)), "eu", None, Report())
    assert isinstance(found, MeshConfig)
    assert found.defaults == {
        "defaultServiceExportTo": ["."],
        "localityLbSetting": {"enabled": False},
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
    }
    assert found.stated == frozenset(found.defaults)


@pytest.mark.parametrize(
    "mesh",
    ["defaultConfig: proxyMetadata hunter8", "discoverySelectors: {matchLabels: a}", "caCertificates: hunter9", "[]"],
)
def test_odd_mesh_configs_are_read_and_recorded_without_what_is_odd(mesh: str) -> None:
    document = samples.config_map("istio", mesh=mesh)
    found = parse_object(document, "eu", None, Report())
    recorded = keep_config_map(document)
    assert isinstance(found, MeshConfig)
    read = found if found.readable else MeshConfig("eu", "istio-system", "istio")
    assert parse_object(recorded, "eu", None, Report()) == read
    assert "hunter" not in str(recorded)


@pytest.mark.parametrize(
    ("name", "data"),
    [("istio", {}), ("settings", {"mesh": MESH}), ("istio-ca-root-cert", {"root-cert.pem": "none"}), ("other", {})],
)
def test_other_config_maps_say_nothing(name: str, data: dict[str, str]) -> None:
    report = Report()
    assert parse_object(samples.config_map(name, **data), "eu", None, report) is None
    assert list(report) == []
