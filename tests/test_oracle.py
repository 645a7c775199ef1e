"""The oracle of Istio's CRDs admits what is right and can fail: on fields, rules and metadata."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.oracle import crd_file
from tests.oracle.cel_rules import UnsupportedRuleError, bind, is_transition, program
from tests.oracle.istio_crds import IstioOracle
from tests.oracle.plugin import istio_oracle as istio_oracle
from tests.oracle.strict_schema import unknown_keywords

Object = dict[str, Any]
HERE = Path(__file__).parent / "oracle"
SAMPLES: dict[str, Object] = yaml.safe_load((HERE / "samples.yaml").read_text())
RULE_CASES: list[Object] = yaml.safe_load((HERE / "rule_cases.yaml").read_text())


def api_version(oracle: IstioOracle, kind: str) -> str:
    """Return the most stable apiVersion of `kind`: of a group's, v1 sorts first."""
    return min(version for version, name in oracle.kinds if name == kind)


def an_object(oracle: IstioOracle, kind: str, spec: Object) -> Object:
    """Return an object of `kind` with sound metadata."""
    metadata = {"name": "catalog.c2", "namespace": "shop", "labels": {"fedlib.io/of": "c2"}}
    version = api_version(oracle, kind)
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def changed(obj: Object, path: tuple[str | int, ...], value: object) -> Object:
    """Return a copy of `obj` with the value at `path` replaced, or removed when it is `...`."""
    result = copy.deepcopy(obj)
    place: Any = result
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def test_understands_all_of_the_crds(istio_oracle: IstioOracle) -> None:
    """No rule and no schema keyword is passed over: whatever the CRDs say is checked."""
    assert istio_oracle.unsupported_rules == {}
    assert istio_oracle.transition_rules == []
    assert istio_oracle.unsupported_keywords == []


def test_samples_and_rule_cases_are_complete(istio_oracle: IstioOracle) -> None:
    """Each kind has a sample and each rule a case, also after an upgrade of Istio."""
    assert set(SAMPLES) == {kind for _, kind in istio_oracle.kinds}
    assert sorted(case["rule"] for case in RULE_CASES) == sorted(istio_oracle.rules)


@pytest.mark.parametrize("kind", SAMPLES)
def test_admits_a_valid_object_in_each_version(istio_oracle: IstioOracle, kind: str) -> None:
    """A valid object passes whichever served version it names."""
    obj = an_object(istio_oracle, kind, SAMPLES[kind])
    for version in sorted(version for version, name in istio_oracle.kinds if name == kind):
        assert istio_oracle.violations({**obj, "apiVersion": version}) == [], version


@pytest.mark.parametrize("kind", SAMPLES)
def test_refuses_an_unknown_field_of_each_kind(istio_oracle: IstioOracle, kind: str) -> None:
    """A field that a kind's spec does not list is a violation."""
    obj = an_object(istio_oracle, kind, {**SAMPLES[kind], "noSuchField": 1})
    found = istio_oracle.violations(obj)
    assert len(found) == 1, found
    assert "noSuchField" in found[0]


@pytest.mark.parametrize("case", RULE_CASES, ids=lambda case: f"{case['kind']}: {case['rule']}")
def test_evaluates_each_rule(istio_oracle: IstioOracle, case: Object) -> None:
    """Each CEL rule accepts what keeps it and refuses what breaks it, as an object's spec."""
    for spec in case["keep"]:
        assert istio_oracle.violations(an_object(istio_oracle, case["kind"], spec)) == [], spec
    for spec in case["break"]:
        found = istio_oracle.violations(an_object(istio_oracle, case["kind"], spec))
        assert any(f"(rule: {case['rule']})" in fault for fault in found), (spec, found)


VS_HTTP = ("spec", "http", 0)
DR_POLICY = ("spec", "trafficPolicy")
SCHEMA_CASES: list[tuple[str, tuple[str | int, ...], object, str]] = [
    ("ServiceEntry", ("spec", "hosts"), ..., '"hosts" is a required property'),
    ("ServiceEntry", ("spec",), ..., '"spec" is a required property'),
    ("ServiceEntry", ("spec", "hosts"), [], "spec.hosts: "),
    ("ServiceEntry", ("spec", "host"), "a", "'host' was unexpected"),
    ("ServiceEntry", ("spec", "resolution"), "Static", "spec.resolution: "),
    ("ServiceEntry", ("spec", "hosts"), "a", "spec.hosts: "),
    ("ServiceEntry", ("spec", "ports", 0, "number"), "80", "spec.ports[0].number: "),
    ("ServiceEntry", ("spec", "ports", 0, "number"), True, "spec.ports[0].number: "),
    ("ServiceEntry", ("spec", "ports", 0, "number"), None, "spec.ports[0].number: "),
    ("ServiceEntry", ("spec", "ports", 0, "name"), ..., '"name" is a required property'),
    ("ServiceEntry", ("spec", "endpoints", 0, "adress"), "a", "'adress' was unexpected"),
    ("ServiceEntry", ("spec", "endpoints", 0, "ports"), {"a": -1}, "endpoints[0].ports.a: "),
    ("DestinationRule", ("spec", "host"), ..., '"host" is a required property'),
    ("DestinationRule", (*DR_POLICY, "tls", "mode"), "MTLS", "spec.trafficPolicy.tls.mode: "),
    ("DestinationRule", (*DR_POLICY, "loadBalancer", "consistentHash"), {}, "loadBalancer: "),
    ("VirtualService", (*VS_HTTP, "match", 0, "uri", "exact"), "/b", "http[0].match[0].uri: "),
    ("VirtualService", (*VS_HTTP, "redirect"), {"port": 1, "derivePort": "X"}, "redirect"),
    ("VirtualService", (*VS_HTTP, "redirects"), {}, "'redirects' was unexpected"),
    ("VirtualService", (*VS_HTTP, "route", 0, "weight"), 2**31, "http[0].route[0].weight: "),
    ("VirtualService", ("spec", "http", 1, "directResponse", "body", "bytes"), "é", "bytes: "),
    ("VirtualService", (*VS_HTTP, "fault", "abort", "grpcStatus"), "1", "fault.abort: "),
    ("Gateway", ("spec", "servers", 0, "port"), ..., '"port" is a required property'),
    ("Gateway", ("spec", "servers", 0, "tls", "mode"), "TLS", "spec.servers[0].tls.mode: "),
    ("EnvoyFilter", ("spec", "configPatches", 0, "patch", "op"), 1, "'op' was unexpected"),
    ("AuthorizationPolicy", ("spec", "action"), "REFUSE", "spec.action: "),
    ("AuthorizationPolicy", ("spec", "targetRef"), {"kind": "-", "name": "a"}, "targetRef.kind: "),
    ("PeerAuthentication", ("spec", "portLevelMtls", "80", "mode"), "ON", "portLevelMtls[80].mode"),
    ("WasmPlugin", ("spec", "vmConfig", "env"), [{"name": "A"}] * 2, "more than one item"),
    ("Sidecar", ("status",), {"conditions": [{"lastProbeTime": "noon"}]}, "lastProbeTime: "),
    ("Sidecar", ("data",), {}, "'data' was unexpected"),
]


@pytest.mark.parametrize(("kind", "path", "value", "says"), SCHEMA_CASES)
def test_refuses_what_the_schema_forbids(
    istio_oracle: IstioOracle, kind: str, path: tuple[str | int, ...], value: object, says: str
) -> None:
    """A valid object with one thing made wrong has a violation that says which."""
    obj = changed(an_object(istio_oracle, kind, SAMPLES[kind]), path, value)
    found = istio_oracle.violations(obj)
    assert any(says in fault for fault in found), found


METADATA_CASES: list[tuple[str, object]] = [
    *(("name", name) for name in (..., None, "", "A", "a_b", "a.", "a\n", "a" * 254, 1)),
    *(("namespace", name) for name in (..., "", "a.b", "A", "a" * 64)),
    *(("labels", {"a": value}) for value in ("b" * 64, "-b", "b_", "a/b", "é", "a\n", 1, None)),
    *(("labels", {key: "b"}) for key in ("", "a" * 64, "A.b/c", "/a", "a/b/c", "-a", "a b")),
    *(("annotations", {key: "b"}) for key in ("", "a b", "a/", "a" * 64)),
    ("annotations", {"a": 1}),
    ("annotations", {"a": "b" * 262144}),
    ("labels", ["a"]),
    ("lables", {}),
]


@pytest.mark.parametrize(("field", "value"), METADATA_CASES)
def test_refuses_wrong_metadata(istio_oracle: IstioOracle, field: str, value: object) -> None:
    """What the API server refuses in `metadata` is a violation, and nothing else is."""
    sound = an_object(istio_oracle, "Sidecar", SAMPLES["Sidecar"])
    if value is not ...:
        sound["metadata"].setdefault(field, None)
    found = istio_oracle.violations(changed(sound, ("metadata", field), value))
    assert len(found) == 1, found
    assert found[0].startswith(f"metadata.{field}")


def test_admits_metadata_at_its_limits(istio_oracle: IstioOracle) -> None:
    """The longest names, labels and annotations that the API server takes pass."""
    metadata = {
        "name": "a" * 253,
        "namespace": "a" * 63,
        "labels": {"a" * 253 + "/" + "B" * 63: "c" * 63, "empty": ""},
        "annotations": {"Example.COM/a": "anything\n" * 1000},
    }
    obj = an_object(istio_oracle, "Sidecar", SAMPLES["Sidecar"])
    assert istio_oracle.violations({**obj, "metadata": metadata}) == []


def test_refuses_what_is_no_istio_object(istio_oracle: IstioOracle) -> None:
    """A kind or version that is not served, and a missing head, are violations."""
    obj = an_object(istio_oracle, "Gateway", SAMPLES["Gateway"])
    for path, value in (
        (("apiVersion",), "networking.istio.io/v2"),
        (("apiVersion",), "gateway.networking.k8s.io/v1"),
        (("kind",), "gateway"),
        (("kind",), ...),
        (("metadata",), ...),
        (("metadata",), None),
    ):
        assert istio_oracle.violations(changed(obj, path, value)), (path, value)


@pytest.mark.parametrize("value", [{80: 1}, math.nan, {1}, b"a", object()], ids=lambda value: type(value).__name__)
def test_refuses_what_is_no_json(istio_oracle: IstioOracle, value: object) -> None:
    """A value that JSON does not have is a violation, not a crash and not a silent cast."""
    obj = an_object(istio_oracle, "WorkloadEntry", {**SAMPLES["WorkloadEntry"], "ports": value})
    found = istio_oracle.violations(obj)
    assert any(fault.startswith("spec.ports") for fault in found), found


def test_remembers_no_verdict_of_another_object(istio_oracle: IstioOracle) -> None:
    """Caches change no verdict: not by mutation, metadata or what a caller does to the list."""
    obj = an_object(istio_oracle, "ServiceEntry", copy.deepcopy(SAMPLES["ServiceEntry"]))
    assert istio_oracle.violations(obj) == []
    obj["spec"]["resolution"] = "NONE"
    first = istio_oracle.violations(obj)
    assert len(first) == 1
    first.clear()
    assert len(istio_oracle.violations(obj)) == 1
    obj["metadata"]["name"] = "A"
    assert len(istio_oracle.violations(obj)) == 2


def test_a_null_property_counts_as_absent_for_rules(istio_oracle: IstioOracle) -> None:
    """`has` is false of a nullable property that is null, as in the API server."""
    spec: Object = {"metrics": [{"overrides": [{"disabled": None, "tagOverrides": {}}]}]}
    assert istio_oracle.violations(an_object(istio_oracle, "Telemetry", spec)) == []
    inner = {"type": "object", "properties": {"b": {"type": "integer", "nullable": True}}}
    rule = bind({"rule": "!has(self.a.b)"}, {"type": "object", "properties": {"a": inner}})
    assert rule.fault({"a": {"b": None}}) is None
    assert rule.fault({"a": {"b": 1}}) is not None


def test_known_gaps_are_of_the_crds(istio_oracle: IstioOracle) -> None:
    """What only Istio's webhook refuses passes here: the oracle must not be trusted with it."""
    destination = {"destination": {"host": "a"}}
    both: Object = {"hosts": ["a"], "http": [{"redirect": {"uri": "/b"}, "route": [destination]}]}
    hostless: Object = {"http": [{}]}
    for spec in (both, hostless):
        assert istio_oracle.violations(an_object(istio_oracle, "VirtualService", spec)) == []
    no_spec = changed(an_object(istio_oracle, "DestinationRule", {}), ("spec",), ...)
    assert istio_oracle.violations(no_spec) == []


@pytest.mark.parametrize("rule", ["quantity(self) > 1", "self.findAll('a') == []", "self ==", "$"])
def test_an_unsupported_rule_is_found_out(rule: str) -> None:
    """A rule that cannot be evaluated is refused when compiled, not when first needed."""
    with pytest.raises(UnsupportedRuleError):
        program(rule)


def test_transition_rules_and_unknown_keywords_are_found_out() -> None:
    """The lists that should be empty would not stay so if there were something to list."""
    assert is_transition("self.a == oldSelf.a")
    assert not is_transition("self.oldSelfish")
    assert unknown_keywords({"properties": {"a": {"items": {"not": {"const": 1}}}}}) == {"const"}


def test_says_why_it_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without CRD file and Go the oracle is unavailable with a reason to skip by."""
    monkeypatch.setenv("FEDLIB_TOOL_CACHE", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(crd_file.OracleUnavailableError, match="Go is not installed"):
        # Not the cached function: the session's file must stay what it is.
        crd_file.crd_file.__wrapped__()
